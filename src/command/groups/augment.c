/* data: augment, random changes to the training samples. */
#include "engine/augment.h"
#include "base/mem.h"
#include "base/text.h"
#include "command/command.h"
#include "command/specs.h"
#include "command/subject.h"

#include <string.h>

static const struct nn_arg_spec augment_args[] = {
    {.name = "changes",
     .type = NN_ARG_WORDS,
     .choices = "@augmentations",
     .help =
         "names with their values, `flip shift=2`; none takes all away; nothing says what is on",
     .flags = NN_ARG_POSITIONAL},
    {0},
};

/* The keys of all augmentations, then the names. */
static const struct nn_arg_spec *augment_specs(const struct nn_word *words, size_t count,
                                               struct nn_arena *arena)
{
    const struct nn_arg_spec *parts[NN_MAX_AUGMENTATIONS + 1];
    (void)words;
    (void)count;
    for (size_t i = 0; i < nn_augmentation_count; i++)
        parts[i] = nn_augmentations[i]->args;
    parts[nn_augmentation_count] = augment_args;
    return nn_specs_join(arena, parts, nn_augmentation_count + 1);
}

static enum nn_status unknown(const struct nn_word *word, struct nn_error *error)
{
    const char *nearest = NULL;
    for (size_t i = 0; i < nn_augmentation_count && !nearest; i++)
        nearest = nn_text_nearest(word->value, &nn_augmentations[i]->name, 1);
    nn_fail(error, NN_SYNTAX, "unknown augmentation `%s`", NN_VISIBLE(word->value));
    nn_fail_at(error, NULL, 0, word->column);
    if (nearest)
        nn_fail_hint(error, "did you mean `%s`?", nearest);
    else
        nn_fail_hint(error, "`help data augment` lists them");
    return NN_SYNTAX;
}

static bool names(const struct nn_word *word, const struct nn_augmentation *augmentation)
{
    return strcmp(word->key ? word->key : word->value, augmentation->name) == 0;
}

/* A name alone, or with its value. */
static enum nn_status add_word(struct nn_augment *augment, const struct nn_word *word,
                               struct nn_error *error)
{
    for (size_t i = 0; i < nn_augmentation_count; i++) {
        const struct nn_arg_spec *specs = nn_augmentations[i]->args;
        if (!names(word, nn_augmentations[i]))
            continue;
        if (augment->args[i].specs) {
            nn_fail(error, NN_SYNTAX, "%s is given twice", nn_augmentations[i]->name);
            return nn_fail_at(error, NULL, 0, word->column);
        }
        return nn_command_parse(&augment->args[i], specs, word, word->key ? 1 : 0, "data augment",
                                error);
    }
    struct nn_word name = *word;
    name.value = word->key ? word->key : word->value;
    return unknown(&name, error);
}

static enum nn_status read_words(const struct nn_word *words, size_t count,
                                 struct nn_augment *augment, struct nn_error *error)
{
    enum nn_status status = NN_OK;
    if (count == 1 && !words[0].key && strcmp(words[0].value, "none") == 0)
        return NN_OK;
    for (size_t i = 0; i < count && status == NN_OK; i++)
        status = add_word(augment, &words[i], error);
    return status;
}

static void say(const struct nn_session *session)
{
    char text[NN_AUGMENT_TEXT];
    nn_augment_text(&session->augment, text);
    nn_say(&session->output,
           *text ? "training samples are changed: %s" : "training samples are not changed%s", text);
}

static enum nn_status run_augment(const struct nn_invocation *invocation, struct nn_error *error)
{
    struct nn_session *session = invocation->session;
    struct nn_augment augment = {0};
    enum nn_status status = NN_OK;
    if (invocation->word_count > 0) {
        NN_TRY(read_words(invocation->words, invocation->word_count, &augment, error));
        if (session->dataset)
            NN_TRY(nn_augment_check(&augment, &session->dataset->samples->shape, error));
        nn_augment_clear(&session->augment);
        session->augment = augment;
        augment = (struct nn_augment){0};
    }
    say(session);
out:
    nn_augment_clear(&augment);
    return status;
}

const struct nn_command nn_command_data_augment = {
    .name = "data augment",
    .group = "data",
    .summary = "Changes training samples at random, in each epoch otherwise",
    .details =
        "Only what `train` sees is changed, not what is evaluated, shown or explained. Each "
        "name may have a value (`shift=2`), else it has its default. Images are flipped, "
        "turned, moved and cropped in one go, then noise is added, then samples are mixed. "
        "What happens follows from the seed of the training, whatever the number of threads. "
        "Other data begin without.",
    .args = augment_args,
    .examples =
        (const struct nn_example[]){
            {"data augment shift=1 rotate=8", "data demo digits",
             "Digits that are moved by up to one pixel and turned by up to 8 degrees"},
            {"data augment noise=0.05 mixup", "data demo iris",
             "For a table: a little noise, and mixed pairs of samples"},
            {"data augment none", "data demo iris; data augment noise", "As the data are"},
            {0}},
    .flags = NN_COMMAND_DATA | NN_COMMAND_RAW,
    .run = run_augment,
    .specs = augment_specs,
};
