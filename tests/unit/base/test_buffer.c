#include "base/buffer.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

Test(buffer, appends)
{
    struct nn_buffer buffer;
    nn_buffer_init(&buffer, 0);
    cr_assert(!strcmp(nn_buffer_string(&buffer), ""));
    nn_buffer_text(&buffer, "epoch ");
    nn_buffer_printf(&buffer, "%d/%d", 3, 10);
    nn_buffer_char(&buffer, ':');
    nn_buffer_fill(&buffer, '#', 5);
    nn_buffer_append(&buffer, "\0x", 2);
    nn_buffer_append(&buffer, NULL, 0);
    cr_assert(buffer.length == 18 && !memcmp(buffer.data, "epoch 3/10:#####\0x", 19));
    cr_assert(nn_buffer_check(&buffer, NULL) == NN_OK);
    nn_buffer_clear(&buffer);
    cr_assert(buffer.length == 0 && !strcmp(nn_buffer_string(&buffer), ""));
    nn_buffer_clear(&buffer);
}

Test(buffer, grows_and_stays_terminated)
{
    struct nn_buffer buffer;
    nn_buffer_init(&buffer, 0);
    for (size_t i = 0; i < 100000; i++) {
        nn_buffer_char(&buffer, (char)('a' + i % 26));
        cr_assert(buffer.data[buffer.length] == '\0');
    }
    cr_assert(buffer.length == 100000 && buffer.capacity < 200000);
    for (size_t i = 0; i < 100000; i++)
        cr_assert(buffer.data[i] == (char)('a' + i % 26));
    nn_buffer_printf(&buffer, "%*d", 5000, 42);
    cr_assert(buffer.length == 105000 && !strcmp(buffer.data + 104997, " 42"));
    nn_buffer_clear(&buffer);
}

Test(buffer, the_limit_holds_and_a_failed_append_changes_nothing)
{
    struct nn_buffer buffer;
    struct nn_error error;
    nn_buffer_init(&buffer, 10);
    nn_buffer_text(&buffer, "0123456789");
    cr_assert(!buffer.failed && buffer.length == 10);
    nn_buffer_char(&buffer, 'x');
    cr_assert(buffer.failed && !strcmp(nn_buffer_string(&buffer), "0123456789"));
    cr_assert(nn_buffer_check(&buffer, &error) == NN_MEMORY && error.status == NN_MEMORY);
    cr_assert(!nn_buffer_take(&buffer));

    cr_assert(!buffer.failed, "taking makes it usable again");
    nn_buffer_printf(&buffer, "%s", "01234567890");
    cr_assert(buffer.failed && buffer.length == 0);
    nn_buffer_clear(&buffer);
    nn_buffer_fill(&buffer, 'x', SIZE_MAX);
    cr_assert(buffer.failed && buffer.length == 0);
    nn_buffer_text(&buffer, "a");
    cr_assert(buffer.length == 0, "no append after a failed one");
    nn_buffer_clear(&buffer);
}

Test(buffer, take)
{
    struct nn_buffer buffer;
    nn_buffer_init(&buffer, 0);
    char *empty = nn_buffer_take(&buffer);
    cr_assert(empty && !strcmp(empty, ""));
    nn_buffer_text(&buffer, "abc");
    char *text = nn_buffer_take(&buffer);
    cr_assert(text && !strcmp(text, "abc") && !buffer.data && buffer.length == 0);
    nn_free(empty);
    nn_free(text);
    nn_buffer_clear(&buffer);
}

Test(buffer, no_memory)
{
    if (!nn_fault_available())
        cr_skip_test("needs --enable-fault-injection");
    struct nn_buffer buffer;
    nn_buffer_init(&buffer, 0);
    nn_buffer_text(&buffer, "kept");
    nn_fault_alloc(1, false);
    nn_buffer_fill(&buffer, 'x', 1000);
    cr_assert(buffer.failed && !strcmp(nn_buffer_string(&buffer), "kept"));
    nn_buffer_clear(&buffer);
}
