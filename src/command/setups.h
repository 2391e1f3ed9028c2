/* What the examples of several commands begin with: `setup` of struct nn_example. The tests run
 * them, so they are small and train for an instant.
 */
#ifndef NN_COMMAND_SETUPS_H
#define NN_COMMAND_SETUPS_H

#define NN_DIGITS                                                                                  \
    "data demo digits; add conv2d 8 3 relu; add maxpool2d 2; add flatten; add dense 10 softmax; "  \
    "compile loss=categorical_crossentropy; train epochs=1"

#define NN_IRIS                                                                                    \
    "data demo iris; add dense 16 relu; add dense 3 softmax; "                                     \
    "compile loss=categorical_crossentropy lr=0.02; train epochs=10"

#define NN_CANCER                                                                                  \
    "data demo breast-cancer; data scale standard; add dense 8 relu; add dense 1 sigmoid; "        \
    "compile loss=binary_crossentropy lr=0.01; train epochs=5"

#endif
