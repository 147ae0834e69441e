/* A program that carries the library within itself:
 *     cc static.c -static $(pkg-config --cflags --libs --static unitvar)
 * A parameter's weights depend on the seed and its name alone, not on what was initialised before it. */
#include <stdio.h>
#include <unitvar.h>

int main(void)
{
    static float weight[64 * 32];
    int64_t shape[2] = {64, 32};
    unitvar_tensor t = {weight, {1, 0}, 2, {2, 32, 1}, shape, NULL, 0};
    unitvar_generator *model = NULL;
    unitvar_generator *layer = NULL;
    if (unitvar_generator_create(UNITVAR_PHILOX4X32, 42, 0, &model) ||
        unitvar_generator_fork(model, "layer.0.weight", &layer) ||
        unitvar_init_kaiming_normal(layer, &t, 0.0, UNITVAR_FAN_IN, UNITVAR_RELU)) {
        fprintf(stderr, "%s\n", unitvar_last_error());
        return 1;
    }
    printf("%s: %.9g %.9g\n", unitvar_version_string(), (double)weight[0], (double)weight[64 * 32 - 1]);
    unitvar_generator_destroy(layer);
    unitvar_generator_destroy(model);
    return 0;
}
