#include "base/buffer.h"
#include "base/mem.h"
#include "base/number.h"
#include "base/text.h"
#include "data_test.h"

#include <locale.h>

/* Appends names joined by commas. */
static void list(struct nn_buffer *out, char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        nn_buffer_printf(out, "%s%s", i ? "," : "", names ? names[i] : "-");
}

/* A dump of samples, missing cells filled: "features | values; ... | labels", so that a table of
 * cases is readable. */
static void dump(struct nn_buffer *out, struct nn_samples *s)
{
    char text[NN_NUMBER_SIZE];
    struct nn_dataset *dataset = NULL;
    float *x = nn_calloc(s->feature_count, sizeof *x);
    atomic_fetch_add(&s->references, 1);
    cr_assert(x && nn_dataset_new(s, &dataset, NULL) == NN_OK);
    list(out, s->features, s->feature_count);
    nn_buffer_text(out, " |");
    for (size_t i = 0; i < s->count; i++) {
        nn_dataset_raw(dataset, i, x);
        for (size_t j = 0; j < s->feature_count; j++)
            nn_buffer_printf(out, "%s%s", j ? "," : " ", nn_number_float(text, x[j]));
        nn_buffer_char(out, ';');
    }
    nn_buffer_text(out, " | ");
    if (s->task == NN_TASK_CLASSIFICATION) {
        list(out, s->classes, s->class_count);
        nn_buffer_text(out, ":");
        for (size_t i = 0; i < s->count; i++)
            nn_buffer_printf(out, " %d", (int)s->labels[i]);
    } else if (s->task == NN_TASK_REGRESSION) {
        for (size_t i = 0; i < s->count; i++)
            nn_buffer_printf(out, "%s%s", i ? " " : "", nn_number_float(text, s->targets[i]));
    } else {
        nn_buffer_text(out, "none");
    }
    nn_free(x);
    nn_dataset_free(dataset);
}

struct csv_case {
    const char *text;
    const char *want; /* the dump */
    struct nn_read_options options;
};

/* header and split as a user leaves them, unless the case says otherwise. */
#define AUTO .header = -1, .split = -1

