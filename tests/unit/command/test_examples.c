/* Every command has examples, and they all run. */
#include "command/command.h"
#include "command/explanation.h"
#include "command/help.h"
#include "session.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static void run_setup(struct nn_test_session *test, const char *setup)
{
    char line[1000];
    while (setup && *setup) {
        size_t length = strcspn(setup, "\n");
        cr_assert(length < sizeof line);
        memcpy(line, setup, length);
        line[length] = '\0';
        nn_test_run(test, line, NN_OK);
        setup += length + (setup[length] == '\n');
    }
}

static void run_example(const struct nn_command *command, const struct nn_example *example)
{
    struct nn_test_session test;
    nn_test_start(&test);
    test.session->interactive = (command->flags & NN_COMMAND_CONTROL) != 0;
    run_setup(&test, example->setup);
    struct nn_error error = {0};
    enum nn_status status = nn_session_run_line(test.session, example->text, NULL, 1, &error);
    cr_assert(status == NN_OK, "example of `%s`: `%s`: %s", command->name, example->text,
              error.message);
    nn_test_end(&test);
}

Test(examples, run)
{
    for (size_t i = 0; i < nn_command_count; i++) {
        const struct nn_command *command = nn_commands[i];
        cr_assert(command->examples && command->examples[0].text, "`%s` has no example",
                  command->name);
        for (const struct nn_example *example = command->examples; example->text; example++)
            run_example(command, example);
    }
}

Test(examples, commands_are_described)
{
    for (size_t i = 0; i < nn_command_count; i++) {
        const struct nn_command *command = nn_commands[i];
        bool known = false;
        for (const struct nn_group *group = nn_groups; group->name; group++)
            known = known || strcmp(group->name, command->group) == 0;
        cr_assert(known, "`%s`: group %s", command->name, command->group);
        cr_assert(command->summary && command->args && command->run, "`%s`", command->name);
        for (const struct nn_arg_spec *spec = command->args; spec->name; spec++)
            cr_assert(spec->help && *spec->help, "`%s`: %s has no help", command->name, spec->name);
    }
}

Test(examples, everything_that_has_a_name_has_help)
{
    for (size_t i = 0; i < nn_command_count; i++) {
        struct nn_buffer text;
        nn_buffer_init(&text, 0);
        cr_assert(nn_help(nn_commands[i]->name, &text, NULL) == NN_OK, "%s", nn_commands[i]->name);
        cr_assert(strstr(nn_buffer_string(&text), nn_commands[i]->summary) || text.length > 40,
                  "%s", nn_commands[i]->name);
        nn_buffer_clear(&text);
    }
}

/* Each method is a command of its own, and none of its keys is one of those that all methods share.
 */
Test(examples, every_method_is_a_command)
{
    struct nn_test_session test;
    nn_test_start(&test);
    nn_test_run(
        &test,
        "data demo digits; add conv2d 4 3 relu; add maxpool2d 2; add flatten; add dense 10 softmax",
        NN_OK);
    for (size_t m = 0; m < nn_method_count; m++) {
        const struct nn_method *method = nn_methods[m];
        const char *samples = nn_args_find(method->args, "samples") >= 0 ? "samples=130" : "";
        char line[120];
        for (const struct nn_arg_spec *spec = method->args; spec->name; spec++)
            cr_expect(nn_args_find(nn_explain_args, spec->name) < 0,
                      "%s: %s= is a key of all methods", method->name, spec->name);
        snprintf(line, sizeof line, "%s sample=0 %s", method->name, samples);
        struct nn_error error = {0};
        enum nn_status status = nn_session_run_line(test.session, line, NULL, 1, &error);
        cr_expect(status == NN_OK || (status == NN_REFUSED && *error.message), "%s: %s", line,
                  error.message);
        cr_expect(status != NN_OK ||
                      strcmp(nn_session_last_result(test.session)->method, method->name) == 0,
                  "%s", line);
    }
    nn_test_end(&test);
}
