/* Calls every function of unitvar.h once and compares the SHA-256 of what it gives with
 * tests/golden/functions-v1.sha256. The suites of Rust, Go and Python make the same calls with the same arguments, in
 * their own words, and compare with the same file; each fails where the library exports a function that it has no case
 * for.
 *
 *   functions GOLDEN EXPORTS      EXPORTS: the names that the library exports, one a line
 *   functions --print             the sums of this library, in the golden file's format
 *   functions --floating-point GOLDEN
 *                                 calls that can fail are made in every floating-point environment that a caller may
 *                                 be in, and must give the same sums and leave the environment as it was
 *
 * Unless a case says otherwise: pcg32, seed 42, stream 0; buffers of 1003 elements; f32 tensors of shape (16, 12, 3),
 * row-major. Numbers count as their little-endian bytes, names as text with a newline behind each. What depends on
 * version or machine is checked here and counts as the byte 1.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <unitvar.h>

#include "../support/floating_point.h"
#include "sha256.h"

enum { count = 1003, large = 1000003 };

static unsigned char *result;
static size_t result_size;

/* Of numbers of so many bytes each, in the order of a little-endian machine. */
static void give(const void *data, size_t size, size_t number)
{
    const uint16_t one = 1;
    const int little_endian = *(const unsigned char *)&one == 1;
    result = realloc(result, result_size + size + 1);
    if (result == NULL)
        exit(2);
    for (size_t i = 0; i < size; i++)
        result[result_size + i] =
            ((const unsigned char *)data)[little_endian ? i : i - i % number + (number - 1 - i % number)];
    result_size += size;
}
/* Of an array; of a variable. */
#define GIVE_ALL(array) give(array, sizeof(array), sizeof *(array))
#define GIVE(number) give(&(number), sizeof(number), sizeof(number))
static void give_name(const char *name)
{
    give(name, strlen(name), 1);
    give("\n", 1, 1);
}

static void fail_unless(int condition, const char *function, const char *what, const char *why)
{
    if (!condition) {
        printf("FAIL %s: %s (%s)\n", function, what, why);
        exit(1);
    }
}
#define REQUIRE(condition) fail_unless((condition) != 0, __func__, #condition, unitvar_last_error())

/* In the environment that is asked for. */
static int environment;
#define OK(call)                                                                                                       \
    do {                                                                                                               \
        const struct floating_point_state callers = floating_point_set(environment);                                   \
        const int32_t status_of_call = (call);                                                                         \
        const struct floating_point_state found = floating_point_now();                                                \
        floating_point_reset();                                                                                        \
        fail_unless(status_of_call == UNITVAR_OK, __func__, #call, unitvar_last_error());                              \
        fail_unless(floating_point_equal(callers, found), __func__, #call, "leaves another environment");              \
    } while (0)

static void give_true(void)
{
    give("\1", 1, 1);
}

static unitvar_generator *pcg32(void)
{
    unitvar_generator *g = NULL;
    OK(unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g));
    return g;
}

/* Uses up the generator. */
static void give_words(unitvar_generator *g)
{
    static uint32_t words[count];
    OK(unitvar_bits_u32(g, words, count));
    GIVE_ALL(words);
    unitvar_generator_destroy(g);
}

static void version(void)
{
    char text[32];
    const uint32_t v = unitvar_version();
    snprintf(text, sizeof text, "%u.%u.%u", v / 10000, v / 100 % 100, v % 100);
    REQUIRE(strcmp(text, unitvar_version_string()) == 0);
    give_true();
}

static void stream_version(void)
{
    const uint32_t v = unitvar_stream_version();
    GIVE(v);
}

static void status_name(void)
{
    static const int32_t statuses[] = {0, 10, 20, 30, 40, 50, 90, 7};
    for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++)
        give_name(unitvar_status_name(statuses[i]));
}

static void last_error(void)
{
    unitvar_generator *g = NULL;
    REQUIRE(unitvar_generator_create(99, 42, 0, &g) == UNITVAR_INVALID_ARGUMENT);
    REQUIRE(strstr(unitvar_last_error(), "engine") != NULL && strstr(unitvar_last_error(), "99") != NULL);
    give_true();
}

static void isa(void)
{
    const char *name = unitvar_isa();
    REQUIRE(strcmp(name, "avx512") == 0 || strcmp(name, "avx2") == 0 || strcmp(name, "neon") == 0 ||
            strcmp(name, "scalar") == 0);
    give_true();
}

static void set_isa(void)
{
    const char *before = unitvar_isa();
    OK(unitvar_set_isa("scalar"));
    REQUIRE(strcmp(unitvar_isa(), "scalar") == 0);
    give_words(pcg32());
    OK(unitvar_set_isa(before));
}

static void num_threads(void)
{
    OK(unitvar_set_num_threads(3));
    const int32_t n = unitvar_num_threads();
    OK(unitvar_set_num_threads(0));
    REQUIRE(unitvar_num_threads() >= 1);
    GIVE(n);
}

typedef int32_t look_up(const char *name, int32_t *out);
static void give_constants(look_up *f, const char *const *names)
{
    for (; *names != NULL; names++) {
        int32_t value = -1;
        OK(f(*names, &value));
        GIVE(value);
    }
}

static void engine_from_name(void)
{
    static const char *const names[] = {"pcg32", "philox4x32", NULL};
    give_constants(unitvar_engine_from_name, names);
}
static void nonlinearity_from_name(void)
{
    static const char *const names[] = {"linear", "conv1d", "sigmoid", "tanh", "relu", "leaky_relu", "selu", NULL};
    give_constants(unitvar_nonlinearity_from_name, names);
}
static void fan_mode_from_name(void)
{
    static const char *const names[] = {"fan_in", "fan_out", "fan_avg", NULL};
    give_constants(unitvar_fan_mode_from_name, names);
}
static void distribution_from_name(void)
{
    static const char *const names[] = {"uniform", "normal", "truncated_normal", NULL};
    give_constants(unitvar_distribution_from_name, names);
}
static void weight_layout_from_name(void)
{
    static const char *const names[] = {"out_in_k", "k_in_out", "in_out_k", NULL};
    give_constants(unitvar_weight_layout_from_name, names);
}
static void status_from_name(void)
{
    static const char *const names[] = {"UNITVAR_OK", "UNITVAR_INVALID_ARGUMENT", "UNITVAR_INTERNAL", NULL};
    give_constants(unitvar_status_from_name, names);
}
static void initializer_from_name(void)
{
    for (int32_t kind = 1; kind <= 16; kind++) { /* which the sum is of */
        int32_t value = -1;
        OK(unitvar_initializer_from_name(unitvar_initializer_name(kind), &value));
        REQUIRE(value == kind);
        GIVE(value);
    }
}
static void initializer_name(void)
{
    for (int32_t kind = 1; kind <= 16; kind++)
        give_name(unitvar_initializer_name(kind));
    REQUIRE(unitvar_initializer_name(0) == NULL);
}

