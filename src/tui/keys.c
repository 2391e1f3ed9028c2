#include "tui/keys.h"

#include <string.h>

#define ANYWHERE_EMPTY (NN_KEYS_SCREEN | NN_KEYS_EMPTY)
#define MAPS           (NN_ON_LAYERS | NN_ON_MAP)
#define DATA           (NN_ON_DATA | NN_ON_SAMPLES)
#define SAMPLES        (MAPS | NN_ON_EXPLAIN | DATA)

/* In the order in which the footer shows them: what is special about a screen comes first. */
/* clang-format off */
const struct nn_binding nn_bindings[] = {
    {NN_KEY_CHARACTER, "j", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select finding=+1", "j k", "finding", NN_ON_DIAGNOSE, "next, previous finding of the diagnosis", true},
    {NN_KEY_CHARACTER, "k", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select finding=-1", NULL, NULL, NN_ON_DIAGNOSE, NULL, true},
    {NN_KEY_DOWN, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select finding=+1", NULL, NULL, NN_ON_DIAGNOSE, NULL, true},
    {NN_KEY_UP, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select finding=-1", NULL, NULL, NN_ON_DIAGNOSE, NULL, true},
    {NN_KEY_CONTROL, "\r", 0, NN_KEYS_SCREEN, NN_ACTION_MEND, NULL, "Enter", "mend", NN_ON_DIAGNOSE, "types the command that mends the finding", true},
    {NN_KEY_CHARACTER, "d", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "diagnose", "d", "diagnose", NN_ON_DIAGNOSE, "look for what keeps the net from learning", true},
    {NN_KEY_CHARACTER, "j", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select run=+1", "j k", "run", NN_ON_RUNS, "next, previous run", true},
    {NN_KEY_CHARACTER, "k", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select run=-1", NULL, NULL, NN_ON_RUNS, NULL, true},
    {NN_KEY_DOWN, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select run=+1", NULL, NULL, NN_ON_RUNS, NULL, true},
    {NN_KEY_UP, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select run=-1", NULL, NULL, NN_ON_RUNS, NULL, true},
    {NN_KEY_CHARACTER, "h", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select sample=-1", "h j k l", "sample", NN_ON_SAMPLES, "to the sample beside, above, below; also the arrows, PgUp, PgDn", true},
    {NN_KEY_CHARACTER, "l", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select sample=+1", NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_CHARACTER, "j", 0, NN_KEYS_SCREEN, NN_ACTION_BELOW, NULL, NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_CHARACTER, "k", 0, NN_KEYS_SCREEN, NN_ACTION_ABOVE, NULL, NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_LEFT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select sample=-1", NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_RIGHT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select sample=+1", NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_DOWN, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_BELOW, NULL, NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_UP, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_ABOVE, NULL, NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_PAGE_DOWN, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_PAGE_DOWN, NULL, NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_PAGE_UP, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_PAGE_UP, NULL, NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_CONTROL, "\r", 0, NN_KEYS_SCREEN, NN_ACTION_BROWSE, NULL, NULL, NULL, NN_ON_SAMPLES, NULL, true},
    {NN_KEY_CHARACTER, "h", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select predicted=-1", "h j k l", "cell", NN_ON_DATA, "cell of the confusion matrix; also the arrows", true},
    {NN_KEY_CHARACTER, "l", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select predicted=+1", NULL, NULL, NN_ON_DATA, NULL, true},
    {NN_KEY_CHARACTER, "j", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select actual=+1", NULL, NULL, NN_ON_DATA, NULL, true},
    {NN_KEY_CHARACTER, "k", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select actual=-1", NULL, NULL, NN_ON_DATA, NULL, true},
    {NN_KEY_LEFT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select predicted=-1", NULL, NULL, NN_ON_DATA, NULL, true},
    {NN_KEY_RIGHT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select predicted=+1", NULL, NULL, NN_ON_DATA, NULL, true},
    {NN_KEY_DOWN, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select actual=+1", NULL, NULL, NN_ON_DATA, NULL, true},
    {NN_KEY_UP, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select actual=-1", NULL, NULL, NN_ON_DATA, NULL, true},
    {NN_KEY_CONTROL, "\r", 0, NN_KEYS_SCREEN, NN_ACTION_FIND, NULL, "Enter", "open", NN_ON_DATA, "the next sample of that cell", true},
    {NN_KEY_CONTROL, "\r", 0, NN_KEYS_SCREEN, NN_ACTION_ZOOM, NULL, "Enter", "zoom", MAPS, "one feature map as large as it gets, or all of them; also z", true},
    {NN_KEY_CHARACTER, "z", 0, NN_KEYS_SCREEN, NN_ACTION_ZOOM, NULL, NULL, NULL, MAPS, NULL, true},
    {NN_KEY_ESCAPE, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_ZOOM, NULL, NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_CHARACTER, "h", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select x=-1", "h j k l", "pixel", NN_ON_MAP, "zoomed in: moves the cursor in the map; also the arrows", true},
    {NN_KEY_CHARACTER, "l", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select x=+1", NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_CHARACTER, "j", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select y=+1", NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_CHARACTER, "k", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select y=-1", NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_LEFT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select x=-1", NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_RIGHT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select x=+1", NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_DOWN, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select y=+1", NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_UP, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select y=-1", NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_CHARACTER, "[", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select map=-1", "[ ]", "map", NN_ON_MAP, "previous, next map", true},
    {NN_KEY_CHARACTER, "]", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select map=+1", NULL, NULL, NN_ON_MAP, NULL, true},
    {NN_KEY_CHARACTER, "u", 0, NN_KEYS_SCREEN, NN_ACTION_DRIVERS, NULL, "u", "samples", MAPS, "the samples that drive the map or unit highest", true},
    {NN_KEY_CHARACTER, "m", 0, NN_KEYS_SCREEN, NN_ACTION_IDEAL, NULL, "m", "looks for", MAPS, "the input that would drive it highest (activation maximization)", true},
    {NN_KEY_CHARACTER, "g", 0, NN_KEYS_SCREEN, NN_ACTION_SCALE, NULL, "g", "scale", MAPS, "one scale for all maps, or each its own", true},
    {NN_KEY_CHARACTER, "f", 0, NN_KEYS_SCREEN, NN_ACTION_FREEZE, NULL, "f", "freeze", MAPS, "the maps stay as they are now, or follow the training", true},
    {NN_KEY_CHARACTER, "a", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "ablate", "a", "ablate", MAPS, "what the net would answer without this map", true},
    {NN_KEY_CHARACTER, "y", 0, NN_KEYS_SCREEN, NN_ACTION_AXIS, NULL, "y", "log", NN_ON_TRAIN | NN_ON_RUNS, "losses on a logarithmic axis, or back on a linear one", true},
    {NN_KEY_CHARACTER, "s", 0, NN_KEYS_SCREEN, NN_ACTION_SMOOTH, NULL, "s", "smooth", NN_ON_TRAIN, "smoother curves: 0, 0.6, 0.9, 0.97", true},
    {NN_KEY_CHARACTER, "h", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select epoch=-1", "h l", "epoch", NN_ON_TRAIN, "previous, next epoch of the curves; also the arrows", true},
    {NN_KEY_CHARACTER, "l", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select epoch=+1", NULL, NULL, NN_ON_TRAIN, NULL, true},
    {NN_KEY_LEFT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select epoch=-1", NULL, NULL, NN_ON_TRAIN, NULL, true},
    {NN_KEY_RIGHT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select epoch=+1", NULL, NULL, NN_ON_TRAIN, NULL, true},
    {NN_KEY_CHARACTER, "j", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select layer=+1", "j k", "layer", NN_ON_NET | NN_ON_LAYERS, "next, previous layer; also the arrows", false},
    {NN_KEY_CHARACTER, "k", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select layer=-1", NULL, NULL, 0, NULL, false},
    {NN_KEY_DOWN, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select layer=+1", NULL, NULL, 0, NULL, false},
    {NN_KEY_UP, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select layer=-1", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "h", 0, NN_KEYS_SCREEN, NN_ACTION_MAP, "select map=-1", "h l", "map", NN_ON_LAYERS | NN_ON_EXPLAIN, "previous, next map, unit or explanation; also the arrows", false},
    {NN_KEY_CHARACTER, "l", 0, NN_KEYS_SCREEN, NN_ACTION_MAP, "select map=+1", NULL, NULL, 0, NULL, false},
    {NN_KEY_LEFT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_MAP, "select map=-1", NULL, NULL, 0, NULL, false},
    {NN_KEY_RIGHT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_MAP, "select map=+1", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "n", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select sample=+1", "n p", "sample", SAMPLES, "next, previous sample", false},
    {NN_KEY_CHARACTER, "p", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select sample=-1", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "b", 0, NN_KEYS_SCREEN, NN_ACTION_BROWSE, NULL, "b", "browse", DATA, "many samples at once, or one", true},
    {NN_KEY_CHARACTER, "c", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "confusion", "c", "matrix", NN_ON_DATA, "the confusion matrix of the test split", true},
    {NN_KEY_CHARACTER, "e", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "data find", "e", "error", MAPS | NN_ON_EXPLAIN | DATA, "the next sample that the net gets wrong", true},
    {NN_KEY_CHARACTER, "t", 0, NN_KEYS_SCREEN, NN_ACTION_SPLIT, NULL, "t", "split", DATA, "next split: train, validation, test", false},
    {NN_KEY_CHARACTER, "s", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "saliency", "s i g", "explain", NN_ON_EXPLAIN, "saliency, integrated gradients, Grad-CAM of the sample", false},
    {NN_KEY_CHARACTER, "i", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "integrated_gradients", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "g", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "gradcam", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "+", 0, NN_KEYS_SCREEN, NN_ACTION_CLASS_UP, NULL, "+ -", "class", NN_ON_EXPLAIN, "explain the next, the previous class in the same ways", true},
    {NN_KEY_CHARACTER, "-", 0, NN_KEYS_SCREEN, NN_ACTION_CLASS_DOWN, NULL, NULL, NULL, NN_ON_EXPLAIN, NULL, true},
    {NN_KEY_CHARACTER, "o", 0, NN_KEYS_SCREEN, NN_ACTION_OVERLAY, NULL, "o", "overlay", NN_ON_EXPLAIN, "maps over the input, or alone", true},
    {NN_KEY_CHARACTER, " ", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "pause", "Space", "pause", NN_ON_TRAIN, "pause the training, or go on", false},
    {NN_KEY_CHARACTER, ".", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "step", ".", "step", NN_ON_TRAIN, "train one batch, then pause", false},
    {NN_KEY_CHARACTER, "x", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "stop", "x", "stop", NN_ON_TRAIN, "stop what runs", false},
    {NN_KEY_CHARACTER, "1", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show net", "1-7", "screens", NN_ON_ALL, "screens Net, Train, Layers, Explain, Data, Diagnose, Runs", false},
    {NN_KEY_CHARACTER, "2", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show train", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "3", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show layers", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "4", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show explain", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "5", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show data", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "6", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show diagnose", NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "7", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show runs", NULL, NULL, 0, NULL, false},
    {NN_KEY_CONTROL, "\t", 0, NN_KEYS_EMPTY, NN_ACTION_FOCUS, NULL, "Tab", "keys of the screen", NN_ON_ALL, "to the screen and back; also Esc. While typing: complete", false},
    {NN_KEY_CONTROL, "\t", 0, NN_KEYS_SCREEN, NN_ACTION_FOCUS, NULL, NULL, NULL, 0, NULL, false},
    {NN_KEY_ESCAPE, NULL, 0, ANYWHERE_EMPTY, NN_ACTION_FOCUS, NULL, NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, ":", 0, NN_KEYS_SCREEN, NN_ACTION_FOCUS, NULL, ":", "prompt", NN_ON_ALL, "back to the prompt; also Enter", false},
    {NN_KEY_CONTROL, "\r", 0, NN_KEYS_SCREEN, NN_ACTION_FOCUS, NULL, NULL, NULL, 0, NULL, false},
    {NN_KEY_CHARACTER, "?", 0, ANYWHERE_EMPTY, NN_ACTION_HELP, NULL, "?", "help", NN_ON_ALL, "keys and commands, to search in; also F1", false},
    {NN_KEY_FUNCTION, NULL, 1, NN_KEYS_ALWAYS, NN_ACTION_HELP, NULL, NULL, NULL, 0, NULL, false},
    {NN_KEY_PAGE_UP, NULL, 0, NN_KEYS_ALWAYS, NN_ACTION_LOG_UP, NULL, "PgUp PgDn", NULL, 0, "scroll what commands printed", false},
    {NN_KEY_PAGE_DOWN, NULL, 0, NN_KEYS_ALWAYS, NN_ACTION_LOG_DOWN, NULL, NULL, NULL, 0, NULL, false},
    {NN_KEY_CONTROL, "\003", 0, NN_KEYS_ALWAYS, NN_ACTION_INTERRUPT, NULL, "Ctrl-C", "stop", NN_ON_ALL, "stop what runs, or clear the line", false},
    {NN_KEY_CONTROL, "\014", 0, NN_KEYS_ALWAYS, NN_ACTION_REDRAW, NULL, "Ctrl-L", NULL, 0, "draw anew", false},
    {NN_KEY_CONTROL, "\032", 0, NN_KEYS_ALWAYS, NN_ACTION_SUSPEND, NULL, "Ctrl-Z", NULL, 0, "to the shell; `fg` comes back", false},
    {NN_KEY_CHARACTER, "q", 0, NN_KEYS_SCREEN, NN_ACTION_QUIT, NULL, "q", "quit", NN_ON_ALL, "quit; twice when what was trained is not saved", false},
    {NN_KEY_CONTROL, "\004", 0, NN_KEYS_EMPTY, NN_ACTION_END, NULL, "Ctrl-D", "quit", NN_ON_ALL, "quit from an empty prompt", false},
};
/* clang-format on */
const size_t nn_binding_count = sizeof nn_bindings / sizeof *nn_bindings;

const struct nn_binding *nn_key_find(const struct nn_event *event, unsigned context, int place)
{
    for (size_t i = 0; i < nn_binding_count; i++) {
        const struct nn_binding *binding = &nn_bindings[i];
        if (binding->key != event->key || !(binding->contexts & context) ||
            (binding->only && !(binding->screens & 1u << place)))
            continue;
        if (binding->text && strcmp(binding->text, event->text) != 0)
            continue;
        if (binding->key == NN_KEY_FUNCTION && binding->number != event->number)
            continue;
        return binding;
    }
    return NULL;
}
