/* Properties of explanations over random nets: each function fails the test for the first nets that
 * break one. Seeds [1, count]; a few in `make check`, at least 1,000 in `make check-long`. */
#ifndef NN_TESTS_EXPLAIN_PROPERTIES_H
#define NN_TESTS_EXPLAIN_PROPERTIES_H

#include <stdint.h>

void check_completeness(uint64_t count);
void check_conservation(uint64_t count);
void check_batch_invariance(uint64_t count);
void check_permutation_equivariance(uint64_t count);
void check_dead_inputs(uint64_t count);
void check_guided_backprop_fails_randomization(uint64_t count);
void check_lrp_0_is_gradient_x_input(uint64_t count);
void check_zplus_is_alpha1_beta0(uint64_t count);
void check_gradcam_is_cam(uint64_t count);
void check_exact_integrated_gradients(uint64_t count);

#endif