static void draw_from_name(void)
{
    static const char *const names[] = {"bits", "uniform", "trunc_normal", NULL};
    give_constants(unitvar_draw_from_name, names);
}
static void draw_name(void)
{
    for (int32_t kind = 1; kind <= 5; kind++)
        give_name(unitvar_draw_name(kind));
    REQUIRE(unitvar_draw_name(0) == NULL);
}

static void generator_create(void)
{
    unitvar_generator *g = NULL;
    OK(unitvar_generator_create(UNITVAR_PHILOX4X32, 42, 7, &g));
    give_words(g);
}
static void generator_destroy(void)
{
    unitvar_generator_destroy(pcg32());
    unitvar_generator_destroy(NULL);
    give_true();
}
static void generator_clone(void)
{
    unitvar_generator *g = pcg32();
    unitvar_generator *copy = NULL;
    uint32_t words[100];
    OK(unitvar_bits_u32(g, words, 100));
    OK(unitvar_generator_clone(g, &copy));
    unitvar_generator_destroy(g);
    give_words(copy);
}
static void generator_fork(void)
{
    unitvar_generator *g = pcg32();
    unitvar_generator *child = NULL;
    OK(unitvar_generator_fork(g, "layer.0.weight", &child));
    unitvar_generator_destroy(g);
    give_words(child);
}
static void generator_seek(void)
{
    unitvar_generator *g = pcg32();
    OK(unitvar_generator_seek(g, UINT64_C(1) << 40));
    give_words(g);
}
static void generator_tell(void)
{
    unitvar_generator *g = pcg32();
    uint32_t words[count];
    uint64_t block = 0;
    OK(unitvar_bits_u32(g, words, count));
    OK(unitvar_generator_tell(g, &block));
    GIVE(block);
    unitvar_generator_destroy(g);
}

/* The bytes of a generator at block 5. */
static size_t save(unsigned char *bytes, size_t capacity)
{
    unitvar_generator *g = pcg32();
    size_t size = 0;
    OK(unitvar_generator_seek(g, 5));
    OK(unitvar_generator_save(g, NULL, 0, &size));
    REQUIRE(size <= capacity);
    OK(unitvar_generator_save(g, bytes, capacity, &size));
    unitvar_generator_destroy(g);
    return size;
}
static void generator_save(void)
{
    unsigned char bytes[256];
    give(bytes, save(bytes, sizeof bytes), 1);
}
static void generator_load(void)
{
    unsigned char bytes[256];
    const size_t size = save(bytes, sizeof bytes);
    unitvar_generator *g = NULL;
    OK(unitvar_generator_load(bytes, size, &g));
    give_words(g);
}

static unitvar_generator *torch_mt19937(void)
{
    unitvar_generator *g = NULL;
    OK(unitvar_generator_create(UNITVAR_TORCH_MT19937, 42, 0, &g));
    return g;
}
static void generator_save_torch(void)
{
    static unsigned char bytes[8192];
    unitvar_generator *g = torch_mt19937();
    size_t size = 0;
    OK(unitvar_generator_save_torch(g, bytes, sizeof bytes, &size));
    give(bytes, size, 1);
    unitvar_generator_destroy(g);
}

/* Saved, it says which release it follows. */
static void give_state(unitvar_generator *g)
{
    static unsigned char bytes[8192];
    size_t size = 0;
    OK(unitvar_generator_save(g, bytes, sizeof bytes, &size));
    give(bytes, size, 1);
    unitvar_generator_destroy(g);
}
static void generator_create_torch(void)
{
    unitvar_generator *g = NULL;
    OK(unitvar_generator_create_torch(42, 206, 228, &g));
    give_state(g);
}
static void generator_load_torch(void)
{
    static unsigned char bytes[8192];
    unitvar_generator *g = torch_mt19937();
    size_t size = 0;
    OK(unitvar_generator_save_torch(g, bytes, sizeof bytes, &size));
    unitvar_generator_destroy(g);
    OK(unitvar_generator_load_torch(bytes, size, 211, 241, &g));
    give_state(g);
}

