/* Diagnose: what keeps the net from learning: the findings, and everything about the chosen one. */
#include "view/links.h"
#include "view/screens/health.h"
#include "view/screens/panes.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>

static const struct nn_style fail_style = {NN_COLOR_ANSI(1), NN_COLOR_DEFAULT, NN_BOLD};

static struct nn_style style_of(enum nn_verdict verdict)
{
    switch (verdict) {
    case NN_VERDICT_OK:
        return nn_style_good;
    case NN_VERDICT_WARN:
        return nn_style_warn;
    case NN_VERDICT_FAIL:
        return fail_style;
    case NN_VERDICT_SKIPPED:
        break;
    }
    return nn_style_dim;
}

/* ---- the findings ---- */

static int name_columns(const struct nn_diagnosis *diagnosis)
{
    int widest = 0;

    for (size_t i = 0; i < diagnosis->count; i++) {
        int width = (int)nn_text_width(diagnosis->findings[i].check->name);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static void draw_finding(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box line,
                         size_t index, int names)
{
    const struct nn_finding *finding = &scene->diagnosis->findings[index];
    bool chosen = index == scene->at[NN_AT_FINDING],
         skipped = finding->verdict == NN_VERDICT_SKIPPED;
    struct nn_style plain = chosen ? nn_style_selected : skipped ? nn_style_dim : nn_plain;
    struct nn_style verdict = chosen ? nn_style_selected : style_of(finding->verdict);

    nn_canvas_link(canvas, line, "select finding=%zu", index);
    if (chosen) {
        nn_canvas_fill(canvas, line, ' ', nn_style_selected);
        if (scene->focus == 0) {
            canvas->cursor_column = line.column;
            canvas->cursor_row = line.row;
        }
    }
    nn_canvas_text(canvas, line.column, line.row, line.columns, verdict,
                   nn_verdict_names[finding->verdict]);
    nn_box_take_left(&line, 5);
    nn_canvas_text(canvas, line.column, line.row, line.columns, plain, finding->check->name);
    nn_box_take_left(&line, names + 2);
    if (line.columns >= 16)
        nn_canvas_text(canvas, line.column, line.row, line.columns, plain, finding->text);
}

static void draw_findings(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_diagnosis *diagnosis = scene->diagnosis;
    size_t rows = box.rows > 0 ? (size_t)box.rows : 0, first = 0;
    int names = name_columns(diagnosis);

    if (scene->at[NN_AT_FINDING] >= rows && rows > 0)
        first = scene->at[NN_AT_FINDING] - rows + 1;
    for (size_t i = first; i < diagnosis->count && box.rows > 0; i++)
        draw_finding(scene, canvas, nn_box_take_top(&box, 1), i, names);
}

/* ---- one of them ---- */

static void draw_text(struct nn_canvas *canvas, struct nn_box *box, struct nn_style style,
                      const char *text)
{
    if (*text)
        nn_box_take_top(box, nn_canvas_wrap(canvas, *box, style, text));
}

static void draw_gap(struct nn_box *box)
{
    nn_box_take_top(box, box->rows > 3 ? 1 : 0);
}

static void draw_chosen(const struct nn_finding *finding, struct nn_canvas *canvas,
                        struct nn_box box)
{
    draw_text(canvas, &box, style_of(finding->verdict), finding->text);
    if (*finding->mend) {
        draw_gap(&box);
        nn_line(canvas, &box, nn_style_dim, "Enter types what mends it:");
        draw_text(canvas, &box, nn_style_accent, finding->mend);
        draw_text(canvas, &box, nn_plain, finding->proof);
    }
    draw_gap(&box);
    draw_text(canvas, &box, nn_plain, finding->check->why);
    draw_gap(&box);
    draw_text(canvas, &box, nn_style_dim, finding->check->summary);
    draw_gap(&box);
    draw_text(canvas, &box, nn_style_dim, finding->check->source);
}

/* ---- what it rests on ---- */

static const char *layer_name(const void *context, size_t index)
{
    return ((const struct nn_diagnosis *)context)->names[index];
}

/* From a tenth to the whole, by logarithm: losses of a trial may differ by powers of ten. */
static double length_of(double loss, double least, double most)
{
    return least > 0 && most > least ? 0.1 + 0.9 * log(loss / least) / log(most / least)
                                     : loss / most;
}

/* The loss that each learning rate of the trials reached. */
static void draw_rates(const struct nn_diagnosis *diagnosis, struct nn_canvas *canvas,
                       struct nn_box box)
{
    double most = 0, least = INFINITY;

    for (int i = 0; i < NN_TRIAL_RATES; i++) {
        double loss = diagnosis->rate_losses[i];
        most = isfinite(loss) && loss > most ? loss : most;
        least = loss < least ? loss : least;
    }
    nn_line(canvas, &box, nn_style_bold, "rate      loss after the trial");
    for (int i = 0; i < NN_TRIAL_RATES && box.rows > 0; i++) {
        struct nn_box line = nn_box_take_top(&box, 1);
        double loss = diagnosis->rate_losses[i];
        char rate[NN_NUMBER_SIZE], number[NN_NUMBER_SIZE];
        struct nn_style style = loss <= least ? nn_style_good : nn_style_accent;

        nn_canvas_text(canvas, line.column, line.row, 9, nn_plain,
                       nn_number_short(rate, diagnosis->rates[i], 3));
        nn_box_take_left(&line, 10);
        nn_canvas_text(canvas, line.column, line.row, 9, nn_plain,
                       isfinite(loss) ? nn_number_short(number, loss, 3) : "diverged");
        nn_box_take_left(&line, 10);
        if (isfinite(loss) && most > 0)
            nn_draw_bar(canvas, line.column, line.row, line.columns, length_of(loss, least, most),
                        style);
    }
}

static void draw_evidence(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_diagnosis *diagnosis = scene->diagnosis;
    bool tried = !isnan(diagnosis->rate_losses[0]);
    struct nn_box left = tried ? nn_box_take_left(&box, box.columns * 6 / 10) : box;

    nn_draw_health(
        canvas, nn_pane(scene, canvas, left, -1, "layers"),
        &(struct nn_health_rows){diagnosis->layers, diagnosis->layer_count, layer_name, diagnosis});
    if (tried)
        draw_rates(diagnosis, canvas, nn_pane(scene, canvas, box, -1, "learning rates tried"));
}

/* ---- all ---- */

static void draw_nothing(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    static const char *const commands[] = {"diagnose", NULL};
    struct nn_box inside = nn_pane(scene, canvas, box, 0, "checks");

    if (!nn_hint_missing(scene, canvas, inside, false))
        nn_hint(canvas, inside,
                "Not examined yet. This looks at the data, the net and its curves, and trains "
                "copies for a moment (key d):",
                commands);
}

static void draw(const struct nn_scene *scene, struct nn_canvas *canvas, struct nn_box box)
{
    const struct nn_diagnosis *diagnosis = scene->diagnosis;
    size_t layers = diagnosis ? diagnosis->layer_count : 0;
    bool single = nn_single_pane(box);
    struct nn_box right, below = {0};

    if (!diagnosis) {
        draw_nothing(scene, canvas, box);
        return;
    }
    int needed = (int)diagnosis->count + 2;
    if (!single && layers > 0 && box.rows - needed >= 6)
        below = nn_box_take_bottom(&box, box.rows - needed);
    right = box;
    if (!single) /* what was found needs room beside the names, or it stands on the right alone */
        box = nn_box_take_left(&right, box.columns < 100 ? name_columns(diagnosis) + 12
                                                         : box.columns * 11 / 20);
    draw_findings(scene, canvas,
                  nn_pane(scene, canvas, box, 0, "%zu fail, %zu warn%s", diagnosis->failures,
                          diagnosis->warnings,
                          scene->diagnosis_old ? " \u00b7 of an older net" : ""));
    if (!single && scene->at[NN_AT_FINDING] < diagnosis->count) {
        const struct nn_finding *chosen = &diagnosis->findings[scene->at[NN_AT_FINDING]];
        draw_chosen(chosen, canvas, nn_pane(scene, canvas, right, 1, "%s", chosen->check->name));
    }
    if (below.rows > 0)
        draw_evidence(scene, canvas, below);
}

const struct nn_screen nn_screen_6_diagnose = {
    .name = "diagnose",
    .title = "Diagnose",
    .number = 6,
    .summary = "what keeps the net from learning, and the command that mends it",
    .keys = "j/k finding  Enter mend  d diagnose",
    .draw = draw,
};
