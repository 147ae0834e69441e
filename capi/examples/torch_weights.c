/* What torch.nn.Linear(768, 1024) holds after torch.manual_seed(42), without PyTorch: cc torch_weights.c -lunitvar */
#include <stdio.h>
#include <unitvar.h>

int main(void)
{
    static float w[1024 * 768], b[1024];
    int64_t shape[2] = {1024, 768};
    unitvar_tensor weight = {w, {1, 0}, 2, {2, 32, 1}, shape, NULL, 0};
    unitvar_tensor bias = {b, {1, 0}, 1, {2, 32, 1}, shape, NULL, 0};
    unitvar_generator *g = NULL;
    if (unitvar_generator_create(UNITVAR_TORCH_MT19937, 42, 0, &g) || unitvar_torch_linear_reset(g, &weight, &bias))
        puts(unitvar_last_error());
    printf("%.9g %.9g %.9g\n", (double)w[0], (double)w[1024 * 768 - 1], (double)b[1023]);
    unitvar_generator_destroy(g);
    return 0;
}
