/* History: the lines that were typed, in a file of the user's state folder.
 *
 * Threads: main thread; readline's state is global.
 */
#ifndef NN_TUI_HISTORY_H
#define NN_TUI_HISTORY_H

void nn_history_open(void);
/* Every line is written when it is entered, so that neither a crash nor a second nnscope loses any.
 */
void nn_history_add(const char *line);
void nn_history_close(void);

#endif