#define SAMPLER(name, type, n, ...)                                                                                    \
    static void name(void)                                                                                             \
    {                                                                                                                  \
        unitvar_generator *g = pcg32();                                                                                \
        static type x[n];                                                                                              \
        OK(unitvar_##name(__VA_ARGS__));                                                                               \
        GIVE_ALL(x);                                                                                                   \
        unitvar_generator_destroy(g);                                                                                  \
    }
SAMPLER(bits_u32, uint32_t, count, g, x, count)
SAMPLER(bits_u64, uint64_t, count, g, x, count)
SAMPLER(uniform_f32, float, count, g, x, count, -0.37, 1.9)
SAMPLER(uniform_f64, double, count, g, x, count, -0.37, 1.9)
SAMPLER(normal_f32, float, large, g, x, large, 0.0, 1.0)
SAMPLER(normal_f64, double, count, g, x, count, 0.0, 1.0)
SAMPLER(normal_icdf_f32, float, count, g, x, count, 1.5, 0.02)
SAMPLER(normal_icdf_f64, double, count, g, x, count, 1.5, 0.02)
SAMPLER(trunc_normal_f32, float, count, g, x, count, 0.0, 1.0, -1.0, 3.0)
SAMPLER(trunc_normal_f64, double, count, g, x, count, 0.0, 1.0, -1.0, 3.0)
SAMPLER(permutation_i64, int64_t, count, g, x, count)
SAMPLER(choice_i64, int64_t, count, g, x, count, 5000000)
SAMPLER(sobol_f32, float, 300, NULL, x, 100, 3, 10)
SAMPLER(sobol_f64, double, 300, g, x, 100, 3, 10)
SAMPLER(sobol_normal_f32, float, 300, g, x, 100, 3, 10, 1.5, 0.02)
SAMPLER(sobol_normal_f64, double, 300, NULL, x, 100, 3, 10, 1.5, 0.02)
/* from unitvar.h by cmake/bindings.py: samplers */
SAMPLER(exponential_f32, float, count, g, x, count, 0.7)
SAMPLER(exponential_f64, double, count, g, x, count, 0.7)
SAMPLER(laplace_f32, float, count, g, x, count, 1.5, 0.7)
SAMPLER(laplace_f64, double, count, g, x, count, 1.5, 0.7)
SAMPLER(logistic_f32, float, count, g, x, count, 1.5, 0.7)
SAMPLER(logistic_f64, double, count, g, x, count, 1.5, 0.7)
SAMPLER(gumbel_f32, float, count, g, x, count, 1.5, 0.7)
SAMPLER(gumbel_f64, double, count, g, x, count, 1.5, 0.7)
SAMPLER(cauchy_f32, float, count, g, x, count, 1.5, 0.7)
SAMPLER(cauchy_f64, double, count, g, x, count, 1.5, 0.7)
SAMPLER(weibull_f32, float, count, g, x, count, 1.7, 0.7)
SAMPLER(weibull_f64, double, count, g, x, count, 1.7, 0.7)
SAMPLER(rayleigh_f32, float, count, g, x, count, 0.7)
SAMPLER(rayleigh_f64, double, count, g, x, count, 0.7)
SAMPLER(log_normal_f32, float, count, g, x, count, 1.5, 0.02)
SAMPLER(log_normal_f64, double, count, g, x, count, 1.5, 0.02)
SAMPLER(integers_i32, int32_t, count, g, x, count, 3, 100)
SAMPLER(integers_i64, int64_t, count, g, x, count, 3, 100)
SAMPLER(bernoulli_u8, uint8_t, count, g, x, count, 0.3)
SAMPLER(uniform_bf16, uint16_t, count, g, x, count, -0.37, 1.9)
SAMPLER(uniform_f16, uint16_t, count, g, x, count, -0.37, 1.9)
SAMPLER(normal_bf16, uint16_t, count, g, x, count, 1.5, 0.02)
SAMPLER(normal_f16, uint16_t, count, g, x, count, 1.5, 0.02)
SAMPLER(trunc_normal_bf16, uint16_t, count, g, x, count, 1.5, 0.02, 1.47, 1.55)
SAMPLER(trunc_normal_f16, uint16_t, count, g, x, count, 1.5, 0.02, 1.47, 1.55)
/* end */

static void bernoulli_bits(void)
{
    static uint8_t x[(count + 7) / 8];
    unitvar_generator *g = pcg32();
    OK(unitvar_bernoulli_bits(g, x, count, 0.3));
    GIVE_ALL(x);
    unitvar_generator_destroy(g);
}

static unitvar_draw draw_of(int32_t kind, uint8_t bits)
{
    unitvar_draw draw = {sizeof draw, 0, {2, bits, 1}, 0, {0}, {0}};
    OK(unitvar_draw_defaults(&draw, kind));
    return draw;
}
static void draw_defaults(void)
{
    for (int32_t kind = 1; kind <= 5; kind++) {
        const unitvar_draw draw = draw_of(kind, 32);
        GIVE(draw.struct_size);
        GIVE(draw.kind);
        GIVE(draw.dtype.code);
        GIVE(draw.dtype.bits);
        GIVE(draw.dtype.lanes);
        GIVE(draw.reserved);
        GIVE_ALL(draw.p);
        GIVE_ALL(draw.k);
    }
}
static void sample(void)
{
    static float x[count];
    const unitvar_draw draw = draw_of(UNITVAR_DRAW_NORMAL, 32);
    unitvar_generator *g = pcg32();
    OK(unitvar_sample(g, &draw, x, count));
    GIVE_ALL(x);
    unitvar_generator_destroy(g);
}
/* In two parts that are no blocks. */
static void sample_at(void)
{
    static double x[count];
    const unitvar_draw draw = draw_of(UNITVAR_DRAW_NORMAL, 64);
    unitvar_generator *g = pcg32();
    OK(unitvar_sample_at(g, &draw, 333, x + 333, count - 333));
    OK(unitvar_sample_at(g, &draw, 0, x, 333));
    GIVE_ALL(x);
    unitvar_generator_destroy(g);
}

static float elements[16 * 12 * 3];
static int64_t shape[3];
static unitvar_tensor *tensor(int32_t ndim)
{
    static unitvar_tensor t;
    shape[0] = 16;
    shape[1] = 12;
    shape[2] = 3;
    t.data = elements;
    t.device.device_type = 1;
    t.device.device_id = 0;
    t.ndim = ndim;
    t.dtype.code = 2;
    t.dtype.bits = 32;
    t.dtype.lanes = 1;
    t.shape = shape;
    t.strides = NULL;
    t.byte_offset = 0;
    memset(elements, 0x55, sizeof elements);
    return &t;
}
static void give_elements(size_t n)
{
    give(elements, n * sizeof elements[0], sizeof elements[0]);
}

static void calculate_gain(void)
{
    for (int32_t nonlinearity = UNITVAR_LINEAR; nonlinearity <= UNITVAR_SELU; nonlinearity++) {
        double gain = 0;
        OK(unitvar_calculate_gain(nonlinearity, NAN, &gain));
        GIVE(gain);
    }
}
static void calculate_fans(void)
{
    int64_t fans[2] = {0, 0};
    OK(unitvar_calculate_fans(tensor(3), &fans[0], &fans[1]));
    GIVE_ALL(fans);
}

#define INITIALIZER(name, n, ...)                                                                                      \
    static void name(void)                                                                                             \
    {                                                                                                                  \
        unitvar_generator *g = pcg32();                                                                                \
        OK(unitvar_##name(__VA_ARGS__));                                                                               \
        give_elements(n);                                                                                              \
        unitvar_generator_destroy(g);                                                                                  \
    }
INITIALIZER(init_constant, 576, tensor(3), 0.1)
INITIALIZER(init_zeros, 576, tensor(3))
INITIALIZER(init_ones, 576, tensor(3))
INITIALIZER(init_eye, 192, tensor(2)) /* shape (16, 12) */
INITIALIZER(init_dirac, 576, tensor(3), 2)
INITIALIZER(init_uniform, 576, g, tensor(3), -1.0, 1.0)
INITIALIZER(init_normal, 576, g, tensor(3), 0.0, 0.02)
INITIALIZER(init_trunc_normal, 576, g, tensor(3), 0.0, 1.0, -2.0, 2.0)
INITIALIZER(init_xavier_uniform, 576, g, tensor(3), 5.0 / 3.0)
INITIALIZER(init_xavier_normal, 576, g, tensor(3), 1.0)
INITIALIZER(init_kaiming_uniform, 576, g, tensor(3), 0.2, UNITVAR_FAN_IN, UNITVAR_LEAKY_RELU)
INITIALIZER(init_kaiming_normal, 576, g, tensor(3), 0.0, UNITVAR_FAN_OUT, UNITVAR_RELU)
INITIALIZER(init_orthogonal, 576, g, tensor(3), 1.0)
INITIALIZER(init_delta_orthogonal, 576, g, tensor(3), 1.0)
INITIALIZER(init_sparse, 192, g, tensor(2), 0.1, 0.01) /* shape (16, 12) */
INITIALIZER(init_variance_scaling, 576, g, tensor(3), 1.0, UNITVAR_FAN_AVG, UNITVAR_TRUNCATED_NORMAL)

/* from unitvar.h by cmake/bindings.py: initialisers */
INITIALIZER(init_variance_scaling_fans, 576, g, tensor(3), 2.0, 7.0, 11.0, UNITVAR_FAN_GEO_AVG, UNITVAR_NORMAL)
INITIALIZER(init_orthogonal_axis, 576, g, tensor(3), 1.5, 1)
INITIALIZER(init_delta_orthogonal_layout, 576, g, tensor(3), 1.5, UNITVAR_OUT_IN_K)
INITIALIZER(init_glorot_uniform, 576, g, tensor(3), UNITVAR_IN_OUT_K)
INITIALIZER(init_glorot_normal, 576, g, tensor(3), UNITVAR_IN_OUT_K)
INITIALIZER(init_he_uniform, 576, g, tensor(3), UNITVAR_IN_OUT_K)
INITIALIZER(init_he_normal, 576, g, tensor(3), UNITVAR_IN_OUT_K)
INITIALIZER(init_lecun_uniform, 576, g, tensor(3), UNITVAR_IN_OUT_K)
INITIALIZER(init_lecun_normal, 576, g, tensor(3), UNITVAR_IN_OUT_K)
INITIALIZER(init_identity, 192, tensor(2), 1.5)
/* end */

static void init_values(void)
{
    double x[12];
    int64_t lengths[2] = {12, 1};
    for (int i = 0; i < 12; i++)
        x[i] = i / 7.0;
    unitvar_tensor values = *tensor(2);
    values.data = x;
    values.dtype.bits = 64;
    values.shape = lengths;
    OK(unitvar_init_values(tensor(3), &values));
    give_elements(576);
}

static void calculate_fans_layout(void)
{
    int64_t fans[4] = {0, 0, 0, 0};
    OK(unitvar_calculate_fans_layout(tensor(3), UNITVAR_OUT_IN_K, 4, &fans[0], &fans[1]));
    OK(unitvar_calculate_fans_layout(tensor(3), UNITVAR_K_IN_OUT, 3, &fans[2], &fans[3]));
    GIVE_ALL(fans);
}
static void calculate_fans_axes(void)
{
    static const int32_t in[1] = {-1}, out[1] = {1}, batch[1] = {0};
    int64_t fans[2] = {0, 0};
    OK(unitvar_calculate_fans_axes(tensor(3), in, 1, out, 1, batch, 1, &fans[0], &fans[1]));
    GIVE_ALL(fans);
}

static unitvar_initializer defaults(int32_t kind)
{
    unitvar_initializer init;
    memset(&init, 0, sizeof init);
    init.struct_size = sizeof init;
    OK(unitvar_initializer_defaults(&init, kind));
    return init;
}
static void initializer_defaults(void)
{
    for (int32_t kind = 1; kind <= 16; kind++) {
        const unitvar_initializer init = defaults(kind);
        GIVE(init.struct_size);
        GIVE(init.kind);
        GIVE(init.fan_mode);
        GIVE(init.nonlinearity);
        GIVE(init.distribution);
        GIVE(init.reserved);
        GIVE(init.groups);
        GIVE_ALL(init.p);
    }
}
static void init(void)
{
    unitvar_generator *g = pcg32();
    const unitvar_initializer kaiming = defaults(UNITVAR_INIT_KAIMING_NORMAL);
    OK(unitvar_init(g, &kaiming, tensor(3)));
    give_elements(576);
    unitvar_generator_destroy(g);
}
/* The slice (8, 6, 3) at (4, 3, 0). */
static void init_shard(void)
{
    static const int64_t whole[3] = {16, 12, 3};
    static const int64_t offset[3] = {4, 3, 0};
    unitvar_generator *g = pcg32();
    const unitvar_initializer kaiming = defaults(UNITVAR_INIT_KAIMING_NORMAL);
    unitvar_tensor *local = tensor(3);
    shape[0] = 8;
    shape[1] = 6;
    OK(unitvar_init_shard(g, &kaiming, local, whole, offset));
    give_elements(144);
    unitvar_generator_destroy(g);
}

/* Weights of shape (16, 12), for convolutions (16, 12, 3), then 16 biases, of torch_mt19937. */
static float bias_elements[16];
static unitvar_tensor *bias(void)
{
    static int64_t length = 16;
    static unitvar_tensor t;
    t = *tensor(1);
    t.data = bias_elements;
    t.shape = &length;
    return &t;
}
static void torch_linear_reset(void)
{
    unitvar_generator *g = torch_mt19937();
    unitvar_tensor *b = bias();
    OK(unitvar_torch_linear_reset(g, tensor(2), b));
    give_elements(192);
    GIVE_ALL(bias_elements);
    unitvar_generator_destroy(g);
}
static void torch_conv_reset(void)
{
    unitvar_generator *g = torch_mt19937();
    unitvar_tensor *b = bias();
    OK(unitvar_torch_conv_reset(g, tensor(3), b));
    give_elements(576);
    GIVE_ALL(bias_elements);
    unitvar_generator_destroy(g);
}
static void torch_embedding_reset(void)
{
    unitvar_generator *g = torch_mt19937();
    OK(unitvar_torch_embedding_reset(g, tensor(2)));
    give_elements(192);
    unitvar_generator_destroy(g);
}

/* PyTorch's draws into (16, 12, 3), of f32 but for randint, i64, and bernoulli, u8. */
static unitvar_tensor *typed(uint8_t code, uint8_t bits, void *data)
{
    unitvar_tensor *t = tensor(3);
    t->dtype.code = code;
    t->dtype.bits = bits;
    t->data = data;
    return t;
}
#define DRAW(name, type, code, bits, ...)                                                                              \
    static void name(void)                                                                                             \
    {                                                                                                                  \
        static type x[576];                                                                                            \
        unitvar_generator *g = torch_mt19937();                                                                        \
        unitvar_tensor *t = typed(code, bits, x);                                                                      \
        OK(unitvar_##name(__VA_ARGS__));                                                                               \
        GIVE_ALL(x);                                                                                                   \
        unitvar_generator_destroy(g);                                                                                  \
    }
DRAW(torch_random, float, 2, 32, g, t)
DRAW(torch_randint, int64_t, 0, 64, g, t, -7, 1000)
DRAW(torch_bernoulli, uint8_t, 1, 8, g, t, 0.3)
DRAW(torch_geometric, float, 2, 32, g, t, 0.25)
DRAW(torch_exponential, float, 2, 32, g, t, 1.5)
DRAW(torch_log_normal, float, 2, 32, g, t, 0.5, 0.25)
DRAW(torch_cauchy, float, 2, 32, g, t, 0.0, 1.0)
/* 5 of each 12, by uniform weights (16, 12). */
static void torch_multinomial(void)
{
    static int64_t drawn[16 * 5];
    int64_t drawn_shape[2] = {16, 5};
    unitvar_generator *g = torch_mt19937();
    unitvar_tensor *weights = tensor(2);
    unitvar_tensor samples = *weights;
    samples.data = drawn;
    samples.shape = drawn_shape;
    samples.dtype.code = 0;
    samples.dtype.bits = 64;
    OK(unitvar_init_uniform(g, weights, 0.0, 1.0));
    OK(unitvar_torch_multinomial(g, weights, 0, &samples));
    GIVE_ALL(drawn);
    unitvar_generator_destroy(g);
}

/* The moments of 1003 normals with mean 3 and deviation 2. */
static unitvar_moments moments_f32(void)
{
    static float x[count];
    unitvar_generator *g = pcg32();
    unitvar_moments m = {0, 0, 0};
    OK(unitvar_normal_f32(g, x, count, 3.0, 2.0));
    OK(unitvar_moments_update_f32(&m, x, count));
    unitvar_generator_destroy(g);
    return m;
}
static unitvar_moments moments_f64(void)
{
    static double x[count];
    unitvar_generator *g = pcg32();
    unitvar_moments m = {0, 0, 0};
    OK(unitvar_normal_f64(g, x, count, 3.0, 2.0));
    OK(unitvar_moments_update_f64(&m, x, count));
    unitvar_generator_destroy(g);
    return m;
}
static void moments_update_f32(void)
{
    const unitvar_moments m = moments_f32();
    give(&m, sizeof m, sizeof(double));
}
static void moments_update_f64(void)
{
    const unitvar_moments m = moments_f64();
    give(&m, sizeof m, sizeof(double));
}
static void moments_merge(void)
{
    unitvar_moments m = moments_f32();
    const unitvar_moments other = moments_f64();
    OK(unitvar_moments_merge(&m, &other));
    give(&m, sizeof m, sizeof(double));
}
static void moments_variance(void)
{
    const unitvar_moments m = moments_f32();
    double variance = 0;
    OK(unitvar_moments_variance(&m, 1.0, &variance));
    GIVE(variance);
}

static unitvar_wide_moments wide_moments_f32(void)
{
    static float x[count];
    unitvar_generator *g = pcg32();
    unitvar_wide_moments m = {0, 0, 0, 0, 0};
    OK(unitvar_normal_f32(g, x, count, 3.0, 2.0));
    OK(unitvar_wide_moments_update_f32(&m, x, count));
    unitvar_generator_destroy(g);
    return m;
}
static unitvar_wide_moments wide_moments_f64(void)
{
    static double x[count];
    unitvar_generator *g = pcg32();
    unitvar_wide_moments m = {0, 0, 0, 0, 0};
    OK(unitvar_normal_f64(g, x, count, 3.0, 2.0));
    OK(unitvar_wide_moments_update_f64(&m, x, count));
    unitvar_generator_destroy(g);
    return m;
}
static void wide_moments_update_f32(void)
{
    const unitvar_wide_moments m = wide_moments_f32();
    give(&m, sizeof m, sizeof(double));
}
static void wide_moments_update_f64(void)
{
    const unitvar_wide_moments m = wide_moments_f64();
    give(&m, sizeof m, sizeof(double));
}
static void wide_moments_merge(void)
{
    unitvar_wide_moments m = wide_moments_f32();
    const unitvar_wide_moments other = wide_moments_f64();
    OK(unitvar_wide_moments_merge(&m, &other));
    give(&m, sizeof m, sizeof(double));
}
/* Of a tensor of normals. */
static void moments_update(void)
{
    unitvar_moments m = {0, 0, 0};
    unitvar_generator *g = pcg32();
    unitvar_tensor *t = tensor(3);
    OK(unitvar_init_normal(g, t, 0.0, 1.0));
    unitvar_generator_destroy(g);
    OK(unitvar_moments_update(&m, t));
    give(&m, sizeof m, sizeof(double));
}
static void wide_moments_update(void)
{
    unitvar_wide_moments m = {0, 0, 0, 0, 0};
    unitvar_generator *g = pcg32();
    unitvar_tensor *t = tensor(3);
    OK(unitvar_init_normal(g, t, 0.0, 1.0));
    unitvar_generator_destroy(g);
    OK(unitvar_wide_moments_update(&m, t));
    give(&m, sizeof m, sizeof(double));
}
static void wide_moments_mean(void)
{
    const unitvar_wide_moments m = wide_moments_f32();
    double mean = 0;
    OK(unitvar_wide_moments_mean(&m, &mean));
    GIVE(mean);
}
static void wide_moments_variance(void)
{
    const unitvar_wide_moments m = wide_moments_f32();
    double variance = 0;
    OK(unitvar_wide_moments_variance(&m, 1.0, &variance));
    GIVE(variance);
}

/* Norms and activations: x and grad_y are f32 of shape (4, 6, 5), or grad_y (4, 6, 3) for linear; w and b, of up to 30
 * elements, are weight and bias. Drawn from one generator in the order x, grad_y, w, b as standard normals, 120, 120,
 * 30 and 30. The running mean is 0, the running variance 1, all outputs are 0 before. A sum is that of all outputs: y
 * (or grad_x), both statistics, grad_weight, grad_bias, the running ones and the number of batches. */
enum { numbers = 120, weights = 30, statistics = 24, channels = 6 };
static struct {
    float x[numbers], grad_y[numbers], w[weights], b[weights];
    float y[numbers], mean[statistics], rstd[statistics], grad_w[weights], grad_b[weights];
    float running_mean[channels], running_var[channels];
    int64_t batches;
} layer;

static void begin_layer(void)
{
    unitvar_generator *g = pcg32();
    memset(&layer, 0, sizeof layer);
    OK(unitvar_normal_f32(g, layer.x, numbers, 0.0, 1.0));
    OK(unitvar_normal_f32(g, layer.grad_y, numbers, 0.0, 1.0));
    OK(unitvar_normal_f32(g, layer.w, weights, 0.0, 1.0));
    OK(unitvar_normal_f32(g, layer.b, weights, 0.0, 1.0));
    unitvar_generator_destroy(g);
    for (int i = 0; i < channels; i++)
        layer.running_var[i] = 1.0f;
}
static void end_layer(void)
{
    GIVE_ALL(layer.y);
    GIVE_ALL(layer.mean);
    GIVE_ALL(layer.rstd);
    GIVE_ALL(layer.grad_w);
    GIVE_ALL(layer.grad_b);
    GIVE_ALL(layer.running_mean);
    GIVE_ALL(layer.running_var);
    GIVE(layer.batches);
}

/* A tensor of data of up to three lengths, of which those that are 0 are not there. */
static unitvar_tensor *of(float *data, int64_t first, int64_t second, int64_t third)
{
    enum { at_once = 16 };
    static unitvar_tensor views[at_once];
    static int64_t shapes[at_once][3];
    static int next;
    const int i = next++ % at_once;
    shapes[i][0] = first;
    shapes[i][1] = second;
    shapes[i][2] = third;
    views[i] = *tensor(1 + (second != 0) + (third != 0));
    views[i].data = data;
    views[i].shape = shapes[i];
    return &views[i];
}
#define X of(layer.x, 4, 6, 5)
#define Y of(layer.y, 4, 6, 5)
#define GRAD_Y of(layer.grad_y, 4, 6, 5)
#define FIVE(name) of(layer.name, 5, 0, 0)
#define SIX(name) of(layer.name, 6, 0, 0)
static const double eps = 1e-5, momentum = 0.1, logits[4] = {1, 0, -1, 2};

#define LAYER(name, ...)                                                                                               \
    static void name(void)                                                                                             \
    {                                                                                                                  \
        begin_layer();                                                                                                 \
        OK(unitvar_##name(__VA_ARGS__));                                                                               \
        end_layer();                                                                                                   \
    }
#define BACKWARD(name, forward, ...)                                                                                   \
    static void name##_backward(void)                                                                                  \
    {                                                                                                                  \
        begin_layer();                                                                                                 \
        OK(forward);                                                                                                   \
        OK(unitvar_##name##_backward(__VA_ARGS__));                                                                    \
        end_layer();                                                                                                   \
    }
static const int32_t axes[3] = {0, -1, 1};
LAYER(mean_var, X, axes, 2, 1.0, SIX(mean), SIX(rstd))
LAYER(layer_norm, X, 1, FIVE(w), FIVE(b), eps, Y, of(layer.mean, 4, 6, 0), of(layer.rstd, 4, 6, 0))
LAYER(rms_norm, X, 1, FIVE(w), eps, Y, of(layer.rstd, 4, 6, 0))
LAYER(layer_norm_residual, X, GRAD_Y, 1, FIVE(w), FIVE(b), eps, GRAD_Y, Y, of(layer.mean, 4, 6, 0),
      of(layer.rstd, 4, 6, 0))
LAYER(rms_norm_residual, X, GRAD_Y, 1, FIVE(w), eps, NULL, Y, of(layer.rstd, 4, 6, 0))
LAYER(layer_norm_axes, X, axes + 2, 1, SIX(w), SIX(b), eps, Y, of(layer.mean, 4, 5, 0), of(layer.rstd, 4, 1, 5))
LAYER(rms_norm_axes, X, axes + 2, 1, SIX(w), eps, Y, of(layer.rstd, 4, 5, 0))
BACKWARD(layer_norm_axes,
         unitvar_layer_norm_axes(X, axes + 2, 1, NULL, NULL, eps, Y, of(layer.mean, 4, 5, 0), of(layer.rstd, 4, 1, 5)),
         GRAD_Y, X, axes + 2, 1, of(layer.mean, 4, 5, 0), of(layer.rstd, 4, 1, 5), SIX(w), Y, SIX(grad_w), SIX(grad_b))
BACKWARD(rms_norm_axes, unitvar_rms_norm_axes(X, axes + 2, 1, NULL, eps, Y, of(layer.rstd, 4, 5, 0)), GRAD_Y, X,
         axes + 2, 1, of(layer.rstd, 4, 5, 0), SIX(w), Y, SIX(grad_w))
/* The statistics are the first of grad_y and w. */
LAYER(layer_norm_given, X, 1, of(layer.grad_y, 4, 6, 0), of(layer.w, 4, 6, 0), FIVE(w), FIVE(b), Y)
LAYER(group_norm, X, 3, SIX(w), SIX(b), eps, Y, of(layer.mean, 4, 3, 0), of(layer.rstd, 4, 3, 0))
LAYER(batch_norm, X, SIX(w), SIX(b), SIX(running_mean), SIX(running_var), &layer.batches, 1, momentum, eps, Y,
      SIX(mean), SIX(rstd))
LAYER(instance_norm, X, SIX(w), SIX(b), SIX(running_mean), SIX(running_var), 1, momentum, eps, Y)
LAYER(switchable_norm, X, SIX(w), SIX(b), logits, logits + 1, SIX(running_mean), SIX(running_var), 1, momentum, eps, Y)
LAYER(local_response_norm, X, 3, 1e-4, 0.75, 1.0, Y)
LAYER(local_response_norm_window, X, 1, 2, 4, 1e-4, 0.75, 1.0, Y)
static void dropout(void)
{
    unitvar_generator *g = pcg32();
    begin_layer();
    OK(unitvar_dropout(g, X, 0.1, Y));
    end_layer();
    unitvar_generator_destroy(g);
}
LAYER(layer_norm_activation, X, 1, FIVE(w), FIVE(b), eps, UNITVAR_RELU, 0.0, Y, of(layer.mean, 4, 6, 0),
      of(layer.rstd, 4, 6, 0))
LAYER(rms_norm_activation, X, 1, FIVE(w), eps, UNITVAR_LEAKY_RELU, 0.01, Y, of(layer.rstd, 4, 6, 0))
LAYER(group_norm_activation, X, 3, SIX(w), SIX(b), eps, UNITVAR_RELU, 0.0, Y, of(layer.mean, 4, 3, 0),
      of(layer.rstd, 4, 3, 0))
LAYER(batch_norm_activation, X, SIX(w), SIX(b), SIX(running_mean), SIX(running_var), &layer.batches, 1, momentum, eps,
      UNITVAR_LEAKY_RELU, 0.2, Y, SIX(mean), SIX(rstd))
LAYER(instance_norm_activation, X, SIX(w), SIX(b), SIX(running_mean), SIX(running_var), 1, momentum, eps,
      UNITVAR_LINEAR, 0.0, Y)
LAYER(relu, X, Y)
LAYER(leaky_relu, X, 0.01, Y)
LAYER(prelu, X, SIX(w), Y)
LAYER(linear, X, of(layer.w, 3, 5, 0), of(layer.b, 3, 0, 0), of(layer.y, 4, 6, 3))
BACKWARD(layer_norm, unitvar_layer_norm(X, 1, NULL, NULL, eps, Y, of(layer.mean, 4, 6, 0), of(layer.rstd, 4, 6, 0)),
         GRAD_Y, X, 1, of(layer.mean, 4, 6, 0), of(layer.rstd, 4, 6, 0), FIVE(w), Y, FIVE(grad_w), FIVE(grad_b))
BACKWARD(rms_norm, unitvar_rms_norm(X, 1, NULL, eps, Y, of(layer.rstd, 4, 6, 0)), GRAD_Y, X, 1, of(layer.rstd, 4, 6, 0),
         FIVE(w), Y, FIVE(grad_w))
BACKWARD(group_norm, unitvar_group_norm(X, 3, NULL, NULL, eps, Y, of(layer.mean, 4, 3, 0), of(layer.rstd, 4, 3, 0)),
         GRAD_Y, X, 3, of(layer.mean, 4, 3, 0), of(layer.rstd, 4, 3, 0), SIX(w), Y, SIX(grad_w), SIX(grad_b))
BACKWARD(batch_norm, unitvar_batch_norm(X, NULL, NULL, NULL, NULL, NULL, 1, momentum, eps, Y, SIX(mean), SIX(rstd)),
         GRAD_Y, X, SIX(mean), SIX(rstd), SIX(w), 1, Y, SIX(grad_w), SIX(grad_b))
BACKWARD(instance_norm, UNITVAR_OK, GRAD_Y, X, SIX(w), NULL, NULL, 1, eps, Y, SIX(grad_w), SIX(grad_b))
BACKWARD(local_response_norm, UNITVAR_OK, GRAD_Y, X, 3, 1e-4, 0.75, 1.0, Y)
BACKWARD(local_response_norm_window, UNITVAR_OK, GRAD_Y, X, 1, 2, 4, 0.5, 0.6, 1.0, Y)
BACKWARD(relu, UNITVAR_OK, GRAD_Y, X, Y)
BACKWARD(leaky_relu, UNITVAR_OK, GRAD_Y, X, 0.01, Y)
BACKWARD(prelu, UNITVAR_OK, GRAD_Y, X, SIX(w), Y, SIX(grad_w))
BACKWARD(linear, UNITVAR_OK, of(layer.grad_y, 4, 6, 3), X, of(layer.w, 3, 5, 0), Y, of(layer.grad_w, 3, 5, 0),
         of(layer.grad_b, 3, 0, 0))

/* X and GRAD_Y as two parts of two images each: their moments and sums, which count before the layer's outputs. */
static unitvar_tensor *half_of(float *data, int second)
{
    return of(data + (second ? numbers / 2 : 0), 2, 6, 5);
}
static void moments_of_halves(unitvar_wide_moments *moments)
{
    for (int i = 0; i < 2; i++)
        OK(unitvar_batch_moments(half_of(layer.x, i), moments + i * channels, channels));
}
static void sums_of_halves(unitvar_batch_gradient_sums *sums)
{
    OK(unitvar_batch_norm(X, NULL, NULL, NULL, NULL, NULL, 1, momentum, eps, Y, SIX(mean), SIX(rstd)));
    for (int i = 0; i < 2; i++)
        OK(unitvar_batch_norm_backward_sums(half_of(layer.grad_y, i), half_of(layer.x, i), SIX(mean),
                                            sums + i * channels, channels));
}
static void batch_moments(void)
{
    unitvar_wide_moments moments[2 * channels];
    begin_layer();
    moments_of_halves(moments);
    give(moments, sizeof moments, sizeof(double));
}
static void batch_norm_given(void)
{
    unitvar_wide_moments moments[2 * channels];
    begin_layer();
    moments_of_halves(moments);
    OK(unitvar_batch_norm_given(half_of(layer.x, 1), SIX(w), SIX(b), moments, 2 * channels, SIX(running_mean),
                                SIX(running_var), &layer.batches, momentum, eps, half_of(layer.y, 1), SIX(mean),
                                SIX(rstd)));
    end_layer();
}
static void batch_norm_given_activation(void)
{
    unitvar_wide_moments moments[2 * channels];
    begin_layer();
    moments_of_halves(moments);
    OK(unitvar_batch_norm_given_activation(half_of(layer.x, 1), SIX(w), SIX(b), moments, 2 * channels,
                                           SIX(running_mean), SIX(running_var), &layer.batches, momentum, eps,
                                           UNITVAR_RELU, 0.0, half_of(layer.y, 1), SIX(mean), SIX(rstd)));
    end_layer();
}
static void batch_norm_backward_sums(void)
{
    unitvar_batch_gradient_sums sums[2 * channels];
    begin_layer();
    sums_of_halves(sums);
    give(sums, sizeof sums, sizeof(double));
}
static void batch_norm_backward_given(void)
{
    unitvar_batch_gradient_sums sums[2 * channels];
    begin_layer();
    sums_of_halves(sums);
    OK(unitvar_batch_norm_backward_given(half_of(layer.grad_y, 1), half_of(layer.x, 1), SIX(mean), SIX(rstd), SIX(w),
                                         sums, 2 * channels, half_of(layer.y, 1), SIX(grad_w), SIX(grad_b)));
    end_layer();
}

/* Its logits' gradients count behind the layer's outputs. */
static void switchable_norm_backward(void)
{
    double gradients[6];
    begin_layer();
    OK(unitvar_switchable_norm_backward(GRAD_Y, X, SIX(w), logits, logits + 1, NULL, NULL, 1, eps, Y, SIX(grad_w),
                                        SIX(grad_b), gradients, gradients + 3));
    end_layer();
    GIVE_ALL(gradients);
}

struct function {
    const char *name;
    void (*call)(void);
};
#define FUNCTION(name)                                                                                                 \
    {                                                                                                                  \
        "unitvar_" #name, name                                                                                         \
    }
static const struct function functions[] = {
    /* from unitvar.h by cmake/bindings.py: functions */
    FUNCTION(version),
    {"unitvar_version_string", version},
    FUNCTION(stream_version),
    FUNCTION(status_name),
    FUNCTION(last_error),
    FUNCTION(isa),
    FUNCTION(set_isa),
    {"unitvar_set_num_threads", num_threads},
    FUNCTION(num_threads),
    FUNCTION(engine_from_name),
    FUNCTION(nonlinearity_from_name),
    FUNCTION(fan_mode_from_name),
    FUNCTION(distribution_from_name),
    FUNCTION(weight_layout_from_name),
    FUNCTION(initializer_from_name),
    FUNCTION(draw_from_name),
    FUNCTION(status_from_name),
    FUNCTION(initializer_name),
    FUNCTION(draw_name),
    FUNCTION(generator_create),
    FUNCTION(generator_create_torch),
    FUNCTION(generator_destroy),
    FUNCTION(generator_clone),
    FUNCTION(generator_fork),
    FUNCTION(generator_seek),
    FUNCTION(generator_tell),
    FUNCTION(generator_save),
    FUNCTION(generator_load),
    FUNCTION(generator_save_torch),
    FUNCTION(generator_load_torch),
    FUNCTION(bits_u32),
    FUNCTION(bits_u64),
    FUNCTION(uniform_f32),
    FUNCTION(uniform_f64),
    FUNCTION(normal_f32),
    FUNCTION(normal_f64),
    FUNCTION(normal_icdf_f32),
    FUNCTION(normal_icdf_f64),
    FUNCTION(trunc_normal_f32),
    FUNCTION(trunc_normal_f64),
    FUNCTION(permutation_i64),
    FUNCTION(choice_i64),
    FUNCTION(sobol_f32),
    FUNCTION(sobol_f64),
    FUNCTION(sobol_normal_f32),
    FUNCTION(sobol_normal_f64),
    FUNCTION(exponential_f32),
    FUNCTION(exponential_f64),
    FUNCTION(laplace_f32),
    FUNCTION(laplace_f64),
    FUNCTION(logistic_f32),
    FUNCTION(logistic_f64),
    FUNCTION(gumbel_f32),
    FUNCTION(gumbel_f64),
    FUNCTION(cauchy_f32),
    FUNCTION(cauchy_f64),
    FUNCTION(weibull_f32),
    FUNCTION(weibull_f64),
    FUNCTION(rayleigh_f32),
    FUNCTION(rayleigh_f64),
    FUNCTION(log_normal_f32),
    FUNCTION(log_normal_f64),
    FUNCTION(integers_i32),
    FUNCTION(integers_i64),
    FUNCTION(bernoulli_u8),
    FUNCTION(bernoulli_bits),
    FUNCTION(uniform_bf16),
    FUNCTION(uniform_f16),
    FUNCTION(normal_bf16),
    FUNCTION(normal_f16),
    FUNCTION(trunc_normal_bf16),
    FUNCTION(trunc_normal_f16),
    FUNCTION(draw_defaults),
    FUNCTION(sample),
    FUNCTION(sample_at),
    FUNCTION(calculate_gain),
    FUNCTION(calculate_fans),
    FUNCTION(calculate_fans_layout),
    FUNCTION(calculate_fans_axes),
    FUNCTION(init_constant),
    FUNCTION(init_zeros),
    FUNCTION(init_ones),
    FUNCTION(init_values),
    FUNCTION(init_eye),
    FUNCTION(init_dirac),
    FUNCTION(init_uniform),
    FUNCTION(init_normal),
    FUNCTION(init_trunc_normal),
    FUNCTION(init_xavier_uniform),
    FUNCTION(init_xavier_normal),
    FUNCTION(init_kaiming_uniform),
    FUNCTION(init_kaiming_normal),
    FUNCTION(init_orthogonal),
    FUNCTION(init_delta_orthogonal),
    FUNCTION(init_sparse),
    FUNCTION(init_variance_scaling),
    FUNCTION(init_variance_scaling_fans),
    FUNCTION(init_orthogonal_axis),
    FUNCTION(init_delta_orthogonal_layout),
    FUNCTION(init_glorot_uniform),
    FUNCTION(init_glorot_normal),
    FUNCTION(init_he_uniform),
    FUNCTION(init_he_normal),
    FUNCTION(init_lecun_uniform),
    FUNCTION(init_lecun_normal),
    FUNCTION(init_identity),
    FUNCTION(initializer_defaults),
    FUNCTION(init),
    FUNCTION(init_shard),
    FUNCTION(torch_linear_reset),
    FUNCTION(torch_conv_reset),
    FUNCTION(torch_embedding_reset),
    FUNCTION(torch_random),
    FUNCTION(torch_randint),
    FUNCTION(torch_bernoulli),
    FUNCTION(torch_geometric),
    FUNCTION(torch_exponential),
    FUNCTION(torch_log_normal),
    FUNCTION(torch_cauchy),
    FUNCTION(torch_multinomial),
    FUNCTION(moments_update_f32),
    FUNCTION(moments_update_f64),
    FUNCTION(moments_update),
    FUNCTION(moments_merge),
    FUNCTION(moments_variance),
    FUNCTION(wide_moments_update_f32),
    FUNCTION(wide_moments_update_f64),
    FUNCTION(wide_moments_update),
    FUNCTION(wide_moments_merge),
    FUNCTION(wide_moments_mean),
    FUNCTION(wide_moments_variance),
    FUNCTION(mean_var),
    FUNCTION(layer_norm),
    FUNCTION(rms_norm),
    FUNCTION(layer_norm_residual),
    FUNCTION(rms_norm_residual),
    FUNCTION(layer_norm_axes),
    FUNCTION(rms_norm_axes),
    FUNCTION(layer_norm_given),
    FUNCTION(group_norm),
    FUNCTION(batch_norm),
    FUNCTION(batch_moments),
    FUNCTION(batch_norm_given),
    FUNCTION(instance_norm),
    FUNCTION(switchable_norm),
    FUNCTION(local_response_norm),
    FUNCTION(local_response_norm_window),
    FUNCTION(layer_norm_backward),
    FUNCTION(rms_norm_backward),
    FUNCTION(layer_norm_axes_backward),
    FUNCTION(rms_norm_axes_backward),
    FUNCTION(group_norm_backward),
    FUNCTION(batch_norm_backward),
    FUNCTION(batch_norm_backward_sums),
    FUNCTION(batch_norm_backward_given),
    FUNCTION(instance_norm_backward),
    FUNCTION(switchable_norm_backward),
    FUNCTION(local_response_norm_backward),
    FUNCTION(local_response_norm_window_backward),
    FUNCTION(relu),
    FUNCTION(leaky_relu),
    FUNCTION(prelu),
    FUNCTION(linear),
    FUNCTION(dropout),
    FUNCTION(layer_norm_activation),
    FUNCTION(rms_norm_activation),
    FUNCTION(group_norm_activation),
    FUNCTION(batch_norm_activation),
    FUNCTION(batch_norm_given_activation),
    FUNCTION(instance_norm_activation),
    FUNCTION(relu_backward),
    FUNCTION(leaky_relu_backward),
    FUNCTION(prelu_backward),
    FUNCTION(linear_backward),
    /* end */
};
enum { function_count = sizeof functions / sizeof functions[0] };

/* The line of a file that ends with " NAME" or is NAME; whether there is one. */
static int find(const char *path, const char *name, char line[256])
{
    FILE *file = fopen(path, "r");
    int found = 0;
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    while (!found && fgets(line, 256, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        const char *last = strrchr(line, ' ');
        found = strcmp(last == NULL ? line : last + 1, name) == 0;
    }
    fclose(file);
    return found;
}

static int without_a_case(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];
    int missing = 0;
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        const char *last = strrchr(line, ' ');
        const char *name = last == NULL ? line : last + 1;
        size_t i = 0;
        while (i < function_count && strcmp(functions[i].name, name) != 0)
            i++;
        if (i == function_count) {
            printf("FAIL %s: %s has no case here\n", path, name);
            missing++;
        }
    }
    fclose(file);
    return missing;
}

/* Of the functions whose sums differ. golden: NULL to print the sums. */
static int compare(const char *golden)
{
    int failures = 0;
    for (size_t i = 0; i < function_count; i++) {
        char hex[65];
        char line[256];
        result_size = 0;
        functions[i].call();
        sha256_hex(result, result_size, hex);
        if (golden == NULL) {
            printf("%s  %s\n", hex, functions[i].name);
        } else if (!find(golden, functions[i].name, line) || strncmp(line, hex, 64) != 0) {
            printf("FAIL %s: the sum is %s (floating point: %s)\n", functions[i].name, hex,
                   floating_point_name(environment));
            failures++;
        }
    }
    if (golden != NULL)
        printf("%s: %d functions, %d failures (floating point: %s)\n", unitvar_isa(), (int)function_count, failures,
               floating_point_name(environment));
    return failures;
}

int main(int argc, char **argv)
{
    int failures = 0;
    const char *forced = getenv("UNITVAR_ISA");
    if (forced != NULL && unitvar_set_isa(forced) == UNITVAR_UNSUPPORTED) {
        printf("%s\n", unitvar_last_error());
        return 77;
    }
    if (argc == 2 && strcmp(argv[1], "--print") == 0) {
        compare(NULL);
    } else if (argc == 3 && strcmp(argv[1], "--floating-point") == 0) {
        for (environment = 0; environment < floating_point_environments; environment++)
            failures += compare(argv[2]);
    } else if (argc == 3) {
        failures = without_a_case(argv[1]) + without_a_case(argv[2]) + compare(argv[1]);
    } else {
        fprintf(stderr, "usage: %s GOLDEN EXPORTS | --print | --floating-point GOLDEN\n", argv[0]);
        return 2;
    }
    free(result);
    return failures != 0;
}
