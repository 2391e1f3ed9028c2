#include "tui/keys.h"

#include <string.h>

#define ANYWHERE_EMPTY (NN_KEYS_SCREEN | NN_KEYS_EMPTY)

/* clang-format off */
const struct nn_binding nn_bindings[] = {
    {NN_KEY_CHARACTER, "1", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show net", "1-5", "screens Net, Train, Layers, Explain, Data"},
    {NN_KEY_CHARACTER, "2", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show train", NULL, NULL},
    {NN_KEY_CHARACTER, "3", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show layers", NULL, NULL},
    {NN_KEY_CHARACTER, "4", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show explain", NULL, NULL},
    {NN_KEY_CHARACTER, "5", 0, ANYWHERE_EMPTY, NN_ACTION_COMMAND, "show data", NULL, NULL},
    {NN_KEY_FUNCTION, NULL, 1, NN_KEYS_ALWAYS, NN_ACTION_HELP, NULL, "F1 ?", "help"},
    {NN_KEY_CHARACTER, "?", 0, ANYWHERE_EMPTY, NN_ACTION_HELP, NULL, NULL, NULL},
    {NN_KEY_CONTROL, "\t", 0, ANYWHERE_EMPTY, NN_ACTION_FOCUS, NULL, "Tab", "focus: screen or prompt"},
    {NN_KEY_ESCAPE, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_FOCUS, NULL, NULL, NULL},
    {NN_KEY_ESCAPE, NULL, 0, NN_KEYS_EMPTY, NN_ACTION_FOCUS, NULL, NULL, NULL},
    {NN_KEY_CHARACTER, ":", 0, NN_KEYS_SCREEN, NN_ACTION_FOCUS, NULL, ":", "to the prompt"},
    {NN_KEY_CONTROL, "\r", 0, NN_KEYS_SCREEN, NN_ACTION_FOCUS, NULL, NULL, NULL},
    {NN_KEY_CHARACTER, "n", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select sample=+1", "n p", "next, previous sample"},
    {NN_KEY_CHARACTER, "p", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select sample=-1", NULL, NULL},
    {NN_KEY_CHARACTER, "j", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select layer=+1", "j k", "next, previous layer"},
    {NN_KEY_CHARACTER, "k", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select layer=-1", NULL, NULL},
    {NN_KEY_DOWN, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select layer=+1", NULL, NULL},
    {NN_KEY_UP, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select layer=-1", NULL, NULL},
    {NN_KEY_CHARACTER, "l", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select map=+1", "h l", "previous, next map or unit"},
    {NN_KEY_CHARACTER, "h", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select map=-1", NULL, NULL},
    {NN_KEY_RIGHT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select map=+1", NULL, NULL},
    {NN_KEY_LEFT, NULL, 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "select map=-1", NULL, NULL},
    {NN_KEY_CHARACTER, "s", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "saliency", "s i g", "saliency, integrated gradients, Grad-CAM of the sample"},
    {NN_KEY_CHARACTER, "i", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "integrated_gradients", NULL, NULL},
    {NN_KEY_CHARACTER, "g", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "gradcam", NULL, NULL},
    {NN_KEY_CHARACTER, " ", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "pause", "Space .", "pause or go on, one batch"},
    {NN_KEY_CHARACTER, ".", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "step", NULL, NULL},
    {NN_KEY_CHARACTER, "x", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "stop", "x", "stop the training"},
    {NN_KEY_CHARACTER, "q", 0, NN_KEYS_SCREEN, NN_ACTION_COMMAND, "quit", "q", "quit"},
    {NN_KEY_PAGE_UP, NULL, 0, NN_KEYS_ALWAYS, NN_ACTION_LOG_UP, NULL, "PgUp PgDn", "scroll what commands printed"},
    {NN_KEY_PAGE_DOWN, NULL, 0, NN_KEYS_ALWAYS, NN_ACTION_LOG_DOWN, NULL, NULL, NULL},
    {NN_KEY_CONTROL, "\003", 0, NN_KEYS_ALWAYS, NN_ACTION_INTERRUPT, NULL, "Ctrl-C", "stop what runs, or clear the line"},
    {NN_KEY_CONTROL, "\014", 0, NN_KEYS_ALWAYS, NN_ACTION_REDRAW, NULL, "Ctrl-L", "draw anew"},
    {NN_KEY_CONTROL, "\032", 0, NN_KEYS_ALWAYS, NN_ACTION_SUSPEND, NULL, "Ctrl-Z", "to the shell, `fg` comes back"},
};
/* clang-format on */
const size_t nn_binding_count = sizeof nn_bindings / sizeof *nn_bindings;

const struct nn_binding *nn_key_find(const struct nn_event *event, unsigned context)
{
    for (size_t i = 0; i < nn_binding_count; i++) {
        const struct nn_binding *binding = &nn_bindings[i];
        if (binding->key != event->key || !(binding->contexts & context))
            continue;
        if (binding->text && strcmp(binding->text, event->text) != 0)
            continue;
        if (binding->key == NN_KEY_FUNCTION && binding->number != event->number)
            continue;
        return binding;
    }
    return NULL;
}
