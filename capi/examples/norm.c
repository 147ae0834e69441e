/* Inference through a normalisation, an activation and a linear layer, in place: cc norm.c -lunitvar
 * The running statistics are those of training; nothing here depends on the number of threads or the processor. */
#include <stdio.h>
#include <unitvar.h>

enum { images = 8, channels = 16, classes = 4 };

int main(void)
{
    static float x[images * channels], y[images * classes], weight[classes * channels];
    static float running_mean[channels], running_var[channels];
    int64_t x_shape[2] = {images, channels}, y_shape[2] = {images, classes}, w_shape[2] = {classes, channels};
    int64_t c_shape[1] = {channels};
    unitvar_tensor tx = {x, {1, 0}, 2, {2, 32, 1}, x_shape, NULL, 0};
    unitvar_tensor ty = {y, {1, 0}, 2, {2, 32, 1}, y_shape, NULL, 0};
    unitvar_tensor tw = {weight, {1, 0}, 2, {2, 32, 1}, w_shape, NULL, 0};
    unitvar_tensor mean = {running_mean, {1, 0}, 1, {2, 32, 1}, c_shape, NULL, 0};
    unitvar_tensor var = {running_var, {1, 0}, 1, {2, 32, 1}, c_shape, NULL, 0};
    unitvar_generator *g = NULL;
    const int training = 0;
    if (unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g) || unitvar_init_normal(g, &tx, 3.0, 2.0) ||
        unitvar_init_xavier_uniform(g, &tw, 1.0) || unitvar_init_constant(&mean, 3.0) ||
        unitvar_init_constant(&var, 4.0) ||
        unitvar_batch_norm(&tx, NULL, NULL, &mean, &var, NULL, training, 0.1, 1e-5, &tx, NULL, NULL) ||
        unitvar_relu(&tx, &tx) || unitvar_linear(&tx, &tw, NULL, &ty))
        puts(unitvar_last_error());
    printf("%.9g %.9g\n", (double)y[0], (double)y[images * classes - 1]);
    unitvar_generator_destroy(g);
    return 0;
}
