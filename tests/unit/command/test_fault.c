/* Memory or the disk fails at every point of every command: an error like any other, nothing leaks,
 * and the session goes on with what it had. */
#include "session.h"

#include "base/file.h"
#include "base/mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static struct nn_test_session test;

static void start(void)
{
    nn_test_start(&test);
    nn_test_write("s.nns", "let b=1\necho $b\n");
    nn_test_write("d.arff",
                  "@relation r\n@attribute a real\n@attribute b {x,y}\n@data\n1,x\n2,y\n");
    nn_test_write("d.libsvm", "1 1:2 3:4\n2 2:1\n");
    cr_assert(mkdir("pictures", 0777) == 0 && mkdir("pictures/a", 0777) == 0);
    nn_test_write("pictures/a/1.pgm", "P2 2 3 9 1 2 3 4 5 6 ");
    nn_test_run(
        &test,
        "data demo iris; add dense 4 relu; add dense 3 softmax; compile "
        "loss=categorical_crossentropy; train epochs=1; save old.safetensors; saliency sample=0",
        NN_OK);
}

static void end(void)
{
    nn_test_end(&test);
}

TestSuite(fault, .init = start, .fini = end);

static const char *const lines[] = {
    "data demo iris",
    "data split test=0.3",
    "data scale minmax",
    "data info",
    "data show 3",
    "data export d.csv",
    "data export d.npy",
    "data load d.csv",
    "data load pictures resize=2x2 color=rgb",
    "data load d.arff",
    "data load d.libsvm",
    "data demo iris",
    "net new; add dense 4 relu name=a; add dense 3 softmax from=a",
    "net show",
    "net set a units=5",
    "net init seed=3",
    "compile loss=categorical_crossentropy optimizer=sgd momentum=0.9 metrics=accuracy,mse",
    "train epochs=2 validation=0.1 patience=1",
    "evaluate out=e.json",
    "predict sample=all out=p.npy",
    "activations layer=a sample=1 out=a.csv",
    "weights a",
    "train 1 log=runs tensorboard=yes",
    "loss",
    "confusion",
    "histogram a of=activations",
    "select sample=+1",
    "ig sample=0 steps=3 baseline=mean",
    "actmax unit=1 steps=3",
    "actmax unit=all steps=3 parameters=pixel",
    "dream 1 unit=2 steps=2",
    "pdp 1 points=3 out=pdp.csv",
    "ice 1 target=0 points=2 samples=3",
    "ale 1 bins=3",
    "waterfall 1 features=2",
    "counterfactual 1",
    "attack pgd 1 steps=2",
    "attack fgsm all epsilon=0.1,0.2",
    "examples a k=2",
    "examples a 1 k=2",
    "pca a samples=20",
    "probe a samples=20 rounds=3",
    "cka samples=9",
    "tcav 1 target=2 layer=a draws=2 samples=6",
    "save m.safetensors",
    "open m.safetensors",
    "export x.json",
    "let a='b c'; echo $a; get; help; help add",
    "set format json; set format text",
    "record r.nns; echo x; record off",
    "source s.nns",
    "assert test.accuracy >= 0",
    "data demo market samples=60",
    "net new; add flatten; add dense 2 softmax",
    "timeline 1 method=gradient",
};

/* Fails each allocation or file operation of one line in turn, until the line passes. */
static void sweep(const char *line, void (*fail)(size_t n, bool all))
{
    for (size_t n = 1;; n++) {
        struct nn_error error = {0};
        cr_assert(n < 20000, "`%s` never ends", line);
        fail(n, false);
        enum nn_status status = nn_session_run_line(test.session, line, NULL, 1, &error);
        bool reached =
            fail == nn_fault_alloc ? nn_fault_alloc_count() >= n : nn_fault_io_count() >= n;
        fail(0, false);
        if (status != NN_OK)
            cr_assert(error.message[0], "`%s`, call %zu: no message", line, n);
        if (!reached) {
            cr_assert(status == NN_OK, "`%s`: %s", line, error.message);
            return;
        }
        struct nn_scene scene; /* the screens can be drawn after any failure */
        nn_session_scene(test.session, &scene);
        cr_assert(scene.net == NULL || scene.net->count > 0);
    }
}

Test(fault, memory_may_fail_anywhere)
{
    if (!nn_fault_available())
        return;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        sweep(lines[i], nn_fault_alloc);
}

Test(fault, the_disk_may_fail_anywhere)
{
    if (!nn_fault_available())
        return;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        sweep(lines[i], nn_fault_io);
}
