/* variance.c: what an initialiser is for. x ~ N(0, 1) of 2000 elements goes through four layers of ReLU and Linear,
 * 2000 -> 1024 -> 5120 -> 2000 -> 555, and after each the mean and variance are printed, with a bar for the variance's
 * decimal logarithm. Where an element has variance v and is symmetric, E[relu(x)^2] = v / 2; a weight of variance
 * 2 / fan_in (He et al. 2015) makes up for that, and the variance stays 1. Xavier's does not, and N(0, 0.01) collapses.
 *
 * usage: unitvar_variance [SEED]. Exits with 1 where kaiming_normal does not keep the variance within a factor of 2.
 */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unitvar.h"

enum { LAYERS = 4, BATCH = 256, WIDEST = 5120, MOST_WEIGHTS = 5120 * 2000 };
static const int64_t widths[LAYERS + 1] = {2000, 1024, 5120, 2000, 555};

struct initializer {
    const char *name;
    int32_t (*run)(unitvar_generator *g, unitvar_tensor *weight);
};

static int32_t kaiming(unitvar_generator *g, unitvar_tensor *weight)
{
    return unitvar_init_kaiming_normal(g, weight, 0, UNITVAR_FAN_IN, UNITVAR_RELU);
}
static int32_t xavier(unitvar_generator *g, unitvar_tensor *weight)
{
    return unitvar_init_xavier_normal(g, weight, 1);
}
static int32_t plain(unitvar_generator *g, unitvar_tensor *weight)
{
    return unitvar_init_normal(g, weight, 0, 0.01);
}

static const struct initializer initializers[] = {
    {"kaiming_normal, relu", kaiming}, {"xavier_normal", xavier}, {"normal(0, 0.01)", plain}};

struct network {
    float *x;
    float *y;
    float *weight;
};

static unitvar_tensor matrix(float *data, int64_t *shape)
{
    const unitvar_tensor t = {data, {1, 0}, 2, {2, 32, 1}, shape, NULL, 0};
    return t;
}

static int32_t mean_and_variance(const unitvar_tensor *x, float *mean, float *variance)
{
    unitvar_tensor m = {mean, {1, 0}, 0, {2, 32, 1}, NULL, NULL, 0};
    unitvar_tensor v = {variance, {1, 0}, 0, {2, 32, 1}, NULL, NULL, 0};
    return unitvar_mean_var(x, NULL, 0, 0, &m, &v);
}

/* A bar from 10^-8 on the left to 10^0 in the middle of the last column. */
static void print_bar(double variance)
{
    enum { COLUMNS = 34 };
    const double length = variance > 0 ? (log10(variance) + 8) * 4 + 1.5 : 0;
    putchar('|');
    for (int i = 1; i <= COLUMNS; ++i) {
        putchar(i <= length ? '#' : ' ');
    }
    puts("|");
}

/* One layer: relu in place, then y = x W^T. The second moment of relu(x) goes to *square. */
static int32_t layer(const struct initializer *initializer, unitvar_generator *g, struct network *net,
                     unitvar_tensor *x, unitvar_tensor *y, double *square)
{
    int64_t weight_shape[2] = {y->shape[1], x->shape[1]};
    unitvar_tensor weight = matrix(net->weight, weight_shape);
    float mean = 0;
    float variance = 0;
    int32_t status = initializer->run(g, &weight);
    if (status == UNITVAR_OK) {
        status = unitvar_relu(x, x);
    }
    if (status == UNITVAR_OK) {
        status = mean_and_variance(x, &mean, &variance);
    }
    *square = (double)variance + (double)mean * (double)mean;
    return status == UNITVAR_OK ? unitvar_linear(x, &weight, NULL, y) : status;
}

static int32_t run(const struct initializer *initializer, int64_t batch, uint64_t seed, struct network *net,
                   double *last_variance)
{
    unitvar_generator *g = NULL;
    int64_t shape[2] = {batch, widths[0]};
    float mean = 0;
    float variance = 0;
    unitvar_tensor x = matrix(net->x, shape);
    int32_t status = unitvar_generator_create(UNITVAR_PCG32, seed, 0, &g);
    if (status == UNITVAR_OK) {
        status = unitvar_init_normal(g, &x, 0, 1);
    }
    if (status == UNITVAR_OK) {
        status = mean_and_variance(&x, &mean, &variance);
    }
    printf("\n%s, %lld x 2000\n%14s %10s %12s %16s %10s  1e-8 %18s 1\n", initializer->name, (long long)batch, "layer",
           "mean", "variance", "E[relu(x)^2]", "/ (v / 2)", "variance, log scale");
    printf("%14s %10.4f %12.4g %16s %10s  ", "input", (double)mean, (double)variance, "", "");
    print_bar((double)variance);
    for (int i = 0; i < LAYERS && status == UNITVAR_OK; ++i) {
        int64_t next_shape[2] = {batch, widths[i + 1]};
        unitvar_tensor y = matrix(net->y, next_shape);
        const double before = (double)variance;
        double square = 0;
        char name[32];
        status = layer(initializer, g, net, &x, &y, &square);
        if (status == UNITVAR_OK) {
            status = mean_and_variance(&y, &mean, &variance);
        }
        snprintf(name, sizeof name, "%d -> %d", (int)widths[i], (int)widths[i + 1]);
        printf("%14s %10.4f %12.4g %16.4g %10.4f  ", name, (double)mean, (double)variance, square,
               square / (before / 2));
        print_bar((double)variance);
        /* y is the next x. */
        float *const spare = net->x;
        net->x = net->y;
        net->y = spare;
        shape[1] = widths[i + 1];
        x = matrix(net->x, shape);
    }
    unitvar_generator_destroy(g);
    *last_variance = (double)variance;
    return status;
}

int main(int argc, char **argv)
{
    static const int64_t batches[] = {1, BATCH};
    uint64_t seed = 42;
    if (argc > 1) {
        char *end = NULL;
        errno = 0;
        seed = strtoull(argv[1], &end, 0);
        if (argc > 2 || errno != 0 || end == argv[1] || *end != '\0' || argv[1][0] == '-') {
            fprintf(stderr, "usage: %s [SEED]\n", argv[0]);
            return strcmp(argv[1], "--help") == 0 ? 0 : 2;
        }
    }
    struct network net = {malloc(sizeof(float) * BATCH * WIDEST), malloc(sizeof(float) * BATCH * WIDEST),
                          malloc(sizeof(float) * MOST_WEIGHTS)};
    int result = 0;
    if (net.x == NULL || net.y == NULL || net.weight == NULL) {
        fprintf(stderr, "out of memory\n");
        result = 2;
    }
    puts("x ~ N(0, 1) through four layers of ReLU and Linear: what each initialiser makes of its variance");
    for (size_t b = 0; b < sizeof batches / sizeof batches[0] && result == 0; ++b) {
        for (size_t i = 0; i < sizeof initializers / sizeof initializers[0] && result == 0; ++i) {
            double variance = 0;
            if (run(&initializers[i], batches[b], seed, &net, &variance) != UNITVAR_OK) {
                fprintf(stderr, "%s\n", unitvar_last_error());
                result = 2;
            } else if (i == 0 && batches[b] == BATCH && !(variance > 0.5 && variance < 2)) {
                fprintf(stderr, "kaiming_normal did not keep the variance: %g\n", variance);
                result = 1;
            }
        }
    }
    free(net.x);
    free(net.y);
    free(net.weight);
    return result;
}
