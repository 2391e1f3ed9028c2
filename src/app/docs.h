/* Documentation from the tables of the program: --help, --version and the man page.
 *
 * The man page man/nnscope.1 is this output; a test fails when they differ.
 */
#ifndef NN_APP_DOCS_H
#define NN_APP_DOCS_H

#include <stdio.h>

void nn_docs_help(FILE *out);
void nn_docs_version(FILE *out);
void nn_docs_man(FILE *out);

#endif
