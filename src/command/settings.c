#include "command/settings.h"

#include "base/limits.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/pool.h"
#include "base/text.h"
#include "command/job.h"
#include "command/settings_screen.h"
#include "kernels/kernels.h"

#include <inttypes.h>
#include <string.h>

static enum nn_status replace_text(char **text, const char *value, struct nn_error *error)
{
    char *copy = nn_strdup(value);
    if (!copy)
        return nn_fail_memory(error, strlen(value));
    nn_free(*text);
    *text = copy;
    return NN_OK;
}

static enum nn_status set_threads(struct nn_session *session, const struct nn_arg *value,
                                  struct nn_error *error)
{
    (void)session;
    return nn_pool_set_threads((int)value->integer, error);
}

static void get_threads(const struct nn_session *session, struct nn_buffer *out)
{
    (void)session;
    nn_buffer_printf(out, "%d", nn_pool_threads());
}

static enum nn_status set_kernels(struct nn_session *session, const struct nn_arg *value,
                                  struct nn_error *error)
{
    (void)session;
    return nn_kernels_select(value->text, error);
}

static void get_kernels(const struct nn_session *session, struct nn_buffer *out)
{
    (void)session;
    nn_buffer_text(out, nn_kernels->name);
}

static enum nn_status set_seed(struct nn_session *session, const struct nn_arg *value,
                               struct nn_error *error)
{
    (void)error;
    session->seed = (uint64_t)value->integer;
    return NN_OK;
}

static void get_seed(const struct nn_session *session, struct nn_buffer *out)
{
    nn_buffer_printf(out, "%" PRIu64, session->seed);
}

static enum nn_status set_color(struct nn_session *session, const struct nn_arg *value,
                                struct nn_error *error)
{
    return replace_text(&session->color, value->text, error);
}

static void get_color(const struct nn_session *session, struct nn_buffer *out)
{
    nn_buffer_text(out, session->color);
}

static enum nn_status set_format(struct nn_session *session, const struct nn_arg *value,
                                 struct nn_error *error)
{
    return replace_text(&session->format, value->text, error);
}

static void get_format(const struct nn_session *session, struct nn_buffer *out)
{
    nn_buffer_text(out, session->format);
}

static enum nn_status set_ascii(struct nn_session *session, const struct nn_arg *value,
                                struct nn_error *error)
{
    (void)error;
    session->ascii = value->integer != 0;
    return NN_OK;
}

static void get_ascii(const struct nn_session *session, struct nn_buffer *out)
{
    nn_buffer_text(out, session->ascii ? "yes" : "no");
}

static enum nn_status set_columns(struct nn_session *session, const struct nn_arg *value,
                                  struct nn_error *error)
{
    (void)error;
    session->columns = (int)value->integer;
    return NN_OK;
}

static void get_columns(const struct nn_session *session, struct nn_buffer *out)
{
    nn_buffer_printf(out, "%d", session->columns);
}

static enum nn_status set_rows(struct nn_session *session, const struct nn_arg *value,
                               struct nn_error *error)
{
    (void)error;
    session->rows = (int)value->integer;
    return NN_OK;
}

static void get_rows(const struct nn_session *session, struct nn_buffer *out)
{
    nn_buffer_printf(out, "%d", session->rows);
}