static const struct csv_case good[] = {
    /* Header, or none. */
    {"a,b,y\n1,2,p\n3,4,q\n", "a,b | 1,2; 3,4; | p,q: 0 1", {AUTO}},
    {"1,2,p\n3,4,q\n", "column 1,column 2 | 1,2; 3,4; | p,q: 0 1", {AUTO}},
    {"1,2,p\n", "column 1,column 2 | 1,2; | p: 0", {AUTO}},
    {"1998,1999,y\n1,2,a\n", "1998,1999 | 1,2; | a: 0", {.header = 1, .split = -1}},
    {"a,,y\n1,2,p\n", "a,column 2 | 1,2; | p: 0", {AUTO}},
    {"a,a,y\n1,2,p\n", "a,a | 1,2; | p: 0", {AUTO}},
    {"x,y\n1,p\n\n2,q\n", "x | 1; 2; | p,q: 0 1", {AUTO}},
    /* Line ends, marks, blank lines, blanks. */
    {"a,y\r\n1,p\r\n2,q\r\n", "a | 1; 2; | p,q: 0 1", {AUTO}},
    {"a,y\r1,p\r2,q\r", "a | 1; 2; | p,q: 0 1", {AUTO}},
    {"a,y\n1,p\n2,q", "a | 1; 2; | p,q: 0 1", {AUTO}},
    {"\xef\xbb\xbf"
     "a,y\n1,p\n2,q\n",
     "a | 1; 2; | p,q: 0 1",
     {AUTO}},
    {"\n\n\r\na,y\n  \n1,p\n\n\n2,q\n\n", "a | 1; 2; | p,q: 0 1", {AUTO}},
    {" a , y \n 1 , p\n\t2,q\t\n", "a | 1; 2; | p,q: 0 1", {AUTO}},
    /* Quotes. */
    {"\"a\",\"y\"\n\"1\",\"p\"\n", "a | 1; | p: 0", {AUTO}},
    {"a,y\n1,\"p,\"\"q\"\"\"\n", "a | 1; | p,\"q\": 0", {AUTO}},
    {"a,y\n1,\"two\nlines\"\n2,p\n", "a | 1; 2; | p,two\\nlines: 1 0", {AUTO}},
    {"\"a\nb\",y\n1,p\n", "a\\nb | 1; | p: 0", {AUTO}},
    {"a,y\n1,\"\"\"\"\n", "a | 1; | \": 0", {AUTO}},
    /* Delimiters. */
    {"a;b;y\n1;2;p\n", "a,b | 1,2; | p: 0", {AUTO}},
    {"a\tb\ty\n1\t2\tp\n", "a,b | 1,2; | p: 0", {AUTO}},
    {"a;b;y\n1;2;p,q\n3;4;r,s\n", "a,b | 1,2; 3,4; | p,q,r,s: 0 1", {AUTO}},
    {"a|b|y\n1|2|p\n", "a,b | 1,2; | p: 0", {.delimiter = '|', AUTO}},
    {"\"a;b\",y\n1,p\n2,q\n", "a;b | 1; 2; | p,q: 0 1", {AUTO}},
    {"a b y\n1 2 p\n", "a,b | 1,2; | p: 0", {.delimiter = ' ', AUTO}},
    {"a|b|y\n1|2|p\n", "a,b | 1,2; | p: 0", {AUTO}},
    {"a b y\n1 2 p\n", "a,b | 1,2; | p: 0", {AUTO}},
    {"  a   b\ty \n 1.5  2   \"p  q\"\n", "a,b | 1.5,2; | p  q: 0", {AUTO}},
    {"5.1 3.5 p\r\n4.9  3 q\r\n", "column 1,column 2 | 5.1,3.5; 4.9,3; | p,q: 0 1", {AUTO}},
    {"close price\n1\n2\n", "close price | 1; 2; | none", {.label = "none", AUTO}},
    {"my wine\nred wine\nwhite wine\n",
     "my wine=red wine,my wine=white wine,my wine=? | 1,0,0; 0,1,0; | none",
     {.label = "none", .header = 1, .split = -1}},
    {"a,the y\n1,of p\n", "a | 1; | of p: 0", {AUTO}},
    /* Lines above the table. */
    {"sep=;\na;b;y\n1;2;p\n", "a,b | 1,2; | p: 0", {AUTO}},
    {"\xef\xbb\xbfsep=|\r\na,x|y\r\n1|p\r\n", "a,x | 1; | p: 0", {AUTO}},
    {"sep=,y\n1,p\n", "sep= | 1; | p: 0", {AUTO}},
    {"# taken on 3 May, 2024\n# by hand\na,y\n1,p\n", "a | 1; | p: 0", {AUTO}},
    {"# one\n\n# two\na,y\n1,p\n", "a | 1; | p: 0", {AUTO}},
    {"# no, header\n1,p\n2,q\n", "column 1 | 1; 2; | p,q: 0 1", {.header = 0, .split = -1}},
    {"#id,a,y\n1,2,p\n2,3,q\n", "#id,a | 1,2; 2,3; | p,q: 0 1", {AUTO}},
    {"#,a,y\n1,2,p\n2,3,q\n", "#,a | 1,2; 2,3; | p,q: 0 1", {.header = 1, .split = -1}},
    {"# x, y\na,y\n1,p\n", "a | 1; | p: 0", {AUTO}},
    {"#f00,1\n#0f0,2\n", "column 1=#0f0,column 1=#f00,column 1=? | 0,1,0; 1,0,0; | 1 2", {AUTO}},
    /* Numbers. */
    {"1e3,-2.5,+3,.5,5.,p\n",
     "column 1,column 2,column 3,column 4,column 5 | 1000,-2.5,3,0.5,5; | p: 0",
     {AUTO}},
    {"0.1,1e-50,p\n", "column 1,column 2 | 0.1,0; | p: 0", {AUTO}},
    {"3.4028235e38,0,p\n", "column 1,column 2 | 3.4028235e+38,0; | p: 0", {AUTO}},
    /* Which column is the label. */
    {"y,a\n1,2\n1,3\n", "a | 2; 3; | 1: 0 0", {.label = "first", AUTO}},
    {"y,a\n1,2\n1,3\n", "a | 2; 3; | 1: 0 0", {.label = "y", AUTO}},
    {"y,a\n1,2\n1,3\n", "a | 2; 3; | 1: 0 0", {.label = "Y", AUTO}},
    {"y,a\n1,2\n1,3\n", "a | 2; 3; | 1: 0 0", {.label = "1", AUTO}},
    {"y,a\n1,2\n1,3\n", "y,a | 1,2; 1,3; | none", {.label = "none", AUTO}},
    {"Class,a\np,2\nq,3\n", "a | 2; 3; | p,q: 0 1", {AUTO}},
    {"diagnosis,a\np,2\nq,3\n", "a | 2; 3; | p,q: 0 1", {AUTO}},
    {"1\n2\n", "column 1 | 1; 2; | none", {.label = "none", AUTO}},
    /* Which task it is. */
    {"1,5\n2,6\n", "column 1 | 1; 2; | 5 6", {AUTO}},
    {"1,0\n2,1\n3,0\n4,1\n", "column 1 | 1; 2; 3; 4; | 0,1: 0 1 0 1", {AUTO}},
    {"1,10\n2,9\n3,10\n4,9\n", "column 1 | 1; 2; 3; 4; | 9,10: 1 0 1 0", {AUTO}},
    {"1,-1\n2,1\n3,1\n4,-1\n", "column 1 | 1; 2; 3; 4; | -1,1: 0 1 1 0", {AUTO}},
    {"1,1.0\n2,1\n3,2\n4,2.0\n",
     "column 1 | 1; 2; 3; 4; | 1,2: 0 0 1 1",
     {.task = NN_TASK_CLASSIFICATION, AUTO}},
    {"1,0.5\n2,0.5\n3,0.5\n4,1.5\n", "column 1 | 1; 2; 3; 4; | 0.5 0.5 0.5 1.5", {AUTO}},
    {"1,0.5\n2,1.5\n", "column 1 | 1; 2; | 0.5,1.5: 0 1", {.task = NN_TASK_CLASSIFICATION, AUTO}},
    {"1,0\n2,1\n3,0\n4,1\n",
     "column 1 | 1; 2; 3; 4; | 0 1 0 1",
     {.task = NN_TASK_REGRESSION, AUTO}},
    {"1,b\n2,a\n3,B\n", "column 1 | 1; 2; 3; | B,a,b: 2 1 0", {AUTO}},
    {"1,1\n2,2\n3,1\n4,none\n5,2\n6,none\n",
     "column 1 | 1; 2; 3; 4; 5; 6; | 1,2,none: 0 1 0 2 1 2",
     {AUTO}},
    {"1,NA\n2,x\n", "column 1 | 1; 2; | NA,x: 0 1", {AUTO}},
    /* Which columns. */
    {"a,b,c,y\n1,2,3,p\n", "a,c | 1,3; | p: 0", {.columns = "1,3", AUTO}},
    {"a,b,c,y\n1,2,3,p\n", "b,c | 2,3; | p: 0", {.columns = "2-3", AUTO}},
    {"a,b,c,y\n1,2,3,p\n", "a,c | 1,3; | p: 0", {.columns = "c,A", AUTO}},
    {"a,b,c,y\n1,2,3,p\n", "a,b,c | 1,2,3; | p: 0", {.columns = "1-4", AUTO}},
    {"a,b,c,y\n1,2,3,p\n", "b,c | 2,3; | 1", {.columns = "1-3", .label = "1", AUTO}},
    {"a,b,c,y\n1,x,?,p\n", "a | 1; | p: 0", {.columns = "a", AUTO}},
    {"1-2,b,y\n1,2,p\n", "1-2 | 1; | p: 0", {.columns = "1-2", AUTO}},
    {"7,b,y\n1,2,p\n", "7 | 1; | p: 0", {.columns = "7", .header = 1, .split = -1}},
    {"1,2,3,p\n", "column 2 | 2; | p: 0", {.columns = "2", AUTO}},
    {"a,b,c,y\n1,2,3,p\n", "b,c | 2,3; | 1", {.columns = "2-3,label=1", AUTO}},
    {"a,b,c,y\n1,2,3,p\n", "a,c | 1,3; | p: 0", {.columns = "label=y,a,c", AUTO}},
    {"a,a,y\n1,2,p\n", "a | 2; | p: 0", {.columns = "2", AUTO}},
    {"a,A,y\n1,2,p\n", "A | 2; | p: 0", {.columns = "A", AUTO}},
    {"a,y,\n1,p,\n2,q,\n", "a | 1; 2; | p,q: 0 1", {.columns = "1", .label = "y", AUTO}},
    {"a,b,c\n1,2,3\n", "a,b | 1,2; | none", {.columns = "1-2", .label = "none", AUTO}},
    {"id,a,y\nAB1,1,p\nAB2,2,q\n", "a | 1; 2; | p,q: 0 1", {.columns = "2", AUTO}},
    /* Decimal commas. */
    {"a;b;y\n1,5;-2,25;p\n3;,5;q\n", "a,b | 1.5,-2.25; 3,0.5; | p,q: 0 1", {.comma = true, AUTO}},
    {"a,y\n\"1,5\",p\n", "a | 1.5; | p: 0", {.comma = true, .delimiter = ',', AUTO}},
    {"a\ty\n1,5e3\tp\n", "a | 1500; | p: 0", {.comma = true, AUTO}},
    {"1,5;2,5\n2,5;3,75\n", "column 1 | 1.5; 2.5; | 2.5 3.75", {.comma = true, AUTO}},
    {"a;y\n1;p, q\n", "a | 1; | p, q: 0", {.comma = true, AUTO}},
    /* Missing cells. */
    {"a,b,y\n1,2,p\n,3,q\n5,,p\n", "a,b | 1,2; | p: 0", {.missing = NN_MISSING_DROP, AUTO}},
    {"a,b,y\n1,2,p\nNA,3,q\n5,4,r\n",
     "a,b | 1,2; 5,4; | p,r: 0 1",
     {.missing = NN_MISSING_DROP, AUTO}},
    {"a,y\n1,p\n2,\n3,?\n4,q\n", "a | 1; 4; | p,q: 0 1", {.missing = NN_MISSING_DROP, AUTO}},
    {"a,y\n1,p\n2,none\n", "a | 1; 2; | none,p: 1 0", {.missing = NN_MISSING_DROP, AUTO}},
    {"a,b,y\n1,?,p\n2,?,q\n",
     "a | 1; 2; | p,q: 0 1",
     {.columns = "a", .missing = NN_MISSING_DROP, AUTO}},
    {"a,y\n1,p\nnan,q\n3,p\n", "a | 1; 3; | p: 0 0", {.missing = NN_MISSING_DROP, AUTO}},
    {"a,b,y\n1,2,p\n,3,q\n5,null,p\n",
     "a,b | 1,2; 3,3; 5,2.5; | p,q: 0 1 0",
     {.missing = NN_MISSING_MEAN, AUTO}},
    {"a,y\n1,p\nNaN,q\n3,p\n", "a | 1; 2; 3; | p,q: 0 1 0", {.missing = NN_MISSING_MEAN, AUTO}},
    {"a,y\n1,p\n2,q\n2,p\n?,q\n",
     "a | 1; 2; 2; 2; | p,q: 0 1 0 1",
     {.missing = NN_MISSING_MOST_FREQUENT, AUTO}},
    {"a,y\n3,p\n1,q\n?,q\n",
     "a | 3; 1; 1; | p,q: 0 1 1",
     {.missing = NN_MISSING_MOST_FREQUENT, AUTO}},
    {"a,y\n1,p\n2,q\n", "a | 1; 2; | p,q: 0 1", {.missing = NN_MISSING_MEAN, AUTO}},
    {"a,y\n1,p\n9,\n?,q\n3,p\n9,?\n",
     "a | 1; 2; 3; | p,q: 0 1 0",
     {.missing = NN_MISSING_MEAN, AUTO}},
    {"a,y\n1,1.5\n9,nan\n1,2\n?,2\n",
     "a | 1; 1; 1; | 1.5 2 2",
     {.missing = NN_MISSING_MOST_FREQUENT, AUTO}},
    /* Texts become inputs. */
    {"a,c,y\n1,red,p\n2,blue,q\n3,red,p\n",
     "a,c=blue,c=red,c=? | 1,0,1,0; 2,1,0,0; 3,0,1,0; | p,q: 0 1 0",
     {AUTO}},
    {"a,b,y\n1,x,p\n", "a,b=x,b=? | 1,1,0; | p: 0", {.header = 1, .split = -1}},
    {"outlook,play\nsunny,no\nrain,yes\n",
     "outlook=rain,outlook=sunny,outlook=? | 0,1,0; 1,0,0; | no,yes: 0 1",
     {AUTO}},
    {"a,c,y\n1,red,p\n2,,q\n3,red,p\n",
     "a,c=red,c=? | 1,1,0; 2,0,1; 3,1,0; | p,q: 0 1 0",
     {.missing = NN_MISSING_MEAN, AUTO}},
    {"a,c,y\n1,red,p\n2,,q\n3,red,p\n4,ash,p\n",
     "a,c=ash,c=red,c=? | 1,0,1,0; 2,0,1,0; 3,0,1,0; 4,1,0,0; | p,q: 0 1 0 0",
     {.missing = NN_MISSING_MOST_FREQUENT, AUTO}},
    {"a,c,y\n1,red,p\n2,,q\n", "a,c=red,c=? | 1,1,0; | p: 0", {.missing = NN_MISSING_DROP, AUTO}},
    {"a,c,y\n1,7,p\n2,10,q\n3,7,p\n",
     "a,c=10,c=7,c=? | 1,0,1,0; 2,1,0,0; 3,0,1,0; | p,q: 0 1 0",
     {.categories = "c", AUTO}},
    {"a,c,y\n1,7,p\n2,x,q\n",
     "a,c=7,c=x,c=? | 1,1,0,0; 2,0,1,0; | p,q: 0 1",
     {.categories = "2", AUTO}},
    {"a,c,y\n1,x,p\n2,7,q\n",
     "a,c=7,c=x,c=? | 1,0,1,0; 2,1,0,0; | p,q: 0 1",
     {.categories = "2", AUTO}},
    {"a,d,y\n1,2020-01-02,p\n", "a,d=2020-01-02,d=? | 1,1,0; | p: 0", {.categories = "d", AUTO}},
    {"a,c,y\n1,\x1b[2J,p\n", "a,c=\\x1b[2J,c=? | 1,1,0; | p: 0", {.header = 1, .split = -1}},
    /* Outside text comes out visible. */
    {"a\x1b[31m,y\n1,p\x07\n", "a\\x1b[31m | 1; | p\\x07: 0", {AUTO}},
    {"\xe2\x80\xae"
     "a,y\n1,\xff\n",
     "\\u{202e}a | 1; | \\xff: 0",
     {AUTO}},
    {"a\xc2\x9b,y\n1,p\n", "a\\x9b | 1; | p: 0", {AUTO}},
    {"\xce\xb1,y\n1,\xce\xb2\n", "\xce\xb1 | 1; | \xce\xb2: 0", {AUTO}},
};

