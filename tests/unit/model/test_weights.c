/* Weights of other programs: by name and shape, all or none. */
#include "base/file.h"
#include "model/safetensors.h"
#include "model/weights.h"
#include "sample.h"
#include "zip_make.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const float numbers[8] = {1, 2, 3, 4, 5, 6, 7, 8};
static const int64_t batches[1] = {42};

static void write_file(const struct nn_st_entry *entries, size_t count)
{
    struct nn_error error = {0};
    cr_assert(nn_safetensors_write("m1.safetensors", entries, count, NULL, NULL, 0, &error) ==
                  NN_OK,
              "%s", error.message);
}

static struct nn_net *small_net(void)
{
    struct nn_net *net = sample_net(1, (size_t[]){3});
    sample_add(net, "dense 2 name=fc1");
    return net;
}

Test(weights, by_name_and_shape, .init = sample_folder, .fini = sample_folder_remove)
{
    struct nn_net *net = small_net(), *filled = NULL;
    struct nn_error error = {0};
    size_t unused = 0;
    write_file(
        (struct nn_st_entry[]){{"bn.num_batches_tracked", NN_DTYPE_I64, {.rank = 0}, batches},
                               {"fc1.bias", NN_DTYPE_F32, {.rank = 1, .dim = {2}}, numbers + 6},
                               {"fc1.weight", NN_DTYPE_F32, {.rank = 2, .dim = {2, 3}}, numbers}},
        3);
    cr_assert(nn_weights_load("m1.safetensors", net, &filled, &unused, &error) == NN_OK, "%s",
              error.message);
    const struct nn_node *node = filled->nodes[1];
    cr_assert(unused == 1 && filled->revision != net->revision);
    cr_assert(memcmp(node->params[0].value.data, numbers, 6 * sizeof(float)) == 0);
    cr_assert(memcmp(node->params[1].value.data, numbers + 6, 2 * sizeof(float)) == 0);
    nn_net_free(filled);
    nn_net_free(net);
}

Test(weights, what_does_not_fit_changes_nothing, .init = sample_folder,
     .fini = sample_folder_remove)
{
    const float infinite[2] = {1, INFINITY};
    const struct nn_st_entry weight = {
        "fc1.weight", NN_DTYPE_F32, {.rank = 2, .dim = {2, 3}}, numbers};
    const struct {
        struct nn_st_entry bias;
        const char *message;
    } cases[] = {
        {{"fc1.bia", NN_DTYPE_F32, {.rank = 1, .dim = {2}}, numbers}, "it has no tensor fc1.bias"},
        {{"fc1.bias", NN_DTYPE_F32, {.rank = 1, .dim = {3}}, numbers}, "is 3, the net wants 2"},
        {{"fc1.bias", NN_DTYPE_F32, {.rank = 1, .dim = {2}}, infinite}, "not finite"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_net *net = small_net(), *filled = NULL;
        struct nn_error error = {0};
        size_t unused;
        write_file((struct nn_st_entry[]){weight, cases[i].bias}, 2);
        cr_assert(nn_weights_load("m1.safetensors", net, &filled, &unused, &error) == NN_DAMAGED);
        cr_assert(strstr(error.message, cases[i].message) && !filled, "%s", error.message);
        nn_net_free(net);
    }
}

/* An NPY file of floats. */
static void add_floats(struct zip_make *zip, const char *name, const char *shape,
                       const float *values, size_t count)
{
    unsigned char file[256];
    int length = snprintf((char *)file + 10, 200,
                          "{'descr': '<f4', 'fortran_order': False, 'shape': (%s), }\n", shape);
    memcpy(file, "\x93NUMPY\x01\x00", 8);
    zip_put(file + 8, (uint64_t)length, 2);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        zip_put(file + 10 + length + 4 * i, bits, 4);
    }
    zip_add(zip, name, file, 10 + (size_t)length + 4 * count, Z_DEFLATED);
}

Test(weights, of_an_npz_file, .init = sample_folder, .fini = sample_folder_remove)
{
    static struct zip_make zip;
    const struct {
        const char *weight, *bias, *shape, *message;
    } cases[] = {
        {"fc1.weight.npy", "fc1.bias.npy", "2, 3", NULL},
        {"fc1/weight.npy", "fc1/bias.npy", "2, 3", NULL},
        {"fc1.weight.npy", "fc1.bias.npy", "3, 2", "is 3x2, the net wants 2x3"},
        {"fc1.weight.npy", "fc1.bias", "2, 3", "it has no tensor fc1.bias"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct nn_net *net = small_net(), *filled = NULL;
        struct nn_error error = {0};
        size_t unused = 0;
        zip = (struct zip_make){.count = 0};
        add_floats(&zip, cases[i].weight, cases[i].shape, numbers, 6);
        add_floats(&zip, cases[i].bias, "2,", numbers + 6, 2);
        add_floats(&zip, "more.npy", "2,", numbers, 2);
        cr_assert(nn_save_bytes("m1.safetensors", zip.bytes, zip_end(&zip), &error) == NN_OK);
        enum nn_status status = nn_weights_load("m1.safetensors", net, &filled, &unused, &error);
        if (cases[i].message) {
            cr_assert(status == NN_DAMAGED && strstr(error.message, cases[i].message), "%s",
                      error.message);
        } else {
            cr_assert(status == NN_OK && unused == 1, "%s", error.message);
            const struct nn_node *node = filled->nodes[1];
            cr_assert(memcmp(node->params[0].value.data, numbers, 6 * sizeof(float)) == 0);
            cr_assert(memcmp(node->params[1].value.data, numbers + 6, 2 * sizeof(float)) == 0);
        }
        nn_net_free(filled);
        nn_net_free(net);
    }
}