/* One pair of functions for each limit. */
#define NN_LIMIT_ENTRY(NAME, name, fallback, most, text)                                           \
    static enum nn_status set_limit_##name(struct nn_session *session, const struct nn_arg *value, \
                                           struct nn_error *error)                                 \
    {                                                                                              \
        (void)session;                                                                             \
        (void)error;                                                                               \
        nn_limit_set(NN_LIMIT_##NAME, (uint64_t)value->integer);                                   \
        return NN_OK;                                                                              \
    }                                                                                              \
    static void get_limit_##name(const struct nn_session *session, struct nn_buffer *out)          \
    {                                                                                              \
        (void)session;                                                                             \
        nn_buffer_printf(out, "%zu", nn_limit(NN_LIMIT_##NAME));                                   \
    }
#include "base/limits.def"
#undef NN_LIMIT_ENTRY

/* Between two batches of a running training, whose optimizer goes on with what it has. */
static enum nn_status set_lr(struct nn_session *session, const struct nn_arg *value,
                             struct nn_error *error)
{
    if (!session->recipe.loss)
        return nn_fail(error, NN_STATE, "the net is not compiled: `compile loss=... lr=%s`",
                       value->text);
    if (session->job && !nn_job_training(session))
        return nn_fail(error, NN_STATE, "`set lr` has to wait: %s runs (`stop` ends it)",
                       nn_job_name(session));
    nn_job_hold(session);
    session->recipe.lr = value->real;
    nn_job_release(session);
    return NN_OK;
}

static void get_lr(const struct nn_session *session, struct nn_buffer *out)
{
    char number[NN_NUMBER_SIZE];
    nn_buffer_text(out,
                   session->recipe.loss ? nn_number_double(number, session->recipe.lr) : "none");
}

const struct nn_setting nn_settings[] = {
    {{.name = "ascii", .type = NN_ARG_BOOL, .help = "pictures in ASCII characters only"},
     set_ascii,
     get_ascii,
     false},
    {{.name = "axis",
      .type = NN_ARG_CHOICE,
      .choices = "linear|log",
      .help = "how the screens draw losses"},
     nn_set_axis,
     nn_get_axis,
     false},
    {{.name = "browse",
      .type = NN_ARG_CHOICE,
      .choices = "off|on",
      .help = "the screen Data shows as many samples as fit, not one"},
     nn_set_browse,
     nn_get_browse,
     false},
    {{.name = "color",
      .type = NN_ARG_CHOICE,
      .choices = "auto|never|16|256|truecolor",
      .help = "colours of pictures"},
     set_color,
     get_color,
     false},
    {{.name = "columns",
      .type = NN_ARG_INT,
      .min = 20,
      .max = 2000,
      .help = "width of what is printed"},
     set_columns,
     get_columns,
     false},
    {{.name = "format",
      .type = NN_ARG_CHOICE,
      .choices = "text|json|csv",
      .help = "what a command prints; json is one object a line"},
     set_format,
     get_format,
     false},
    {{.name = "fps",
      .type = NN_ARG_INT,
      .min = 0,
      .max = 60,
      .help = "most frames a second that follow a training; 0: 10, over SSH 4. Over SSH a second "
              "takes at most 64 KiB in any case"},
     nn_set_fps,
     nn_get_fps,
     false},
    {{.name = "freeze",
      .type = NN_ARG_CHOICE,
      .choices = "off|on",
      .help = "the screen Layers keeps showing what the net answers now, whatever it learns"},
     nn_set_freeze,
     nn_get_freeze,
     false},
    {{.name = "kernels",
      .type = NN_ARG_TEXT,
      .choices = "@kernels",
      .help = "arithmetic: ref, avx2 ..., or auto"},
     set_kernels,
     get_kernels,
     true},
#define NN_LIMIT_ENTRY(NAME, name_, default_, most, text)                                          \
    {{.name = "limits." #name_,                                                                    \
      .type = NN_ARG_INT,                                                                          \
      .min = 1,                                                                                    \
      .max = most,                                                                                 \
      .fallback = #default_,                                                                       \
      .help = "most " text},                                                                       \
     set_limit_##name_,                                                                            \
     get_limit_##name_,                                                                            \
     true},
#include "base/limits.def"
#undef NN_LIMIT_ENTRY
    {{.name = "lr",
      .type = NN_ARG_REAL,
      .min = 1e-12,
      .max = 1e6,
      .help = "learning rate, also of a training that runs; the optimizer's state is kept"},
     set_lr,
     get_lr,
     false},
    {{.name = "mouse",
      .type = NN_ARG_CHOICE,
      .choices = "off|on",
      .help = "clicks and the wheel work on the screens; the terminal then selects text with Shift "
              "alone"},
     nn_set_mouse,
     nn_get_mouse,
     false},
    {{.name = "overlay",
      .type = NN_ARG_CHOICE,
      .choices = "off|on",
      .help = "the screen Explain draws maps over the input"},
     nn_set_overlay,
     nn_get_overlay,
     false},
    {{.name = "rows",
      .type = NN_ARG_INT,
      .min = 5,
      .max = 1000,
      .help = "height of a printed screen"},
     set_rows,
     get_rows,
     false},
    {{.name = "scale",
      .type = NN_ARG_CHOICE,
      .choices = "shared|own",
      .help = "of feature maps on the screen Layers: one for all, or each its own"},
     nn_set_scale,
     nn_get_scale,
     false},
    {{.name = "seed",
      .type = NN_ARG_INT,
      .min = 0,
      .max = 9007199254740992.0,
      .help = "of everything random that is not told another one"},
     set_seed,
     get_seed,
     false},
    {{.name = "smoothing",
      .type = NN_ARG_REAL,
      .min = 0,
      .max = 0.999,
      .help = "weight of the past in the curves of the screen Train, 0 for none"},
     nn_set_smoothing,
     nn_get_smoothing,
     false},
    {{.name = "target",
      .type = NN_ARG_TEXT,
      .choices = "@classes",
      .help = "class that explanations of one sample are about when they name none, or predicted"},
     nn_set_target,
     nn_get_target,
     false},
    {{.name = "threads",
      .type = NN_ARG_INT,
      .min = 1,
      .max = 256,
      .help = "how many compute; results do not depend on it"},
     set_threads,
     get_threads,
     true},
    {{.name = "zoom",
      .type = NN_ARG_CHOICE,
      .choices = "off|on",
      .help = "the screen Layers shows the chosen feature map alone, as large as it gets"},
     nn_set_zoom,
     nn_get_zoom,
     false},
};
const size_t nn_setting_count = sizeof nn_settings / sizeof *nn_settings;

static const struct nn_setting *find(const char *key, struct nn_error *error)
{
    const char *nearest = NULL;
    for (size_t i = 0; i < nn_setting_count; i++)
        if (strcmp(nn_settings[i].spec.name, key) == 0)
            return &nn_settings[i];
    for (size_t i = 0; i < nn_setting_count && !nearest; i++)
        nearest = nn_text_nearest(key, &nn_settings[i].spec.name, 1);
    nn_fail(error, NN_SYNTAX, "there is no setting `%s`", NN_VISIBLE(key));
    if (nearest)
        nn_fail_hint(error, "did you mean `%s`?", nearest);
    else
        nn_fail_hint(error, "`help set` lists them");
    return NULL;
}

enum nn_status nn_setting_set(struct nn_session *session, const char *key, const char *value,
                              struct nn_error *error)
{
    const struct nn_setting *setting = find(key, error);
    if (!setting)
        return NN_SYNTAX;
    if (setting->idle && session->job)
        return nn_fail(error, NN_STATE, "`set %s` has to wait: %s runs (`stop` ends it)", key,
                       nn_job_name(session));
    struct nn_arg_spec specs[2] = {setting->spec, {0}};
    struct nn_args args = {0};
    enum nn_status status = nn_args_default(&args, specs, error);
    if (status == NN_OK)
        status = nn_args_set(&args, key, value, "set", error);
    if (status == NN_ARGUMENT) {
        status = NN_SYNTAX;
        if (error)
            error->status = NN_SYNTAX;
    }
    if (status == NN_OK)
        status = setting->set(session, &args.values[0], error);
    nn_args_clear(&args);
    return status;
}

enum nn_status nn_setting_get(const struct nn_session *session, const char *key,
                              struct nn_buffer *out, struct nn_error *error)
{
    const struct nn_setting *setting = find(key, error);
    if (!setting)
        return NN_SYNTAX;
    setting->get(session, out);
    return nn_buffer_check(out, error);
}