Test(csv, good)
{
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        const struct csv_case *c = &good[i];
        struct nn_samples *samples = NULL;
        struct nn_error error = {.status = NN_OK};
        struct nn_buffer text;
        enum nn_status status = read_csv(c->text, strlen(c->text), c->options, &samples, &error);
        cr_expect(status == NN_OK, "case %zu: %s", i, error.message);
        if (status != NN_OK)
            continue;
        nn_buffer_init(&text, 0);
        dump(&text, samples);
        cr_expect(strcmp(nn_buffer_string(&text), c->want) == 0, "case %zu:\n got  %s\n want %s", i,
                  nn_buffer_string(&text), c->want);
        nn_buffer_clear(&text);
        nn_samples_free(samples);
    }
}

struct bad_case {
    const char *text;
    enum nn_status status;
    size_t line, column;
    const char *part; /* of the message or the hint */
    struct nn_read_options options;
};

static const struct bad_case bad[] = {
    {"", NN_DAMAGED, 0, 0, "the file is empty", {AUTO}},
    {"\n\n", NN_DAMAGED, 0, 0, "only blank lines", {AUTO}},
    {"\xef\xbb\xbf", NN_DAMAGED, 0, 0, "only blank lines", {AUTO}},
    {"a,b\n", NN_DAMAGED, 0, 0, "header but no rows", {AUTO}},
    {"a,b", NN_DAMAGED, 0, 0, "header but no rows", {AUTO}},
    {"1,2\n", NN_DAMAGED, 0, 0, "header but no rows", {.header = 1, .split = -1}},
    {"a,b,y\n1,2\n", NN_DAMAGED, 2, 3, "2 fields where 3", {AUTO}},
    {"a,b,y\n1,2,3,4\n", NN_DAMAGED, 2, 4, "4 fields where 3", {AUTO}},
    {"a,b,y\n1,2,p,\n", NN_DAMAGED, 2, 4, "4 fields where 3", {AUTO}},
    {"1,2,p\n\n\n3,4\n", NN_DAMAGED, 4, 3, "2 fields where 3", {AUTO}},
    {"a,age,y\n1,2,p\n3,old,q\n", NN_DAMAGED, 3, 2, "row 3, column 2 (\"age\"): \"old\"", {AUTO}},
    {"a,age,y\r\n1,2,p\r\n3,old,q\r\n", NN_DAMAGED, 3, 2, "(\"age\")", {AUTO}},
    {"a,age,y\r1,2,p\r3,old,q\r", NN_DAMAGED, 3, 2, "(\"age\")", {AUTO}},
    {"a,age,y\n1,2,\"p\nq\"\n3,old,q\n", NN_DAMAGED, 4, 2, "row 4", {AUTO}},
    {"a,b,y\n\"\n1\",5x,p\n", NN_DAMAGED, 3, 2, "\"5x\"", {.header = 1, .split = -1}},
    {"a,age,y\n1,,p\n", NN_DAMAGED, 2, 2, "the cell is empty", {AUTO}},
    {"a,age,y\n1,\"\",p\n", NN_DAMAGED, 2, 2, "the cell is empty", {AUTO}},
    {"a,age,y\n1,?,p\n", NN_DAMAGED, 2, 2, "missing: ?", {AUTO}},
    {"a,age,y\n1,N/A,p\n", NN_DAMAGED, 2, 2, "missing: N/A", {AUTO}},
    {"1,2,p\n3,nan,q\n", NN_DAMAGED, 2, 2, "nan is not a finite", {AUTO}},
    {"1,2,p\n3,-inf,q\n", NN_DAMAGED, 2, 2, "-inf is not a finite", {AUTO}},
    {"1,2,p\n3,Infinity,q\n", NN_DAMAGED, 2, 2, "not a finite", {AUTO}},
    {"1,2,p\n3,1e400,q\n", NN_DAMAGED, 2, 2, "1e400 is not a finite 32-bit", {AUTO}},
    {"1,2,p\n3,1e39,q\n", NN_DAMAGED, 2, 2, "1e39 is not a finite 32-bit", {AUTO}},
    {"1,2,p\n3,0x10,q\n", NN_DAMAGED, 2, 2, "\"0x10\" is not a number", {AUTO}},
    {"1;2,5;p\n3;2,5;q\n", NN_DAMAGED, 1, 2, "decimal=comma", {AUTO}},
    {"1,2,p\n3,1 000,q\n", NN_DAMAGED, 2, 2, "\"1 000\"", {AUTO}},
    {"1,\"2,p\n3,4,q\n", NN_DAMAGED, 1, 2, "never closed", {AUTO}},
    {"a,y\n1,p\n2,\"q\n3,r\n4,s\n", NN_DAMAGED, 3, 2, "never closed", {AUTO}},
    {"a,y\n\"1,p\n2,q\n", NN_DAMAGED, 2, 1, "never closed", {AUTO}},
    {"a,y\n1,\"p\n2,q\n3,\"r\"\n", NN_DAMAGED, 2, 2, "on line 4", {AUTO}},
    {"a,y\n1,\"p\"q\n", NN_DAMAGED, 2, 2, "text follows the closing quote", {AUTO}},
    {"a,y\n1,5\" pipe\n", NN_DAMAGED, 2, 2, "a quote inside a bare field", {AUTO}},
    {"a,y\n1,p\n2,\n", NN_DAMAGED, 3, 2, "(\"y\"): the label is missing", {AUTO}},
    {"a,y\n1,p\n2,?\n", NN_DAMAGED, 3, 2, "the label is missing", {AUTO}},
    {"a,y\n1,1.5\n2,nan\n", NN_DAMAGED, 3, 2, "the label nan", {AUTO}},
    {"a,y\n1,1.5\n2,1e40\n", NN_DAMAGED, 3, 2, "the label 1e40", {AUTO}},
    {"a,y\n1,1.5\n2,2.5\n3,2.5x\n", NN_DAMAGED, 4, 2, "\"2.5x\" is not a number", {AUTO}},
    {"a,y\n1,1.5\n2,2.5\n3,2.5x\n", NN_DAMAGED, 4, 2, "task=classification", {AUTO}},
    {"a,y\n1,p\n", NN_DAMAGED, 2, 2, "\"p\" is not a number", {.task = NN_TASK_REGRESSION, AUTO}},
    {"a\n1\n", NN_DAMAGED, 0, 0, "one column", {AUTO}},
    {"a\n1\n", NN_DAMAGED, 0, 0, "label=none", {AUTO}},
    {"age,y\n1,p\n", NN_ARGUMENT, 0, 0, "no column \"aeg\"", {.label = "aeg", AUTO}},
    {"weight,y\n1,p\n", NN_ARGUMENT, 0, 0, "did you mean \"weight\"", {.label = "wieght", AUTO}},
    {"1,p\n2,q\n", NN_ARGUMENT, 0, 0, "has no header", {.label = "age", AUTO}},
    {"1,p\n2,q\n", NN_ARGUMENT, 0, 0, "the columns are 1 to 2", {.label = "3", AUTO}},
    {"1,p\n2,q\n", NN_ARGUMENT, 0, 0, "the columns are 1 to 2", {.label = "0", AUTO}},
    {"1,p\n2,q\n", NN_ARGUMENT, 0, 0, "the columns are 1 to 2", {.label = "-1", AUTO}},
    {"1,p\n", NN_ARGUMENT, 0, 0, "exclude each other", {.label = "1", .labels = "x", AUTO}},
    {"\xff\xfe"
     "1,2",
     NN_DAMAGED,
     0,
     0,
     "UTF-16",
     {AUTO}},
    {"\xfe\xff"
     "1,2",
     NN_DAMAGED,
     0,
     0,
     "UTF-16",
     {AUTO}},
    {"a,b,y\n1,2,p\n",
     NN_ARGUMENT,
     0,
     0,
     "columns=9: the columns are 1 to 3",
     {.columns = "9", AUTO}},
    {"a,b,y\n1,2,p\n",
     NN_ARGUMENT,
     0,
     0,
     "columns=0: the columns are 1 to 3",
     {.columns = "1,0", AUTO}},
    {"a,b,y\n1,2,p\n", NN_ARGUMENT, 0, 0, "columns=1-9: the columns", {.columns = "1-9", AUTO}},
    {"a,b,y\n1,2,p\n", NN_ARGUMENT, 0, 0, "columns=2-1: the columns", {.columns = "2-1", AUTO}},
    {"a,b,y\n1,2,p\n", NN_ARGUMENT, 0, 0, "joined by commas", {.columns = "1,,2", AUTO}},
    {"a,b,y\n1,2,p\n", NN_ARGUMENT, 0, 0, "joined by commas", {.columns = "1,", AUTO}},
    {"a,b,y\n1,2,p\n", NN_ARGUMENT, 0, 0, "joined by commas", {.columns = "", AUTO}},
    {"weight,b,y\n1,2,p\n",
     NN_ARGUMENT,
     0,
     0,
     "did you mean \"weight\"",
     {.columns = "wieght", AUTO}},
    {"a,b,y\n1,2,p\n", NN_ARGUMENT, 0, 0, "nothing but the label", {.columns = "y", AUTO}},
    {"a,b,y\n1,2,p\n",
     NN_ARGUMENT,
     0,
     0,
     "categories=4: the columns are 1 to 3",
     {.categories = "4", AUTO}},
    {"a;y\n1.000,5;p\n", NN_DAMAGED, 2, 1, "\"1.000,5\" is not a number", {.comma = true, AUTO}},
    {"a;y\n1;p\n1.5;q\n", NN_DAMAGED, 3, 1, "\"1.5\" is not", {.comma = true, AUTO}},
    {"a;y\n1;p\n1,2,3;q\n", NN_DAMAGED, 3, 1, "categories=1", {.comma = true, AUTO}},
    {"a;b;y\n1;1,2,3;p\n", NN_DAMAGED, 2, 2, "categories=2", {.header = 1, .split = -1}},
    {"a,b,y\n1,2024-01-31,p\n", NN_DAMAGED, 2, 2, "a date is no", {.header = 1, .split = -1}},
    {"a;b;y\n1;-;p\n", NN_DAMAGED, 2, 2, "count as missing", {.header = 1, .split = -1}},
    {"a;b;y\n1;+-3;p\n", NN_DAMAGED, 2, 2, "categories=2", {.header = 1, .split = -1}},
    {"a,a,y\n1,2,p\n", NN_ARGUMENT, 0, 0, "the columns 1 and 2 bear", {.columns = "a", AUTO}},
    {"a,b,a\n1,2,p\n", NN_ARGUMENT, 0, 0, "the columns 1 and 3 bear", {.label = "a", AUTO}},
    {"A,b,a\n1,2,p\n", NN_ARGUMENT, 0, 0, "no column \"c\"", {.label = "c", AUTO}},
    {"a,b,y\n1,2,p\n",
     NN_ARGUMENT,
     0,
     0,
     "and so does label=",
     {.columns = "1,label=3", .label = "2", AUTO}},
    {"a,b,y\n1,2,p\n", NN_ARGUMENT, 0, 0, "columns are 1 to 3", {.columns = "1,label=4", AUTO}},
    {"a,y,\n1,p,\n2,q,\n", NN_DAMAGED, 0, 0, "the last column, 3, has neither", {AUTO}},
    {"1,p,\n2,q,\n", NN_DAMAGED, 0, 0, "every line ends with a delimiter", {AUTO}},
    {"1,p,\n2,q,\n",
     NN_DAMAGED,
     0,
     0,
     "columns=1-2",
     {.missing = NN_MISSING_MEAN, .label = "2", AUTO}},
    {"a,y\n1,p,\n2,q,\n", NN_DAMAGED, 2, 3, "ends with a delimiter", {AUTO}},
    {"# one\n# two\na,y\n1,p\nx,q\n", NN_DAMAGED, 5, 1, "row 5", {AUTO}},
    {"a  y\n1 p\n  x q\n", NN_DAMAGED, 3, 1, "\"x\"", {AUTO}},
    {"a,y\n,p\n?,q\n", NN_DAMAGED, 0, 0, "leaves no row", {.missing = NN_MISSING_DROP, AUTO}},
    {"a,y\n1,p\n2,\n", NN_DAMAGED, 3, 2, "missing=drop", {AUTO}},
    {"a,y\n1,\n2,\n",
     NN_DAMAGED,
     0,
     0,
     "all 2 lack the label",
     {.missing = NN_MISSING_MEAN, .header = 1, .split = -1, .label = "y"}},
    {"a,y\ninf,p\n",
     NN_DAMAGED,
     2,
     1,
     "not a finite",
     {.missing = NN_MISSING_MEAN, .header = 1, .split = -1}},
    {"a,b,y\n1,x,p\n2,5,q\n",
     NN_DAMAGED,
     3,
     2,
     "the number 5 in a column of texts",
     {.header = 1, .split = -1}},
    {"a,b,y\n1,x,p\n2,5,q\n", NN_DAMAGED, 3, 2, "categories=2", {.header = 1, .split = -1}},
    {"a,b,y\n1,5,p\n2,x,q\n", NN_DAMAGED, 3, 2, "categories=2", {AUTO}},
    {"a,b,y\n1,2020-01-02,p\n",
     NN_DAMAGED,
     2,
     2,
     "\"2020-01-02\" is not a number",
     {.header = 1, .split = -1}},
    {"a,b,y\n1,12%,p\n", NN_DAMAGED, 2, 2, "\"12%\"", {.header = 1, .split = -1}},
    {"a,b,y\n1,-,p\n", NN_DAMAGED, 2, 2, "\"-\" is not a number", {.header = 1, .split = -1}},
    {"a,b,y\n1,inf,p\n",
     NN_DAMAGED,
     2,
     2,
     "inf is not a finite",
     {.categories = "b", .header = 1, .split = -1}},
    {"a,y\n1\x1b[2J,p\n", NN_DAMAGED, 2, 1, "1\\x1b[2J", {.header = 1, .split = -1}},
};

