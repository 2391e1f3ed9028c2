/* The properties over a few random nets; tests/long has more of them. */
#include "properties.h"

#include <criterion/criterion.h>

#ifndef PROPERTY_NETS
#define PROPERTY_NETS 60
#endif

Test(properties, completeness)
{
    check_completeness(PROPERTY_NETS);
}

Test(properties, conservation)
{
    check_conservation(PROPERTY_NETS);
}

Test(properties, batch_invariance)
{
    check_batch_invariance(PROPERTY_NETS);
}

Test(properties, permutation_equivariance)
{
    check_permutation_equivariance(PROPERTY_NETS);
}

Test(properties, dead_inputs)
{
    check_dead_inputs(PROPERTY_NETS);
}

Test(properties, guided_backprop_fails_randomization)
{
    check_guided_backprop_fails_randomization(PROPERTY_NETS);
}

Test(properties, lrp_0_is_gradient_x_input)
{
    check_lrp_0_is_gradient_x_input(PROPERTY_NETS);
}

Test(properties, zplus_is_alpha1_beta0)
{
    check_zplus_is_alpha1_beta0(PROPERTY_NETS);
}

Test(properties, gradcam_is_cam)
{
    check_gradcam_is_cam(PROPERTY_NETS);
}

Test(properties, exact_integrated_gradients)
{
    check_exact_integrated_gradients(PROPERTY_NETS / 12);
}
