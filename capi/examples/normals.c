/* A million normals, the same on every machine: cc normals.c -lunitvar */
#include <stdio.h>
#include <unitvar.h>

int main(void)
{
    static float x[1000000];
    unitvar_moments m = {0, 0, 0};
    double variance = 0;
    unitvar_generator *g = NULL;
    if (unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g) || unitvar_normal_f32(g, x, 1000000, 0.0, 1.0) ||
        unitvar_moments_update_f32(&m, x, 1000000) || unitvar_moments_variance(&m, 1, &variance))
        puts(unitvar_last_error());
    printf("%.9g %.9g: mean %.6f, variance %.6f\n", (double)x[0], (double)x[999999], m.mean, variance);
    unitvar_generator_destroy(g);
    return 0;
}