Test(csv, bad)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        const struct bad_case *c = &bad[i];
        struct nn_samples *samples = NULL;
        struct nn_error error = {.status = NN_OK};
        enum nn_status status = read_csv(c->text, strlen(c->text), c->options, &samples, &error);
        cr_expect(status == c->status && error.status == c->status, "case %zu: status %d: %s", i,
                  (int)status, error.message);
        cr_expect(!samples, "case %zu: samples despite of an error", i);
        cr_expect(error.line == c->line && error.column == c->column, "case %zu: at %zu:%zu: %s", i,
                  error.line, error.column, error.message);
        cr_expect(strstr(error.message, c->part) || strstr(error.hint, c->part),
                  "case %zu: \"%s\" (%s)", i, error.message, error.hint);
        cr_expect(strcmp(error.file, "t.csv") == 0, "case %zu: file \"%s\"", i, error.file);
        nn_samples_free(samples);
    }
}

Test(csv, text_that_is_not_text)
{
    static const struct {
        const char *bytes;
        size_t length, line;
        const char *part;
    } cases[] = {
        {"a,y\n1,\0\n", 8, 2, "NUL byte at byte offset 6"},
        {"a,y\r\n1,2\r\n\0", 11, 3, "NUL byte at byte offset 10"},
        {"1\0,\0002\0", 6, 0, "UTF-16"},
        {"\0001\0,\0002", 6, 0, "UTF-16"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct nn_samples *samples = NULL;
        struct nn_error error;
        enum nn_status status =
            read_csv(cases[i].bytes, cases[i].length, plain_options(), &samples, &error);
        cr_expect(status == NN_DAMAGED && strstr(error.message, cases[i].part), "case %zu: %s", i,
                  error.message);
        cr_expect(error.line == cases[i].line, "case %zu: line %zu", i, error.line);
    }
}

/* Quotes and line ends are the same text; the delimiter, too. */
Test(csv, variants_give_the_same_samples)
{
    static const char *const ends[] = {"\n", "\r\n", "\r"};
    static const char *const delimiters[] = {",", ";", "\t"};
    struct nn_error error;
    struct nn_buffer want;
    nn_buffer_init(&want, 0);
    for (int v = 0; v < 36; v++) {
        const char *end = ends[v % 3], *delimiter = delimiters[v / 3 % 3];
        const char *quote = v / 9 % 2 ? "\"" : "";
        struct nn_samples *samples = NULL;
        struct nn_buffer text, got;
        nn_buffer_init(&text, 0);
        nn_buffer_init(&got, 0);
        nn_buffer_text(&text, v / 18 ? "\xef\xbb\xbf" : "");
        nn_buffer_printf(&text, "%sa%s%sb%sy%s", quote, quote, delimiter, delimiter, end);
        for (int i = 0; i < 50; i++)
            nn_buffer_printf(&text, "%d%s%s-%d.25%s%s%c%s", i, delimiter, quote, i * i, quote,
                             delimiter, "pqr"[i % 3], end);
        expect_ok(read_csv(text.data, text.length, plain_options(), &samples, &error));
        dump(&got, samples);
        if (v == 0)
            nn_buffer_text(&want, nn_buffer_string(&got));
        cr_assert(strcmp(want.data, got.data) == 0, "variant %d: %s", v, got.data);
        nn_samples_free(samples);
        nn_buffer_clear(&text);
        nn_buffer_clear(&got);
    }
    nn_buffer_clear(&want);
}

Test(csv, limits)
{
    const size_t mib = 1 << 20;
    struct nn_samples *samples = NULL;
    struct nn_error error;
    struct nn_buffer text;
    nn_buffer_init(&text, 0);
    /* A label of exactly 1 MiB, and of one byte more, bare and quoted. */
    for (int quoted = 0; quoted < 2; quoted++) {
        for (size_t more = 0; more < 3; more++) {
            size_t length = more == 2 ? 8 * mib : mib + more;
            text.length = 0;
            nn_buffer_text(&text, quoted ? "1,\"" : "1,");
            nn_buffer_fill(&text, 'x', length);
            nn_buffer_text(&text, quoted ? "\"\n" : "\n");
            enum nn_status status =
                read_csv(text.data, text.length, plain_options(), &samples, &error);
            cr_assert(status == (more ? NN_LIMIT : NN_OK), "%zu: %d %s", length, (int)status,
                      error.message);
            if (more)
                cr_assert(error.line == 1 && error.column == 2 &&
                              strstr(error.message, "1048576 bytes") &&
                              strstr(error.hint, "limits.field"),
                          "%zu:%zu %s", error.line, error.column, error.message);
            else
                nn_samples_free(samples);
        }
    }
    /* A million columns, and one more. */
    for (size_t more = 0; more < 2; more++) {
        text.length = 0;
        for (size_t i = 0; i < 999999 + more; i++)
            nn_buffer_append(&text, "1,", 2);
        nn_buffer_text(&text, "p\n");
        enum nn_status status = read_csv(text.data, text.length, plain_options(), &samples, &error);
        cr_assert(status == (more ? NN_LIMIT : NN_OK), "%d %s", (int)status, error.message);
        if (!more)
            nn_samples_free(samples);
    }
    /* 10 000 classes, and one more. */
    for (size_t more = 0; more < 2; more++) {
        text.length = 0;
        for (size_t i = 0; i < 10000 + more; i++)
            nn_buffer_printf(&text, "1,c%zu\n", (i * 7919) % 10007);
        enum nn_status status = read_csv(text.data, text.length, plain_options(), &samples, &error);
        cr_assert(status == (more ? NN_LIMIT : NN_OK), "%d %s", (int)status, error.message);
        if (!more) {
            cr_assert(samples->class_count == 10000);
            nn_samples_free(samples);
        }
    }
    nn_buffer_clear(&text);
}

/* What the numbers mean does not depend on where one lives. */
Test(csv, german_locale)
{
    struct nn_samples *samples = NULL;
    struct nn_error error;
    static const char *const names[] = {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8", "ru_RU.UTF-8"};
    bool set = false;
    for (size_t i = 0; i < sizeof names / sizeof names[0] && !set; i++)
        set = setlocale(LC_ALL, names[i]);
    if (!set)
        cr_skip_test("no locale with a decimal comma is installed");
    expect_ok(read_csv("1.5,p\n2.25,q\n", 13, plain_options(), &samples, &error));
    cr_assert(((float *)samples->values)[0] == 1.5F && ((float *)samples->values)[1] == 2.25F);
    nn_samples_free(samples);
}

Test(csv, what_was_missing_is_told)
{
    static const char text[] = "a,b,c,y\n1,,red,p\n2,5,,q\n,,blue,p\n9,9,red,\n4,5,red,q\n";
    static const enum nn_missing rules[] = {NN_MISSING_DROP, NN_MISSING_MEAN,
                                            NN_MISSING_MOST_FREQUENT};
    for (size_t k = 0; k < 3; k++) {
        struct nn_read_options options = plain_options();
        struct nn_samples *samples = NULL;
        struct nn_error error;
        options.missing = rules[k];
        expect_ok(read_csv(text, strlen(text), options, &samples, &error));
        bool drop = rules[k] == NN_MISSING_DROP;
        cr_assert(samples->missing_rule == rules[k]);
        cr_assert(samples->dropped == (drop ? 4 : 1) && samples->count == (drop ? 1 : 4));
        cr_assert(samples->missing[0] == 1 && samples->missing[1] == 2);
        cr_assert(samples->missing[samples->feature_count - 1] == 1, "in c=?");
        nn_samples_free(samples);
    }
}

Test(csv, too_many_values_for_categories)
{
    for (size_t more = 0; more < 2; more++) {
        struct nn_samples *samples = NULL;
        struct nn_error error;
        struct nn_buffer text;
        nn_buffer_init(&text, 0);
        for (size_t i = 0; i < 256 + more; i++)
            nn_buffer_printf(&text, "name%zu,1,%c\n", i, "pq"[i % 2]);
        enum nn_status status = read_csv(text.data, text.length, plain_options(), &samples, &error);
        cr_assert(status == (more ? NN_LIMIT : NN_OK), "%s", error.message);
        if (more)
            cr_assert(error.line == 257 && error.column == 1 && strstr(error.hint, "columns="));
        else
            cr_assert(samples->feature_count == 258);
        nn_samples_free(samples);
        nn_buffer_clear(&text);
    }
}
