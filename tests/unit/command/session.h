/* A session for tests whose output is kept as text: messages and epochs as they come, results by
 * their command. */
#ifndef NN_TEST_SESSION_H
#define NN_TEST_SESSION_H

#include "base/buffer.h"
#include "command/session.h"

struct nn_test_session {
    struct nn_session *session;
    struct nn_buffer out;      /* one line for each piece of output */
    struct nn_buffer warnings; /* messages of errors that a script went on after */
    size_t results, epochs;
};

/* Makes a fresh session in a fresh temporary folder, which becomes the working directory. */
void nn_test_start(struct nn_test_session *test);
void nn_test_end(struct nn_test_session *test);
/* Runs one line as typed; fails the test, naming the line, unless its status is `wanted`. Returns
 * the error. */
struct nn_error nn_test_run(struct nn_test_session *test, const char *line, enum nn_status wanted);
/* A file in the temporary folder. */
void nn_test_write(const char *name, const char *text);

#endif
