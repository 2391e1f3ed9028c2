#include "base/buffer.h"
#include "command/lexer.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* The commands of a text as "word|key=word / next command", or "error COLUMN". */
static void render(const char *text, char *out, size_t size)
{
    struct nn_variable variables[] = {{(char *)"name", (char *)"a b"}, {(char *)"n", (char *)"3"}};
    struct nn_lexer lexer = {
        .text = text, .length = strlen(text), .variables = variables, .variable_count = 2};
    struct nn_arena arena;
    struct nn_error error = {0};
    size_t at = 0;
    nn_arena_init(&arena);
    out[0] = '\0';
    while (lexer.next < lexer.length) {
        struct nn_words words = {0};
        if (nn_lex_command(&lexer, &arena, &words, &error) != NN_OK) {
            snprintf(out, size, "error %zu", error.column);
            break;
        }
        for (size_t i = 0; i < words.count; i++)
            at += (size_t)snprintf(out + at, size - at, "%s%s%s%s",
                                   i    ? "|"
                                   : at ? " / "
                                        : "",
                                   words.items[i].key ? words.items[i].key : "",
                                   words.items[i].key ? "=" : "", words.items[i].value);
    }
    nn_arena_clear(&arena);
}

Test(lexer, words_of_commands)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", ""},
        {"   \t ", ""},
        {"a b", "a|b"},
        {"a; b;;c", "a / b / c"},
        {"a # b; c", "a"},
        {"a#b", "a#b"},
        {"# a\nb", "b"},
        {"a \\\n b", "a|b"},
        {"a\\\nb", "ab"},
        {"a \\\r\n b\r\n", "a|b"},
        {"# a \\\nb", "b"},
        {"'a b' c", "a b|c"},
        {"'a\"b'", "a\"b"},
        {"\"a'b\"", "a'b"},
        {"\"a\\\"b\\\\c\\$d\\e\"", "a\"b\\c$d\\e"},
        {"a\\ b", "a b"},
        {"a\\;b", "a;b"},
        {"\\#a", "#a"},
        {"''", ""},
        {"k=v", "k=v"},
        {"k=", "k="},
        {"k='a b'", "k=a b"},
        {"k=a=b", "k=a=b"},
        {"$name", "a b"},
        {"x$n.csv", "x3.csv"},
        {"${n}4", "34"},
        {"\"$name\"", "a b"},
        {"'$name'", "$name"},
        {"\\$n", "$n"},
        {"5$", "5$"},
        {"k=$n", "k=3"},
        {"a 'b'", "a|b"},
        /* errors, with the column of what is wrong */
        {"a 'b", "error 3"},
        {"a \"b", "error 3"},
        {"a 'b\nc'", "error 3"},
        {"a $nme", "error 3"},
        {"a ${n", "error 3"},
        {"a ${}", "error 3"},
        {"ab\x01", "error 3"},
        {"a \x7f", "error 3"},
        {"a\rb", "error 2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char words[256];
        render(cases[i].text, words, sizeof words);
        cr_assert_str_eq(words, cases[i].words, "`%s` gives `%s`, not `%s`", cases[i].text, words,
                         cases[i].words);
    }
}

static const char *key_of(const char *text)
{
    static char key[64];
    struct nn_lexer lexer = {.text = text, .length = strlen(text), .tolerant = true};
    struct nn_arena arena;
    struct nn_words words = {0};
    nn_arena_init(&arena);
    cr_assert(nn_lex_command(&lexer, &arena, &words, NULL) == NN_OK);
    cr_assert(words.count == 1);
    snprintf(key, sizeof key, "%s", words.items[0].key ? words.items[0].key : "-");
    nn_arena_clear(&arena);
    return key;
}

Test(lexer, only_unquoted_lower_case_names_are_keys)
{
    cr_assert_str_eq(key_of("lr=1"), "lr");
    cr_assert_str_eq(key_of("limits.memory_2=1"), "limits.memory_2");
    cr_assert_str_eq(key_of("Lr=1"), "-");
    cr_assert_str_eq(key_of("2r=1"), "-");
    cr_assert_str_eq(key_of("'lr=1'"), "-");
    cr_assert_str_eq(key_of("l\\r=1"), "-");
    cr_assert_str_eq(key_of("=1"), "-");
    cr_assert_str_eq(key_of("a>=1"), "-");
}

Test(lexer, undefined_variables_get_a_suggestion)
{
    struct nn_variable variable = {(char *)"width", (char *)"3"};
    struct nn_lexer lexer = {
        .text = "$widht", .length = 6, .variables = &variable, .variable_count = 1};
    struct nn_arena arena;
    struct nn_words words;
    struct nn_error error = {0};
    nn_arena_init(&arena);
    cr_assert(nn_lex_command(&lexer, &arena, &words, &error) == NN_SYNTAX);
    cr_assert(strstr(error.hint, "$width"), "%s", error.hint);
    nn_arena_clear(&arena);
}

Test(lexer, tells_whether_the_next_line_belongs_to_it)
{
    static const struct {
        const char *text;
        bool continues;
    } cases[] = {
        {"a \\", true},    {"a \\\n", true},   {"a \\\r\n", true}, {"a", false},
        {"a \\\\", false}, {"# a \\", false},  {"a# \\", true},    {"'a \\", false},
        {"\"a \\", true},  {"a; # \\", false}, {"", false},        {"# a\nb \\", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert(nn_lex_continues(cases[i].text, strlen(cases[i].text)) == cases[i].continues,
                  "`%s`", cases[i].text);
}

Test(lexer, positions_are_lines_and_columns)
{
    const char *text = "ab\ncd ef\n";
    size_t line, column, start, end;
    nn_lex_position(text, strlen(text), 6, &line, &column, &start, &end);
    cr_assert(line == 2 && column == 4 && start == 3 && end == 8);
    nn_lex_position(text, strlen(text), 999, &line, &column, &start, &end);
    cr_assert(line == 3 && column == 1);
}

Test(lexer, skips_the_rest_of_a_line_with_its_continuations)
{
    const char *text = "bad 'x \\\n more\nnext";
    struct nn_lexer lexer = {.text = text, .length = strlen(text)};
    nn_lex_skip_line(&lexer, 0);
    cr_assert_str_eq(text + lexer.next, "next");
    nn_lex_skip_line(&lexer, lexer.next);
    cr_assert(lexer.next == lexer.length);
}
