/* unitvar.h: random weights and moments, the same bits on every processor.
 *
 * The only ABI of Unitvar: C99, self-contained, safe to load with dlopen.
 *
 *   1. Conventions        5. Samplers         9. Norms
 *   2. Constants          6. Tensors         10. Activations, dropout and the linear layer
 *   3. Library            7. Initialisers
 *   4. Generators         8. Moments
 *
 * Example: a million normals, the same on every machine.
 *
 *     unitvar_generator *g;
 *     if (unitvar_generator_create(UNITVAR_PCG32, 42, 0, &g) != UNITVAR_OK) { puts(unitvar_last_error()); return 1; }
 *     unitvar_normal_f32(g, x, 1000000, 0.0, 1.0);
 *     unitvar_generator_destroy(g);
 */
#ifndef UNITVAR_H
#define UNITVAR_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define UNITVAR_API __attribute__((visibility("default")))
#else
#define UNITVAR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- 1. Conventions ---------------------------------------------------------------------------
 *
 * Status    Functions return an int32_t: UNITVAR_OK (0) or one of the status constants. After a failure
 *           unitvar_last_error() names the argument, its value and what was expected.
 * Atomic    All arguments are checked before the first byte is written. A call that fails leaves its outputs and
 *           its generator as they were.
 * Memory    No function keeps a pointer of the caller's. Handles come from *_create, *_clone and *_load and go to
 *           *_destroy, which takes NULL.
 * Threads   A generator belongs to one thread at a time; debug builds of the library refuse a second one with
 *           UNITVAR_INVALID_ARGUMENT. Everything else may be called from any thread at once.
 *           Large work runs on up to unitvar_num_threads() threads; the result does not depend on how many.
 * Stack     A call takes at most 56 KiB of its thread's stack: threads of 64 KiB may make any.
 * Bits      The output is a pure function of engine, seed, stream, position and arguments. Instruction set,
 *           threads, alignment and the way a fill is cut into calls at block boundaries never change a bit.
 *           Buffers and tensors may have any address, aligned to their element or not.
 * Rounding  Every function computes in the default floating-point environment (round to nearest, denormal numbers
 *           kept, exceptions masked) and leaves the caller's as it was: modes, masks and sticky flags.
 * Errors    Besides those that a declaration lists, every function gives UNITVAR_INVALID_ARGUMENT for a NULL
 *           pointer that it needs. Those that compute on buffers or tensors give UNITVAR_INVALID_ARGUMENT or
 *           UNITVAR_UNSUPPORTED while the environment holds an unusable UNITVAR_ISA or UNITVAR_NUM_THREADS
 *           (section 3), UNITVAR_OUT_OF_MEMORY when the system has no memory left, and UNITVAR_INTERNAL for a
 *           fault in Unitvar itself.
 */

/* ---- 2. Constants ----------------------------------------------------------------------------- */

/* Status. Values between these are reserved; only 0 means success. */
#define UNITVAR_OK 0
#define UNITVAR_INVALID_ARGUMENT 10 /* an argument is out of its documented range */
#define UNITVAR_UNSUPPORTED 20      /* well-formed, but not available: a GPU device, a dtype, an instruction set */
#define UNITVAR_OUT_OF_MEMORY 30    /* the system has no memory left */
#define UNITVAR_CORRUPT_STATE 40    /* saved bytes that cannot be loaded */
#define UNITVAR_STREAM_EXHAUSTED 50 /* fewer blocks are left in the stream than the call needs */
#define UNITVAR_INTERNAL 90         /* a fault in Unitvar itself */

/* Engine: what turns (seed, stream, position) into 32-bit words. */
#define UNITVAR_PCG32 1         /* PCG-XSH-RR 64/32 (O'Neill 2014); the default choice */
#define UNITVAR_PHILOX4X32 2    /* Philox4x32-10 (Salmon et al. 2011); counter-based */
#define UNITVAR_TORCH_MT19937 3 /* PyTorch's CPU generator and samplers, bit for bit; sequential */
#define UNITVAR_ARS4X32 4       /* ARS, 7 rounds of AES (Salmon et al. 2011); counter-based; the fastest with AES */

/* Fan mode: what kaiming_* divides the variance by. */
#define UNITVAR_FAN_IN 0      /* keeps the variance of activations in the forward pass */
#define UNITVAR_FAN_OUT 1     /* keeps the variance of gradients in the backward pass */
#define UNITVAR_FAN_AVG 2     /* (fan_in + fan_out) / 2, as in JAX and Keras */
#define UNITVAR_FAN_GEO_AVG 3 /* sqrt(fan_in * fan_out), as in JAX */

/* Nonlinearity, for unitvar_calculate_gain and kaiming_*. */
#define UNITVAR_LINEAR 0     /* none; also conv1d to conv3d and conv_transpose1d to conv_transpose3d */
#define UNITVAR_SIGMOID 1    /* the logistic function */
#define UNITVAR_TANH 2       /* hyperbolic tangent */
#define UNITVAR_RELU 3       /* 0 below 0 */
#define UNITVAR_LEAKY_RELU 4 /* a slope below 0 */
#define UNITVAR_SELU 5       /* self-normalising exponential linear units */
#define UNITVAR_GELU 6       /* z Phi(z), without its approximation by tanh */
#define UNITVAR_SILU 7       /* z / (1 + exp(-z)), also swish */
#define UNITVAR_ELU 8        /* exp(z) - 1 below 0 */
#define UNITVAR_SOFTPLUS 9   /* log(1 + exp(z)) */
#define UNITVAR_MISH 10      /* z tanh(softplus(z)) */
#define UNITVAR_GAIN 11      /* none of these: the parameter is the gain itself */

/* Distribution, for variance_scaling. */
#define UNITVAR_UNIFORM 0          /* uniform, symmetric about 0 */
#define UNITVAR_NORMAL 1           /* normal with mean 0 */
#define UNITVAR_TRUNCATED_NORMAL 2 /* normal, truncated at two deviations, widened to the variance that was asked for */

/* Weight layout: where a weight has its outputs, its inputs and the positions of its kernel, k. */
#define UNITVAR_OUT_IN_K 0 /* (out, in, k...), PyTorch's linear layers and convolutions */
#define UNITVAR_K_IN_OUT 1 /* (k..., in, out), JAX's and Keras' */
#define UNITVAR_IN_OUT_K 2 /* (in, out, k...), PyTorch's transposed convolutions */

/* Kind of initialiser, for unitvar_init: what each writes. */
#define UNITVAR_INIT_CONSTANT 1               /* one value everywhere */
#define UNITVAR_INIT_ZEROS 2                  /* 0 everywhere */
#define UNITVAR_INIT_ONES 3                   /* 1 everywhere */
#define UNITVAR_INIT_EYE 4                    /* the identity matrix */
#define UNITVAR_INIT_DIRAC 5                  /* the identity of a convolution (out, in, k...) in groups */
#define UNITVAR_INIT_UNIFORM 6                /* uniform numbers of [a, b) */
#define UNITVAR_INIT_NORMAL 7                 /* normal numbers */
#define UNITVAR_INIT_TRUNC_NORMAL 8           /* normal numbers between the bounds a and b */
#define UNITVAR_INIT_XAVIER_UNIFORM 9         /* Glorot and Bengio's uniform weights (out, in, k...) */
#define UNITVAR_INIT_XAVIER_NORMAL 10         /* Glorot and Bengio's normal weights (out, in, k...) */
#define UNITVAR_INIT_KAIMING_UNIFORM 11       /* He's uniform weights (out, in, k...); a is leaky_relu's slope */
#define UNITVAR_INIT_KAIMING_NORMAL 12        /* He's normal weights (out, in, k...); a is leaky_relu's slope */
#define UNITVAR_INIT_ORTHOGONAL 13            /* gain times a Haar-distributed orthogonal matrix */
#define UNITVAR_INIT_DELTA_ORTHOGONAL 14      /* an orthogonal matrix at the centre of a convolution (out, in, k...) */
#define UNITVAR_INIT_SPARSE 15                /* normal numbers, the fraction sparsity of each column 0 */
#define UNITVAR_INIT_VARIANCE_SCALING 16      /* weights (out, in, k...) of the deviation sqrt(scale / fan) */
#define UNITVAR_INIT_VARIANCE_SCALING_FANS 17 /* weights of the deviation sqrt(scale / fan), of fans that are given */
#define UNITVAR_INIT_ORTHOGONAL_AXIS 18       /* gain times an orthogonal matrix with any axis for its rows */
#define UNITVAR_INIT_DELTA_ORTHOGONAL_LAYOUT 19 /* an orthogonal matrix at the centre of a convolution of any layout */
#define UNITVAR_INIT_GLOROT_UNIFORM 20          /* JAX's and Keras' glorot_uniform */
#define UNITVAR_INIT_GLOROT_NORMAL 21           /* JAX's and Keras' glorot_normal */
#define UNITVAR_INIT_HE_UNIFORM 22              /* JAX's and Keras' he_uniform */
#define UNITVAR_INIT_HE_NORMAL 23               /* JAX's and Keras' he_normal */
#define UNITVAR_INIT_LECUN_UNIFORM 24           /* JAX's and Keras' lecun_uniform */
#define UNITVAR_INIT_LECUN_NORMAL 25            /* JAX's and Keras' lecun_normal */
#define UNITVAR_INIT_IDENTITY 26                /* gain times the identity matrix */

/* Kind of draw, for unitvar_sample. */
#define UNITVAR_DRAW_BITS 1
#define UNITVAR_DRAW_UNIFORM 2
#define UNITVAR_DRAW_NORMAL 3
#define UNITVAR_DRAW_NORMAL_ICDF 4
#define UNITVAR_DRAW_TRUNC_NORMAL 5
#define UNITVAR_DRAW_EXPONENTIAL 6
#define UNITVAR_DRAW_LAPLACE 7
#define UNITVAR_DRAW_LOGISTIC 8
#define UNITVAR_DRAW_GUMBEL 9
#define UNITVAR_DRAW_CAUCHY 10
#define UNITVAR_DRAW_WEIBULL 11
#define UNITVAR_DRAW_LOG_NORMAL 12
#define UNITVAR_DRAW_RAYLEIGH 13
#define UNITVAR_DRAW_INTEGERS 14
#define UNITVAR_DRAW_BERNOULLI 15
#define UNITVAR_DRAW_BERNOULLI_BITS 16 /* u8: an element is a byte, 8 draws */

/* ---- 3. Library ------------------------------------------------------------------------------- */

/* The version of the library that is loaded, major*10000 + minor*100 + patch, and as "major.minor.patch". */
UNITVAR_API uint32_t unitvar_version(void);
UNITVAR_API const char *unitvar_version_string(void);

/* The version of the streams. It rises when any bit that a sampler or an initialiser writes would change for the
 * same arguments, and only then; golden SHA-256 sums in tests/golden guard it. */
UNITVAR_API uint32_t unitvar_stream_version(void);

/* "UNITVAR_OK", "UNITVAR_INVALID_ARGUMENT", ...; "unknown status" for any other value. Never NULL. */
UNITVAR_API const char *unitvar_status_name(int32_t status);

/* Why the latest failed call of this thread failed; "" before the first failure. Never NULL; valid until the next
 * failure in this thread. A call that succeeds does not clear it. */
UNITVAR_API const char *unitvar_last_error(void);

/* The instruction set in use: "avx512", "avx2", "neon" or "scalar"; "none" while the environment variable
 * UNITVAR_ISA holds a name that cannot be used here. Never NULL.
 * The choice is made once, at first use: the best that processor and operating system support, or UNITVAR_ISA. AES
 * instructions are no part of the name: whichever set is in use takes them where the processor has them, for the engine
 * ars4x32; "scalar" never does. */
UNITVAR_API const char *unitvar_isa(void);

/* Forces an instruction set for the process: "avx512" (F, CD, DQ, BW, VL), "avx2" (with FMA), "neon" (AArch64) or
 * "scalar"; "auto" or NULL for the best. It changes speed, never results.
 * Errors: INVALID_ARGUMENT for an unknown name, UNSUPPORTED where this build or processor does not have it; the
 * instruction set then stays what it was. */
UNITVAR_API int32_t unitvar_set_isa(const char *name);

/* The most threads, the caller's included, that one call may use: 1 to 1024, or 0 for every processor that the
 * process may run on (the default): those in the affinity of any of its threads, at most as many as the CPU quota of
 * its control groups buys, rounded up, counted at the first call that is large enough for two threads. The environment
 * variable UNITVAR_NUM_THREADS sets it at first use.
 * Threads are started at first need and kept, asleep; all calls of a process share them, and a call that finds them
 * taken does its work itself. A forked child starts its own. They end when the library is unloaded and at exit.
 * Errors: INVALID_ARGUMENT outside 0 to 1024. */
UNITVAR_API int32_t unitvar_set_num_threads(int32_t n);
UNITVAR_API int32_t unitvar_num_threads(void); /* the number in force, at least 1 */

/* Constants by name, for languages that cannot read this header: "pcg32", "philox4x32", "torch_mt19937", "ars4x32";
 * "linear", "conv1d", "conv2d", "conv3d", "conv_transpose1d" to "conv_transpose3d", "sigmoid", "tanh", "relu",
 * "leaky_relu", "selu", "gelu", "silu", "elu", "softplus", "mish", "gain"; "fan_in", "fan_out", "fan_avg",
 * "fan_geo_avg"; "uniform", "normal", "truncated_normal"; "out_in_k", "k_in_out", "in_out_k"; kinds of initialiser,
 * "constant" and so on, and of draw, "bits" and so on, as in the names of their functions; the statuses as
 * unitvar_status_name writes them. Names are lower case, statuses upper case, and exact.
 * Errors: INVALID_ARGUMENT for an unknown name. */
UNITVAR_API int32_t unitvar_engine_from_name(const char *name, int32_t *out);
UNITVAR_API int32_t unitvar_nonlinearity_from_name(const char *name, int32_t *out);
UNITVAR_API int32_t unitvar_fan_mode_from_name(const char *name, int32_t *out);
UNITVAR_API int32_t unitvar_distribution_from_name(const char *name, int32_t *out);
UNITVAR_API int32_t unitvar_weight_layout_from_name(const char *name, int32_t *out);
UNITVAR_API int32_t unitvar_initializer_from_name(const char *name, int32_t *out);
UNITVAR_API int32_t unitvar_draw_from_name(const char *name, int32_t *out);
UNITVAR_API int32_t unitvar_status_from_name(const char *name, int32_t *out);

/* "constant" for UNITVAR_INIT_CONSTANT, and so on; NULL for what is no kind of initialiser. Kinds are numbered from 1
 * without gaps. */
UNITVAR_API const char *unitvar_initializer_name(int32_t kind);
/* The same of draws: "bits" for UNITVAR_DRAW_BITS. */
UNITVAR_API const char *unitvar_draw_name(int32_t kind);

/* ---- 4. Generators ----------------------------------------------------------------------------
 *
 * A generator is (engine, seed, stream) and a position, counted in blocks of 64 words of 32 bits: block b holds
 * the words w[64b] ... w[64b+63] of the stream. A sampler starts at a block boundary and advances by
 * ceil(words used / 64) blocks. So a fill of n elements is a prefix of a fill of m > n, and any part of a fill can
 * be produced alone after unitvar_generator_seek.
 *
 *   pcg32       The words of pcg-cpp's pcg32(mix(seed), mix(stream + 0x9E3779B97F4A7C15)), mix being the
 *               SplitMix64 finaliser, so that neighbouring seeds are unrelated. 2^58 blocks.
 *   philox4x32  Key (seed low, seed high), counter (c low, c high, stream low, stream high). Word 64b + 16r + l is
 *               output word r of counter c = 16b + l. 2^60 blocks.
 *   ars4x32     ARS as Random123 defines it, with 7 rounds: key (seed low, seed high, 0, 0), counter (c low, c high,
 *               stream low, stream high). Word 64b + 4l + r is output word r of counter c = b + l 2^60. 2^60 blocks.
 *               The fastest where the processor has AES instructions (VAES, AES-NI, Arm's) and the instruction set is
 *               not "scalar"; slow elsewhere.
 *
 * torch_mt19937 is another matter: the CPU generator of PyTorch, with PyTorch's own sampling algorithms, so that
 * samplers and initialisers write what torch.manual_seed(seed) and the function of the same name in torch or
 * torch.nn.init write. It is MT19937, seeded from the low 32 bits of the seed alone, as PyTorch does it, and it is
 * sequential: no blocks, no seek, tell or fork, and stream must be 0. A generator of it takes 3 KB.
 *
 * The reference is PyTorch on x86-64 processors with AVX2, by the release that the generator follows
 * (unitvar_generator_create_torch); unitvar_generator_create follows the newest. Every bit of words, uniform, normal,
 * trunc_normal, permutation, the unitvar_torch_ functions and every initialiser of torch.nn.init but orthogonal is
 * PyTorch's, where its build draws without MKL and its C library is the one that is followed; orthogonal is equal to
 * rounding. Releases, and what depends on MKL and on the C library: lib/core/torch/README.md of the sources.
 */
typedef struct unitvar_generator unitvar_generator;

/* A generator at block 0. Any seed and stream are valid, but that TORCH_MT19937 has stream 0 alone.
 * Errors: INVALID_ARGUMENT for an unknown engine or stream. */
UNITVAR_API int32_t unitvar_generator_create(int32_t engine, uint64_t seed, uint64_t stream, unitvar_generator **out);

/* A generator of UNITVAR_TORCH_MT19937 that follows one release of PyTorch, major * 100 + minor: 113, or 200 to 213; 0 is
 * the newest of them. libm is the glibc whose float functions that PyTorch called: 228 for 2.28 to 2.40, 241 for 2.41
 * and later, 0 the newest of them; f32, bf16 and f16 trunc_normal of releases to 2.11 depend on it. clone and save keep
 * both. Errors: INVALID_ARGUMENT for another release or libm. */
UNITVAR_API int32_t unitvar_generator_create_torch(uint64_t seed, int32_t release, int32_t libm,
                                                   unitvar_generator **out);
UNITVAR_API void unitvar_generator_destroy(unitvar_generator *g);

/* An independent generator in the same state. */
UNITVAR_API int32_t unitvar_generator_clone(const unitvar_generator *g, unitvar_generator **out);

/* A generator of its own for a name, at block 0: a function of engine, seed, stream and the bytes of the name (UTF-8,
 * up to the closing 0) alone, whatever the position of g. Different names, and forks of forks, give unrelated
 * sequences, so a model that is initialised by the names of its parameters does not depend on their order.
 * Errors: UNSUPPORTED for TORCH_MT19937. */
UNITVAR_API int32_t unitvar_generator_fork(const unitvar_generator *g, const char *name, unitvar_generator **out);

/* The position in blocks. Seeking costs O(log block), to any block up to the number of blocks of the engine.
 * Errors: INVALID_ARGUMENT beyond it, UNSUPPORTED for TORCH_MT19937. */
UNITVAR_API int32_t unitvar_generator_seek(unitvar_generator *g, uint64_t block);
UNITVAR_API int32_t unitvar_generator_tell(const unitvar_generator *g, uint64_t *block);

/* The complete state as bytes that are the same on every machine, little endian, with a version and a checksum.
 * save: writes *size bytes into buf, 56, or 2560 for TORCH_MT19937; with buf NULL it only sets *size. load: a new
 * generator from them, or from the 5056 bytes of torch.get_rng_state(), to go on as the newest release: the size tells
 * which they are. A state that was saved before there were releases is one of 113 and 228.
 * Errors: save INVALID_ARGUMENT where capacity is too small (*size and buf stay untouched); load CORRUPT_STATE for
 * bytes that save did not write, truncated ones included. */
UNITVAR_API int32_t unitvar_generator_save(const unitvar_generator *g, void *buf, size_t capacity, size_t *size);
UNITVAR_API int32_t unitvar_generator_load(const void *buf, size_t size, unitvar_generator **out);

/* The state of a generator of UNITVAR_TORCH_MT19937 as torch.get_rng_state() gives it and torch.set_rng_state() takes
 * it, 5056 bytes; otherwise as save.
 * Errors: as save; UNSUPPORTED for other engines. */
UNITVAR_API int32_t unitvar_generator_save_torch(const unitvar_generator *g, void *buf, size_t capacity, size_t *size);
/* A generator from those 5056 bytes, which do not say of which release they are, that follows release and libm as
 * unitvar_generator_create_torch takes them.
 * Errors: INVALID_ARGUMENT for another release or libm; CORRUPT_STATE for other bytes. */
UNITVAR_API int32_t unitvar_generator_load_torch(const void *buf, size_t size, int32_t release, int32_t libm,
                                                 unitvar_generator **out);

/* ---- 5. Samplers ------------------------------------------------------------------------------
 *
 * Each fills dst[0] to dst[n-1], contiguous; n may be 0, and dst is then not looked at. Word w[i] is counted from
 * the start of the call. Common errors: INVALID_ARGUMENT where n elements do not fit the address space,
 * STREAM_EXHAUSTED where the stream is too short.
 *
 * TORCH_MT19937 goes by PyTorch's formulas instead (section 4), and draws one word after the other:
 *   bits          Tensor.random_ of the full range: for u64 w[2i] is the high half.
 *   uniform       Tensor.uniform_(low, high): u = (w mod 2^24) * 2^-24, f64 (w64 mod 2^53) * 2^-53, x = fma(u, high -
 *                 low, low). x can be high, by rounding; from 2.12 on it is low then.
 *   normal        Tensor.normal_(mean, std) of a contiguous tensor: for n >= 16 blocks of 16 uniforms, elements j and
 *                 j + 8 of each becoming a pair; where n mod 16 is not 0, 16 fresh uniforms then overwrite the last 16
 *                 elements. For n < 16 pairs in double, of which the second waits in the generator for the next such
 *                 call, of whatever type.
 *   trunc_normal  nn.init.trunc_normal_(mean, std, a, b): std > 0, a <= b. From 2.12 on draws of the whole are repeated
 *                 until all elements are in their bounds, or, where less than 30 % of normals are, uniforms until all are
 *                 accepted, which must be finite then; INVALID_ARGUMENT where less than 1 of 10000 would be. That takes a
 *                 bit of working memory an element. To 2.11 where a uniform is rounded to the end of its
 *                 interval the element is a itself, far out as a may be, as in PyTorch: with a probability of up to
 *                 2^-24 in f32, and of 2^-8, 4 of 1000 elements, in bf16, whose deviation that raises: std 0.02 on
 *                 [-2, 2] gives 0.128.
 *   permutation   torch.randperm(n).
 *   others        UNSUPPORTED.
 */

/* dst[i] = w[i]; for u64 w[2i] is the low and w[2i+1] the high half. */
UNITVAR_API int32_t unitvar_bits_u32(unitvar_generator *g, uint32_t *dst, size_t n);
UNITVAR_API int32_t unitvar_bits_u64(unitvar_generator *g, uint64_t *dst, size_t n);

/* Uniform on [low, high): x = fma(u, high - low, low) in the type of dst, to which low and high are rounded first.
 * f32: u = (w[i] >> 8) * 2^-24. f64: u = (w64[i] >> 11) * 2^-53, w64[i] as in bits_u64. A result that rounds to
 * high becomes the value below it, so low <= x < high; low == high gives low.
 * Errors: INVALID_ARGUMENT unless low <= high, both finite, and high - low finite, in the type of dst. */
UNITVAR_API int32_t unitvar_uniform_f32(unitvar_generator *g, float *dst, size_t n, double low, double high);
UNITVAR_API int32_t unitvar_uniform_f64(unitvar_generator *g, double *dst, size_t n, double low, double high);

/* Normal by Box and Muller (1958): x = fma(z, std, mean) in the type of dst, to which mean and std are rounded.
 * z comes from pairs of integers, p in the first and q in the second half of each group of 32 words:
 *   f32: p = w[32k + j], q = w[32k + 16 + j], 0 <= j < 16; u = (p | 1) * 2^-32, v = q * 2^-32 of q as int32_t;
 *   f64: p = w64[16k + j], q = w64[16k + 8 + j], 0 <= j < 8; u = ((p >> 12) + 1/2) * 2^-52, v = (q >> 12) * 2^-52 - 1/2;
 *   r = sqrt(-2 ln u), c = cos(v pi/2), negative where bit 0 of q is set, s = sin(v pi/2);
 *   z = r c where p stands and r s where q stands, exchanged where bit 1 of q is set.
 * |z| reaches 6.66 (f32) and 8.57 (f64). The elementary functions are Unitvar's own: z differs from the formula in
 * exact arithmetic by at most 5 ulp (tests/accuracy.cpp measures it).
 * Errors: INVALID_ARGUMENT unless mean and std are finite in the type of dst and std >= 0. */
UNITVAR_API int32_t unitvar_normal_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std);
UNITVAR_API int32_t unitvar_normal_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std);

/* Normal by the inverse of its distribution function: x = fma(z, std, mean) in the type of dst, to which mean and std
 * are rounded. f32: z = Phi^-1((w[i] | 1) * 2^-32). f64: z = Phi^-1((w64[i] + 1/2) * 2^-64), w64[i] as in bits_u64.
 * One word, or one pair of words, makes one element; z never decreases where the word increases, the complement of a
 * word gives -z, and both tails are complete: |z| reaches 6.23 (f32) and 9.16 (f64). For stratified, antithetic and
 * quasi-random use; where the order does not matter, unitvar_normal_* is faster. z differs from the formula in exact
 * arithmetic by at most 4 ulp (f32, every word) and 6 ulp (f64) (tests/accuracy_quantile.cpp measures it).
 * Errors: INVALID_ARGUMENT unless mean and std are finite in the type of dst and std >= 0. */
UNITVAR_API int32_t unitvar_normal_icdf_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std);
UNITVAR_API int32_t unitvar_normal_icdf_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std);

/* Normal between the bounds a and b, by the inverse of its distribution function: x has
 *   (Phi((x - mean) / std) - Phi((a - mean) / std)) / (Phi((b - mean) / std) - Phi((a - mean) / std)) = u,
 * u = (w[i] + 1/2) * 2^-32 (f32) or (w64[i] + 1/2) * 2^-64 (f64). mean, std, a and b are rounded to the type of dst
 * first; bounds that are infinite, or too large for it, are none.
 * One word, or one pair of words, per element and no rejection, whatever the interval: any number of deviations away
 * from the mean, of a few ulp, or wider than the distribution. a <= x <= b; x is a bound as often as values of the
 * exact distribution round to it. Where a and b round to one number, every element is that number. x differs from the
 * formula in exact arithmetic by at most 4 ulp (f32) and 8 ulp (f64) of the greatest of |x|, |x - mean| and the lesser
 * of std and b - a, and may step back by as much where the word increases (tests/accuracy_trunc_normal.cpp measures
 * it).
 * Errors: INVALID_ARGUMENT unless mean and std are finite in the type of dst, std > 0 in it, a < b, neither is NaN, and
 * not both are too large for the type. */
UNITVAR_API int32_t unitvar_trunc_normal_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std,
                                             double a, double b);
UNITVAR_API int32_t unitvar_trunc_normal_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std,
                                             double a, double b);

/* A permutation of 0 to n-1, all equally likely: the order that sorts the pairs (key i, i), key i being w64[i] as in
 * bits_u64. Working memory: 16 n bytes. */
UNITVAR_API int32_t unitvar_permutation_i64(unitvar_generator *g, int64_t *dst, size_t n);

/* n different numbers of 0 to population - 1 in a random order, all choices equally likely but for 2^-64 of population:
 * sampling without replacement, as NumPy's choice(population, n, replace=False). The first n places of a Fisher-Yates
 * shuffle: for i = 0, 1, ..., exchange places i and i + floor(w64[i] (population - i) / 2^64) of the numbers in order. So
 * a choice of n is the beginning of a longer one; it takes time and memory (up to 96 n bytes) for n, not for population.
 * Errors: INVALID_ARGUMENT for n > population or a population above 2^63 - 1; UNSUPPORTED for TORCH_MT19937. */
UNITVAR_API int32_t unitvar_choice_i64(unitvar_generator *g, int64_t *dst, size_t n, uint64_t population);

/* Sobol's quasi-random points: coordinate d of point first + i is dst[i * dimensions + d], uniform on [0, 1) as
 * unitvar_uniform_* makes it of a word, or normal as unitvar_normal_icdf_* does. Point i is the sum (by exclusive or) of
 * the direction numbers of the bits of its Gray code i ^ (i >> 1) (Antonov and Saleev 1979), in 64 binary digits, of which
 * f32 takes the first 32. Any points may be made alone; 2^k of them from a multiple of 2^k on are one in each of 2^k equal
 * intervals, in every coordinate. 1 to 1111 dimensions, with the direction numbers of Joe and Kuo (2008), as in SciPy and
 * PyTorch.
 * g ?: scrambles the points and is left as it is: a random linear matrix for each coordinate and a digital shift (Matousek
 * 1998), from words 192 d to 192 d + 129 behind its position; each point is then uniform, and the points keep what makes
 * them quasi-random. NULL gives the plain sequence, of which point 0 is all zeros. TORCH_MT19937 cannot scramble.
 * Errors: INVALID_ARGUMENT for another number of dimensions, points beyond 2^63, mean and std as the samplers. */
UNITVAR_API int32_t unitvar_sobol_f32(const unitvar_generator *g, float *dst, size_t points, size_t dimensions,
                                      uint64_t first);
UNITVAR_API int32_t unitvar_sobol_f64(const unitvar_generator *g, double *dst, size_t points, size_t dimensions,
                                      uint64_t first);
UNITVAR_API int32_t unitvar_sobol_normal_f32(const unitvar_generator *g, float *dst, size_t points, size_t dimensions,
                                             uint64_t first, double mean, double std);
UNITVAR_API int32_t unitvar_sobol_normal_f64(const unitvar_generator *g, double *dst, size_t points, size_t dimensions,
                                             uint64_t first, double mean, double std);

/* What follows are draws by the inverse of a distribution function. One word, or one pair of words, makes one element:
 * u = (w[i] | 1) * 2^-32 (f32) or (w64[i] | 1) * 2^-64 (f64), w64[i] as in bits_u64, and v = 1 - u is that of the
 * complement of the word. Both tails are complete: u and v reach 2^-32 (f32) and 2^-64 (f64) with their relative
 * precision. Where the word increases x does too, but that it may step back by the error that is said, in ulp of the
 * formula in exact arithmetic for location 0 and scale 1 (tests/accuracy_distributions.cpp measures it); scale and
 * location, rounded to the type of dst, are applied with one rounding. */

/* Exponential with mean scale: x = -scale ln(v). x / scale reaches from 2^-32 to 22.1 (f32), from 2^-64 to 44.3 (f64).
 * Error: 3 ulp.
 * Errors: INVALID_ARGUMENT unless scale is finite in the type of dst and >= 0. */
UNITVAR_API int32_t unitvar_exponential_f32(unitvar_generator *g, float *dst, size_t n, double scale);
UNITVAR_API int32_t unitvar_exponential_f64(unitvar_generator *g, double *dst, size_t n, double scale);

/* Laplace: x = location + scale ln(2 u) below the middle, location - scale ln(2 v) above it. |x - location| / scale
 * reaches 21.4 (f32) and 43.6 (f64). The complement of a word gives the negative, for location 0. Error: 3 ulp.
 * Errors: INVALID_ARGUMENT unless location and scale are finite in the type of dst and scale >= 0. */
UNITVAR_API int32_t unitvar_laplace_f32(unitvar_generator *g, float *dst, size_t n, double location, double scale);
UNITVAR_API int32_t unitvar_laplace_f64(unitvar_generator *g, double *dst, size_t n, double location, double scale);

/* Logistic: x = location + scale ln(u / v). |x - location| / scale reaches 22.1 (f32) and 44.3 (f64). The complement of
 * a word gives the negative, for location 0. Error: 4 ulp.
 * Errors: INVALID_ARGUMENT unless location and scale are finite in the type of dst and scale >= 0. */
UNITVAR_API int32_t unitvar_logistic_f32(unitvar_generator *g, float *dst, size_t n, double location, double scale);
UNITVAR_API int32_t unitvar_logistic_f64(unitvar_generator *g, double *dst, size_t n, double location, double scale);

/* Gumbel, the greatest of many: x = location - scale ln(-ln(u)). (x - location) / scale reaches from -3.1 to 22.1 (f32),
 * from -3.8 to 44.3 (f64). Error: 4 ulp of the greater of |x| and 1.
 * Errors: INVALID_ARGUMENT unless location and scale are finite in the type of dst and scale >= 0. */
UNITVAR_API int32_t unitvar_gumbel_f32(unitvar_generator *g, float *dst, size_t n, double location, double scale);
UNITVAR_API int32_t unitvar_gumbel_f64(unitvar_generator *g, double *dst, size_t n, double location, double scale);

/* Cauchy: x = location + scale tan(pi (u - 1/2)). |x - location| / scale reaches 1.36e9 (f32) and 5.8e18 (f64); a result
 * beyond the range of the type is infinite. The complement of a word gives the negative, for location 0. Error: 5 ulp.
 * Errors: INVALID_ARGUMENT unless location and scale are finite in the type of dst and scale >= 0. */
UNITVAR_API int32_t unitvar_cauchy_f32(unitvar_generator *g, float *dst, size_t n, double location, double scale);
UNITVAR_API int32_t unitvar_cauchy_f64(unitvar_generator *g, double *dst, size_t n, double location, double scale);

/* Weibull: x = scale (-ln(v))^(1 / shape), computed in double: f32 is rounded once. A result beyond the range of the type
 * is 0 or infinite. Error: 1 ulp (f32), 8 ulp (f64), and 16 ulp for shapes below 1 down to 1/4.
 * Errors: INVALID_ARGUMENT unless shape and scale are finite in the type of dst, shape >= 2^-20 and scale >= 0. */
UNITVAR_API int32_t unitvar_weibull_f32(unitvar_generator *g, float *dst, size_t n, double shape, double scale);
UNITVAR_API int32_t unitvar_weibull_f64(unitvar_generator *g, double *dst, size_t n, double shape, double scale);

/* Rayleigh, the length of two normals of deviation scale: x = scale sqrt(-2 ln(v)). x / scale reaches from 2^-15.5 to 6.66
 * (f32), from 2^-31.5 to 9.41 (f64). Error: 3 ulp.
 * Errors: INVALID_ARGUMENT unless scale is finite in the type of dst and >= 0. */
UNITVAR_API int32_t unitvar_rayleigh_f32(unitvar_generator *g, float *dst, size_t n, double scale);
UNITVAR_API int32_t unitvar_rayleigh_f64(unitvar_generator *g, double *dst, size_t n, double scale);

/* Log-normal: x = exp(mean + std z), mean and std being those of the logarithm, and z what unitvar_normal_* of the same
 * position draws for mean 0 and std 1, by Box and Muller: so it is a function of a pair of words, and not monotone. A
 * result beyond the range of the type is 0 or infinite. Its relative error is that of exp, at most 3 ulp, and that of z,
 * 5 ulp, times |std z|.
 * Errors: INVALID_ARGUMENT unless mean and std are finite in the type of dst and std >= 0. */
UNITVAR_API int32_t unitvar_log_normal_f32(unitvar_generator *g, float *dst, size_t n, double mean, double std);
UNITVAR_API int32_t unitvar_log_normal_f64(unitvar_generator *g, double *dst, size_t n, double mean, double std);

/* Integers of [low, high): low + floor(r range / 2^64), range = high - low and r 64 random bits. i32: the upper half of r
 * is w[32k + j], the lower one w[32k + 16 + j] for element 16k + j, 0 <= j < 16; i64: r = w64[i] as in bits_u64. No
 * rejection: every integer has the probability 1 / range to within 2^-64, so relative to 1 / range it is off by
 * less than range 2^-64, below 2^-32 for i32, and what 2^20 draws per integer could show for i64 from ranges of some
 * 2^42 on.
 * Errors: INVALID_ARGUMENT unless low < high; i32: unless both are at least -2^31 and at most 2^31. */
UNITVAR_API int32_t unitvar_integers_i32(unitvar_generator *g, int32_t *dst, size_t n, int64_t low, int64_t high);
UNITVAR_API int32_t unitvar_integers_i64(unitvar_generator *g, int64_t *dst, size_t n, int64_t low, int64_t high);

/* Bernoulli draws as bytes: 1 where w[i] < round(p 2^32), else 0, so that the probability is p to within 2^-33; p = 1
 * gives ones alone.
 * Errors: INVALID_ARGUMENT unless 0 <= p <= 1. */
UNITVAR_API int32_t unitvar_bernoulli_u8(unitvar_generator *g, uint8_t *dst, size_t n, double p);

/* The same n draws as bits: draw i is bit i mod 8 of dst[i / 8], counted from the least. dst has (n + 7) / 8 bytes; bits
 * behind the last draw are 0. As a unitvar_draw the element is a byte.
 * Errors: as bernoulli_u8's. */
UNITVAR_API int32_t unitvar_bernoulli_bits(unitvar_generator *g, uint8_t *dst, size_t n, double p);

/* Uniform, normal and truncated normal numbers of 16 bits, as bits: those of the f32 function of the same position and
 * parameters, which are rounded to f32, each rounded once to nearest even; parameters must be finite in 16 bits too.
 * A uniform number that would round to high is the greatest below it.
 * Errors: as the f32 function's. */
UNITVAR_API int32_t unitvar_uniform_bf16(unitvar_generator *g, uint16_t *dst, size_t n, double low, double high);
UNITVAR_API int32_t unitvar_uniform_f16(unitvar_generator *g, uint16_t *dst, size_t n, double low, double high);
UNITVAR_API int32_t unitvar_normal_bf16(unitvar_generator *g, uint16_t *dst, size_t n, double mean, double std);
UNITVAR_API int32_t unitvar_normal_f16(unitvar_generator *g, uint16_t *dst, size_t n, double mean, double std);
UNITVAR_API int32_t unitvar_trunc_normal_bf16(unitvar_generator *g, uint16_t *dst, size_t n, double mean, double std,
                                              double a, double b);
UNITVAR_API int32_t unitvar_trunc_normal_f16(unitvar_generator *g, uint16_t *dst, size_t n, double mean, double std,
                                             double a, double b);

/* The type of an element: DLPack's DLDataType. */
typedef struct {
    uint8_t code;   /* 0: signed integer; 1: unsigned integer; 2: IEEE float; 4: bfloat16 */
    uint8_t bits;   /* f32 {2, 32}, f64 {2, 64}, bf16 {4, 16}, f16 {2, 16}, i32 {0, 32}, u8 {1, 8} and so on */
    uint16_t lanes; /* 1 */
} unitvar_dtype;

/* Any of the above but permutation as a value: the functions are named after kind and dtype. A kind looks only at what
 * its function takes. */
typedef struct {
    uint32_t struct_size; /* sizeof(unitvar_draw); no version's is above 256 */
    int32_t kind;         /* UNITVAR_DRAW_... */
    unitvar_dtype dtype;  /* of dst */
    int32_t reserved;     /* 0 */
    double p[4];          /* the function's doubles, in its order */
    int64_t k[2];         /* its whole numbers */
} unitvar_draw;

/* Fills kind, p and k of *draw: uniform on [0, 1); mean 0, std 1, bounds -2 and 2; location 0, scale 1, shape 1; integers
 * of [0, 2); p 1/2. struct_size must be set before; dtype stays what it is.
 * Errors: INVALID_ARGUMENT for an unknown kind, a struct_size that is too small or above 256. */
UNITVAR_API int32_t unitvar_draw_defaults(unitvar_draw *draw, int32_t kind);

/* The sampler that draw describes, and the same element by element: a sampler moves on to the next block, so that 10
 * elements and then 10 are not 20. sample_at writes elements first to first + n - 1 of the fill that begins at the
 * position of g, whatever they are parts of, and leaves g where it is: whoever counts the elements that he took goes on
 * from there, and from several places at once.
 * Errors: those of the function; UNSUPPORTED where the kind has no such dtype; INVALID_ARGUMENT for an unknown kind, a
 * struct_size that is too small or above 256, a larger one than this version's with anything but zeros behind what it
 * knows, a reserved that is not 0. sample_at: UNSUPPORTED for TORCH_MT19937, STREAM_EXHAUSTED where the stream does not
 * reach. */
UNITVAR_API int32_t unitvar_sample(unitvar_generator *g, const unitvar_draw *draw, void *dst, size_t n);
UNITVAR_API int32_t unitvar_sample_at(const unitvar_generator *g, const unitvar_draw *draw, uint64_t first, void *dst,
                                      size_t n);

/* ---- 6. Tensors -------------------------------------------------------------------------------
 *
 * The layout of DLPack's DLTensor: any framework's tensor passes without a copy.
 */
typedef struct {
    int32_t device_type; /* 1: CPU, the only one supported */
    int32_t device_id;   /* 0 */
} unitvar_device;

typedef struct {
    void *data; /* may be NULL where the tensor has no elements */
    unitvar_device device;
    int32_t ndim; /* 0 to 64; 0 is a scalar */
    unitvar_dtype dtype;
    int64_t *shape;       /* ndim lengths, each >= 0 */
    int64_t *strides;     /* ndim steps in elements, negative ones included; NULL: row-major */
    uint64_t byte_offset; /* from data to the element with all indices 0 */
} unitvar_tensor;

/* ---- 7. Initialisers --------------------------------------------------------------------------
 *
 * Each writes every element of a tensor of f32, f64, bf16 or f16. The tensor may have any strides under which no two
 * elements share memory; a strided tensor gets the same logical values as a row-major one (TORCH_MT19937: what PyTorch
 * gives it, which fills in the order of memory, and normals of non-contiguous tensors in the scalar form; strides that
 * are negative, which PyTorch has not, count by addresses too). Tensors without elements
 * succeed, write nothing and leave the generator where it is. Semantics, defaults and formulas follow torch.nn.init.
 *
 * 16 bits: an element is that of the same f32 tensor, rounded once, to nearest even. Uniform ones stay below b as they
 * do in f32: one that would become b, as the dtype rounds it, becomes the number below, and where the dtype rounds a
 * and b to one number every element is that. Parameters must be finite in the dtype.
 * TORCH_MT19937 rounds as its release of PyTorch does. None has orthogonal of 16-bit types, nor 1.13 and 2.0 trunc_normal of
 * f16; they, delta_orthogonal and all from variance_scaling on that draw are UNSUPPORTED there.
 *
 * Common errors: INVALID_ARGUMENT for a malformed tensor (negative length, ndim out of range, more elements or
 * bytes than 2^63 - 1, lanes other than 1, overlapping elements, NULL data) or a parameter that is NaN or infinite;
 * UNSUPPORTED for a device other than the CPU or another dtype; STREAM_EXHAUSTED.
 */

/* The gain of a nonlinearity. As torch.nn.init.calculate_gain: LINEAR and SIGMOID 1, TANH 5/3, RELU sqrt(2),
 * LEAKY_RELU sqrt(2 / (1 + param^2)), SELU 3/4; param is the negative slope, NaN for the default 0.01. Beyond PyTorch,
 * 1 / sqrt(E f(z)^2) for z of N(0, 1), which is what RELU's is, and gives a layer's outputs the second moment of its
 * inputs (He et al. 2015):
 *   GELU 1.5335304411955353       SILU 1.676532470331091     ELU 1.2451983007007066
 *   SOFTPLUS 1.0418668355353018   MISH 1.486847581273208     (lib/core/init/gains.py makes them)
 * GAIN gives param, a gain of one's own. The others do not look at it.
 * Errors: INVALID_ARGUMENT for an unknown nonlinearity, an infinite slope, a gain that is negative or not finite. */
UNITVAR_API int32_t unitvar_calculate_gain(int32_t nonlinearity, double param, double *gain);

/* fan_in = shape[1] * r and fan_out = shape[0] * r with r = the product of shape[2...]. data may be NULL.
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions. */
UNITVAR_API int32_t unitvar_calculate_fans(const unitvar_tensor *t, int64_t *fan_in, int64_t *fan_out);

/* The same of any layout and of a convolution in groups, where an output sees in / groups inputs and an input reaches
 * out / groups outputs. With r the product of the lengths of k:
 *   OUT_IN_K, K_IN_OUT   have in / groups and out:   fan_in = shape[in] r            fan_out = shape[out] r / groups
 *   IN_OUT_K             has in and out / groups:    fan_in = shape[in] r / groups   fan_out = shape[out] r
 * PyTorch does not divide. K_IN_OUT has Keras' rules for fewer dimensions, which JAX refuses: both fans of (n) are n,
 * those of a scalar 1.
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions in other layouts or in groups; groups < 1, or that do not divide
 * the length that is divided above; fans from 2^63 on. */
UNITVAR_API int32_t unitvar_calculate_fans_layout(const unitvar_tensor *t, int32_t layout, int64_t groups,
                                                  int64_t *fan_in, int64_t *fan_out);

/* The same of axes, as JAX's variance_scaling takes them: fan_in is the product of the lengths of in_axes and of those that
 * no list has, fan_out that of out_axes and those; batch_axes, of weights of several layers, are in neither. Negative axes
 * count from the last dimension; a list may be empty, and then NULL. JAX's default is -2, -1 and none.
 * Errors: INVALID_ARGUMENT for an axis that the tensor does not have, or that is there twice. */
UNITVAR_API int32_t unitvar_calculate_fans_axes(const unitvar_tensor *t, const int32_t *in_axes, int32_t num_in_axes,
                                                const int32_t *out_axes, int32_t num_out_axes,
                                                const int32_t *batch_axes, int32_t num_batch_axes, int64_t *fan_in,
                                                int64_t *fan_out);

/* Every element value (rounded to the dtype; infinities and NaN allowed), 0 or 1. */
UNITVAR_API int32_t unitvar_init_constant(unitvar_tensor *t, double value);
UNITVAR_API int32_t unitvar_init_zeros(unitvar_tensor *t);
UNITVAR_API int32_t unitvar_init_ones(unitvar_tensor *t);

/* The elements of values, a constant for each, by NumPy's broadcasting: its dimensions are t's last ones, of their lengths
 * or of 1. values has any of the four dtypes and any strides; an element is rounded as unitvar_init_constant rounds.
 * Errors: INVALID_ARGUMENT for other lengths, more dimensions than t has, and memory that both have. */
UNITVAR_API int32_t unitvar_init_values(unitvar_tensor *t, const unitvar_tensor *values);

/* The identity matrix: ones where both indices are equal, zeros elsewhere.
 * Errors: INVALID_ARGUMENT for other than 2 dimensions. */
UNITVAR_API int32_t unitvar_init_eye(unitvar_tensor *t);

/* The identity of a convolution of shape (out, in, k...) in groups: with n = out / groups, element (i n + d, d, k
 * / 2...) is 1 for each group i and d < min(n, in), all others 0. PyTorch's default is groups = 1. Errors:
 * INVALID_ARGUMENT for other than 3 to 5 dimensions, groups < 1 or not a divisor of shape[0]. */
UNITVAR_API int32_t unitvar_init_dirac(unitvar_tensor *t, int64_t groups);

/* Uniform on [a, b) and normal, element i in row-major order being element i of the sampler of section 5. PyTorch's
 * defaults are a = 0, b = 1, mean = 0, std = 1. Errors: as the samplers. */
UNITVAR_API int32_t unitvar_init_uniform(unitvar_generator *g, unitvar_tensor *t, double a, double b);
UNITVAR_API int32_t unitvar_init_normal(unitvar_generator *g, unitvar_tensor *t, double mean, double std);

/* Normal between the bounds a and b, as unitvar_trunc_normal_* of section 5; the bounds are values, not deviations, and
 * either may be infinite. PyTorch's defaults are mean = 0, std = 1, a = -2, b = 2. Errors: as the samplers. */
UNITVAR_API int32_t unitvar_init_trunc_normal(unitvar_generator *g, unitvar_tensor *t, double mean, double std,
                                              double a, double b);

/* Glorot and Bengio (2010): std = gain * sqrt(2 / (fan_in + fan_out)); normal(0, std), or uniform on [-b, b) with
 * b = sqrt(3) * std. PyTorch's default gain is 1.
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions, a negative gain. */
UNITVAR_API int32_t unitvar_init_xavier_uniform(unitvar_generator *g, unitvar_tensor *t, double gain);
UNITVAR_API int32_t unitvar_init_xavier_normal(unitvar_generator *g, unitvar_tensor *t, double gain);

/* He et al. (2015): std = calculate_gain(nonlinearity, a) / sqrt(fan); normal(0, std), or uniform on [-b, b) with
 * b = sqrt(3) * std. fan_mode chooses the fan. a is the negative slope of LEAKY_RELU, where NaN means 0.01, or the gain
 * itself of GAIN; others do not look at it. PyTorch's defaults are a = 0, FAN_IN, LEAKY_RELU.
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions, an unknown fan mode or nonlinearity, an infinite a, and for GAIN
 * one that is negative or NaN. */
UNITVAR_API int32_t unitvar_init_kaiming_uniform(unitvar_generator *g, unitvar_tensor *t, double a, int32_t fan_mode,
                                                 int32_t nonlinearity);
UNITVAR_API int32_t unitvar_init_kaiming_normal(unitvar_generator *g, unitvar_tensor *t, double a, int32_t fan_mode,
                                                int32_t nonlinearity);

/* Orthogonal (Saxe et al. 2014): gain * Q for a uniformly (Haar) distributed Q of R = shape[0] rows and C columns, all
 * further dimensions flattened into C. Columns are orthonormal for R >= C, rows for R <= C. gain may be negative, as in
 * PyTorch; gain * Q is rounded to the dtype like gain itself. PyTorch's default is 1.
 * Nothing is factored: Q is a product of random reflectors (Stewart, "The efficient generation of random orthogonal
 * matrices with an application to condition estimators", 1980), which has the distribution of the QR factorisation of
 * a normal matrix with R's diagonal made positive (Mezzadri, "How to generate random matrices from the classical
 * compact groups", 2007). With m = max(R, C) and n = min(R, C), the call draws mn - n(n-1)/2 standard normals, those of
 * unitvar_normal_f32 or _f64 by the dtype, and advances as that draw does. Vector x_k, k = 1 ... n, takes the next
 * m-k+1 of them, s_k = -1 where x_k[1] >= 0 and 1 elsewhere, v_k is x_k with s_k |x_k| subtracted from its first
 * element, and H_k = I - 2 v_k v_k^T / v_k^T v_k acts on the last m-k+1 of m coordinates. Q, or its transpose where
 * R < C, is H_1 H_2 ... H_n's first n columns times diag(s_1 ... s_n).
 * |Q^T Q - I| stays below 2e-6 (f32) and 1e-14 (f64) in every element. Working memory: about one more matrix and
 * 200 m elements.
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions, a gain that is not finite in the dtype. */
UNITVAR_API int32_t unitvar_init_orthogonal(unitvar_generator *g, unitvar_tensor *t, double gain);

/* Delta-orthogonal (Xiao et al. 2018), for convolutions of shape (out, in, k...): gain * Q of unitvar_init_orthogonal
 * for the shape (out, in), from the same words, at the spatial centre, index (k - 1) / 2 of each spatial dimension as
 * in JAX, and zeros elsewhere. A convolution with it keeps norms, so out >= in. Errors: as unitvar_init_orthogonal;
 * INVALID_ARGUMENT for other than 3 to 5 dimensions, in > out.
 */
UNITVAR_API int32_t unitvar_init_delta_orthogonal(unitvar_generator *g, unitvar_tensor *t, double gain);

/* Sparse (Martens 2010): unitvar_init_normal with mean 0 and this std, of which each column of R = shape[0] elements
 * loses ceil(sparsity R), set to 0: those whose keys, with their row, are the smallest. The key of row r and column c
 * is word r of the ceil(R / 64) blocks number c after the blocks of the normals, so a column's zeros need no other
 * column. PyTorch's default std is 0.01. Working memory: one bit an element of the columns that are written. Errors:
 * INVALID_ARGUMENT for other than 2 dimensions, a sparsity outside 0 to 1, and as unitvar_init_normal. */
UNITVAR_API int32_t unitvar_init_sparse(unitvar_generator *g, unitvar_tensor *t, double sparsity, double std);

/* Variance scaling, as in JAX and Keras: with std = sqrt(scale / fan), fan as fan_mode says, UNITVAR_NORMAL is
 * normal(0, std), UNITVAR_UNIFORM uniform on [-b, b) with b = sqrt(3) std, and UNITVAR_TRUNCATED_NORMAL normal(0, s)
 * truncated at 2 s with s = std / 0.87962566103423978, which has the deviation std. The named cases of both frameworks:
 *   lecun_*    scale 1, FAN_IN      glorot_*   scale 1, FAN_AVG      he_*       scale 2, FAN_IN
 * with *_normal truncated. Keras' default is lecun_normal.
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions, a scale that is not > 0, an unknown fan mode or distribution.
 */
UNITVAR_API int32_t unitvar_init_variance_scaling(unitvar_generator *g, unitvar_tensor *t, double scale,
                                                  int32_t fan_mode, int32_t distribution);

/* unitvar_init_variance_scaling with fans that are given, for a tensor of any shape: those of unitvar_calculate_fans_layout
 * or _axes, or any others. xavier_* is scale gain^2 and FAN_AVG, kaiming_* scale gain^2, to the rounding of the deviation.
 * Errors: as there; INVALID_ARGUMENT for fans that are not > 0 and finite. */
UNITVAR_API int32_t unitvar_init_variance_scaling_fans(unitvar_generator *g, unitvar_tensor *t, double scale,
                                                       double fan_in, double fan_out, int32_t fan_mode,
                                                       int32_t distribution);

/* unitvar_init_orthogonal of the tensor with its dimension axis moved to the front: R is the length of axis, C that of all
 * others, flattened in their order. JAX's orthogonal(column_axis=axis) has the same distribution; its default is -1, the
 * last. Errors: as there; INVALID_ARGUMENT for an axis that the tensor does not have. */
UNITVAR_API int32_t unitvar_init_orthogonal_axis(unitvar_generator *g, unitvar_tensor *t, double gain, int32_t axis);

/* unitvar_init_delta_orthogonal of the tensor with its dimensions moved to (out, in, k...). JAX's delta_orthogonal is
 * K_IN_OUT; its column_axis does not change the distribution. Errors: as there, for other than 3 to 5 dimensions too. */
UNITVAR_API int32_t unitvar_init_delta_orthogonal_layout(unitvar_generator *g, unitvar_tensor *t, double gain,
                                                         int32_t layout);

/* By the names of jax.nn.initializers and Keras: variance_scaling with the scale and the fan mode above, uniform, or normal
 * truncated at 2 deviations, of a weight of this layout, 0 and 1 dimensions by Keras' rules included. With them
 * glorot_normal and he_normal are not xavier_normal and kaiming_normal, which are not truncated.
 * Errors: INVALID_ARGUMENT for an unknown layout, and for fewer than 2 dimensions where it is not K_IN_OUT. */
UNITVAR_API int32_t unitvar_init_glorot_uniform(unitvar_generator *g, unitvar_tensor *t, int32_t layout);
UNITVAR_API int32_t unitvar_init_glorot_normal(unitvar_generator *g, unitvar_tensor *t, int32_t layout);
UNITVAR_API int32_t unitvar_init_he_uniform(unitvar_generator *g, unitvar_tensor *t, int32_t layout);
UNITVAR_API int32_t unitvar_init_he_normal(unitvar_generator *g, unitvar_tensor *t, int32_t layout);
UNITVAR_API int32_t unitvar_init_lecun_uniform(unitvar_generator *g, unitvar_tensor *t, int32_t layout);
UNITVAR_API int32_t unitvar_init_lecun_normal(unitvar_generator *g, unitvar_tensor *t, int32_t layout);

/* Keras' Identity: unitvar_init_eye times gain, which is rounded to the dtype.
 * Errors: INVALID_ARGUMENT for other than 2 dimensions, a gain that is not finite in the dtype. */
UNITVAR_API int32_t unitvar_init_identity(unitvar_tensor *t, double gain);

/* Any of the above as a value, for tables of parameters and for shards. A kind looks only at what its function takes.
 */
typedef struct {
    uint32_t struct_size; /* sizeof(unitvar_initializer); no version's is above 256 */
    int32_t kind;         /* UNITVAR_INIT_... */
    int32_t fan_mode;
    int32_t nonlinearity;
    int32_t distribution;
    int32_t reserved; /* 0 */
    int64_t groups;
    double p[4]; /* the function's other numbers, in its order: doubles, axis, layout */
} unitvar_initializer;

/* Fills *init for a kind, with PyTorch's defaults where PyTorch has them: constant 0; uniform on [0, 1); normal (0, 1);
 * trunc_normal (0, 1) on [-2, 2]; gain 1; a = 0, FAN_IN, LEAKY_RELU; groups 1; sparsity 0.1 with std 0.01; scale 1,
 * FAN_IN, TRUNCATED_NORMAL; fans 1; axis -1 and, of delta_orthogonal_layout, K_IN_OUT, as in JAX, else OUT_IN_K.
 * struct_size must be set before.
 * Errors: INVALID_ARGUMENT for an unknown kind, a struct_size that is too small or above 256. */
UNITVAR_API int32_t unitvar_initializer_defaults(unitvar_initializer *init, int32_t kind);

/* The initialiser that init describes. g may be NULL for kinds whose functions take none.
 * Errors: those of the function; INVALID_ARGUMENT for an unknown kind, a struct_size that is too small or above 256, a
 * larger one than this version's with anything but zeros behind what it knows, a reserved that is not 0. */
UNITVAR_API int32_t unitvar_init(unitvar_generator *g, const unitvar_initializer *init, unitvar_tensor *t);

/* Writes one rectangular slice of the tensor that unitvar_init would write: local is the slice, of its own shape and
 * strides; global_shape and offset have local->ndim lengths and indices. Each element has the bits that it has in the
 * whole, and g advances as for the whole. Nothing but the slice is computed, with two exceptions: orthogonal and
 * delta_orthogonal compute the whole matrix (working memory as for the whole), sparse the keys of the slice's columns.
 * TORCH_MT19937 makes every whole in working memory, as a row-major tensor gets it, and copies the slice.
 * Errors: as unitvar_init with the global shape; INVALID_ARGUMENT where the slice does not lie within it. */
UNITVAR_API int32_t unitvar_init_shard(unitvar_generator *g, const unitvar_initializer *init, unitvar_tensor *local,
                                       const int64_t *global_shape, const int64_t *offset);

/* The weights and biases that PyTorch's layers construct, on a generator of TORCH_MT19937: weight first, then bias.
 * bias may be NULL, as for bias=False.
 * - linear: nn.Linear. weight [out, in] by kaiming_uniform_(a = sqrt(5)), bias [out] uniform on [-b, b) with
 *   b = 1 / sqrt(in).
 * - conv: nn.Conv1d to nn.Conv3d. weight [out, in / groups, k...] and bias [out] likewise, b = 1 / sqrt(fan_in);
 *   nn.ConvTranspose1d to 3d: weight [in, out / groups, k...].
 * - embedding: nn.Embedding. weight [count, dim] by normal_(0, 1). The row of a padding_idx is the caller's to zero.
 * Errors: as the initialisers; INVALID_ARGUMENT for another engine, another number of dimensions, and a linear bias of
 * another length than out. */
UNITVAR_API int32_t unitvar_torch_linear_reset(unitvar_generator *g, unitvar_tensor *weight, unitvar_tensor *bias);
UNITVAR_API int32_t unitvar_torch_conv_reset(unitvar_generator *g, unitvar_tensor *weight, unitvar_tensor *bias);
UNITVAR_API int32_t unitvar_torch_embedding_reset(unitvar_generator *g, unitvar_tensor *weight);

/* The draws of PyTorch that are no initialisers, on a generator of TORCH_MT19937: what the method of the same name writes
 * into the tensor, whose elements come in the order of memory, as PyTorch walks it. u is a uniform of 53 bits from two
 * words, computed with in double and rounded to the type, by way of f32 where that has 16 bits; integers of 8 to 32 bits
 * have what remains in the low bits of the number.
 *   random       t.random_(): integers from 0 to the greatest of an integer type, one word mod 2^bits, or two in i64; in a
 *                type of floating point of d bits from 0 to 2^d, word mod (2^d + 1), two words in f64.
 *   randint      t.random_(low, high), torch.randint(low, high, ...): low + word mod (high - low). From a range of 2^28 on
 *                two words, in releases to 2.6 from 2^32 on. Types of floating point move bounds that they do not have.
 *   bernoulli    t.bernoulli_(p): 1 where u < p, else 0. nn.Dropout(q) multiplies by it with p = 1 - q, over 1 - q.
 *   geometric    t.geometric_(p): ceil(log(u) / log1p(-p)).
 *   exponential  t.exponential_(lambda): -1 / lambda * log1p(-u), log(1 - u) in 1.13.
 *   log_normal   t.log_normal_(mean, std): exp of a normal in the scalar form, of which every second one waits.
 *   cauchy       t.cauchy_(median, sigma): median + sigma * tan(pi * (u - 0.5)).
 *   multinomial  torch.multinomial(weights, k, replacement): weights [n] or [rows, n] of floating point, samples [k] or
 *                [rows, k] of i64. With replacement a search for u in the cumulative sums; without, and from 2.0 on for
 *                k = 1, the k largest of weight / exponential, drawn in the order of the weights' memory. Equal quotients
 *                are ordered by libstdc++'s algorithms, as there. Takes working memory of the size of both.
 * random, randint and bernoulli take f32, f64, bf16, f16, i8, i16, i32, i64, u8 and bool, geometric all but bool, the
 * others floating point. A type that a release did not have yet is drawn as in the later ones.
 * MKL: PyTorch 2.6 and later draw all this from MT19937 in every build. Before, builds that use MKL (those of PyPI for
 * x86-64) have bernoulli with a scalar p, in 1.13 on Intel's processors alone, and exponential, which 1.13 has not, from
 * MKL's own generator, and so multinomial's quotients: not followed.
 * The C library: cauchy calls the host's tan, and log_normal its exp from e^512 and to e^-512; other functions are glibc's,
 * whatever the host's, as those of normals (section 4).
 * Errors: INVALID_ARGUMENT for another engine; low >= high or bounds that the type does not hold; p outside of 0 to 1,
 * for geometric 0 and 1 themselves; lambda, std or sigma that are not above 0, parameters that are not finite; weights
 * that are negative or not finite, or all 0 in a row, more than 2^24 of them in one, no samples, more than weights without
 * replacement, shapes that do not match. UNSUPPORTED for other types. */
UNITVAR_API int32_t unitvar_torch_random(unitvar_generator *g, unitvar_tensor *t);
UNITVAR_API int32_t unitvar_torch_randint(unitvar_generator *g, unitvar_tensor *t, int64_t low, int64_t high);
UNITVAR_API int32_t unitvar_torch_bernoulli(unitvar_generator *g, unitvar_tensor *t, double p);
UNITVAR_API int32_t unitvar_torch_geometric(unitvar_generator *g, unitvar_tensor *t, double p);
UNITVAR_API int32_t unitvar_torch_exponential(unitvar_generator *g, unitvar_tensor *t, double lambda);
UNITVAR_API int32_t unitvar_torch_log_normal(unitvar_generator *g, unitvar_tensor *t, double mean, double std);
UNITVAR_API int32_t unitvar_torch_cauchy(unitvar_generator *g, unitvar_tensor *t, double median, double sigma);
UNITVAR_API int32_t unitvar_torch_multinomial(unitvar_generator *g, const unitvar_tensor *weights, int32_t replacement,
                                              unitvar_tensor *samples);

/* ---- 8. Moments -------------------------------------------------------------------------------
 *
 * Count, mean and sum of squared deviations of a sequence, in double, updated by blocks: two passes over each chunk
 * of 8192 elements while it is in cache, chunks merged by the rule of Chan, Golub and LeVeque (1979) in a fixed
 * order. One update does not cancel, however far |mean| is above the deviation; NaN and infinity propagate.
 *
 * unitvar_moments round the mean after each update and merge: k of them can move the variance by k 2^-53 |mean| /
 * deviation of itself, 1 % after 2000 parts whose mean is 5e10 deviations. unitvar_wide_moments keep what is rounded away.
 */
typedef struct {
    double count; /* elements seen; all three zero is the empty sequence */
    double mean;
    double m2; /* sum of (x - mean)^2 */
} unitvar_moments;

/* Appends x[0] to x[n-1] to the sequence; n may be 0, and x is then not looked at.
 * Errors: INVALID_ARGUMENT where count is negative, infinite or NaN, or n elements do not fit the address space. */
UNITVAR_API int32_t unitvar_moments_update_f32(unitvar_moments *m, const float *x, size_t n);
UNITVAR_API int32_t unitvar_moments_update_f64(unitvar_moments *m, const double *x, size_t n);

/* The same of the elements of a tensor, in the order of their indices: f32, f64, bf16 or f16, any strides, elements may
 * share memory. Errors: also INVALID_ARGUMENT for a malformed tensor, UNSUPPORTED for other dtypes and devices. */
UNITVAR_API int32_t unitvar_moments_update(unitvar_moments *m, const unitvar_tensor *x);

/* The moments of both sequences together, into the first. Errors: INVALID_ARGUMENT for a count as above. */
UNITVAR_API int32_t unitvar_moments_merge(unitvar_moments *into, const unitvar_moments *other);

/* *out = m2 / max(0, count - correction): correction 0 for the biased, 1 for Bessel's unbiased variance. As in
 * PyTorch the result is NaN for an empty sequence or 0 / 0 and infinity for a positive m2 over 0.
 * Errors: INVALID_ARGUMENT for a NaN or infinite correction, or a count as above. */
UNITVAR_API int32_t unitvar_moments_variance(const unitvar_moments *m, double correction, double *out);

/* The same with the mean in two parts, mean + mean_low, and with a scale: any number of updates and merges leaves the
 * variance within 2^-48 of itself, and f64 data whose squares leave the range of double have moments too. */
typedef struct {
    double count; /* elements seen; all five zero is the empty sequence */
    double mean;
    double mean_low;
    double m2;
    double prescale; /* the data of the three are multiplied with this: 1, 2^600 or 2^-600 */
} unitvar_wide_moments;

/* As those of unitvar_moments. Errors: INVALID_ARGUMENT also for another prescale where count is not 0.
 * unitvar_wide_moments_mean: *out is the mean of the data, NaN for an empty sequence. */
UNITVAR_API int32_t unitvar_wide_moments_update_f32(unitvar_wide_moments *m, const float *x, size_t n);
UNITVAR_API int32_t unitvar_wide_moments_update_f64(unitvar_wide_moments *m, const double *x, size_t n);
UNITVAR_API int32_t unitvar_wide_moments_update(unitvar_wide_moments *m, const unitvar_tensor *x);
UNITVAR_API int32_t unitvar_wide_moments_merge(unitvar_wide_moments *into, const unitvar_wide_moments *other);
UNITVAR_API int32_t unitvar_wide_moments_mean(const unitvar_wide_moments *m, double *out);
UNITVAR_API int32_t unitvar_wide_moments_variance(const unitvar_wide_moments *m, double correction, double *out);

/* ---- 9. Norms ---------------------------------------------------------------------------------
 *
 * Moments along axes, normalisation layers and their gradients, with the semantics of PyTorch's functions of the same
 * names. x, y and their gradients have one dtype: f32, f64, bf16 or f16. Weights, biases, running statistics, results of
 * unitvar_mean_var and gradients of weights and biases have that dtype or, where it has 16 bits, f32, each its own.
 * Every tensor has strides of its own, x, y and gradients among them: y has the shape of x, whatever its layout. Rows
 * (layer_norm, rms_norm) may be any distance apart; those that are no runs, of a transpose or along the channels of
 * (N, C, ...), are gathered in blocks of 8192 elements, or of one longer row, for each thread, but for gradients and where
 * there are few blocks. Images are computed with where they lie if all are row-major or all channels-last, shape (N, C, ...)
 * with the channels innermost in memory; any other tensor goes through a copy of its elements in working memory. Inputs may
 * have elements that share memory, such as strides of 0.
 *
 * Statistics are summed in double in a fixed order and the value between load and store is double too, which is rounded
 * once: y is within 1 ulp (f32) of the same formula in double, also where |mean| is a million times the deviation. Of 16
 * bits that value is f32 where f32 bears it, and double where a bias takes most of an element away or something leaves
 * f32's range: y is within half an ulp and 1/32 of one. Bits depend on data, shape and
 * layout alone; those of a tensor in neither of the two dense layouts are, but for unitvar_mean_var, those of a row-major
 * one. Of f64 data whose squares leave the range of double, statistics are taken times a power of two: y, mean, rstd and
 * the gradients are right wherever they, and the deviations from the mean, are numbers.
 * eps is rounded to the dtype first, or to f32 where that has 16 bits; it may be 0. NaN and infinity propagate; a NaN of
 * 16 bits is always the same one.
 * Statistics that a layer saves for its gradients, mean, rstd, save_mean and save_rstd, have the dtype of x, f32 where
 * that has 16 bits, or f64: gradients are then within 8 ulp of the largest however far the mean is from 0, while a mean
 * that was rounded loses digits where it is many deviations away.
 * y may be x and grad_x may be grad_y or x: exactly the same memory. Any other sharing with an output is refused.
 * Tensors without elements succeed and nothing is written, running statistics included; of the gradients, those of
 * weight and bias are then 0. Optional tensors (marked "?" below) may be NULL.
 *
 * Common errors: INVALID_ARGUMENT for a malformed tensor, a shape or dtype that does not fit the others', shared
 * memory, an eps that is negative, NaN or infinite; UNSUPPORTED for other dtypes and devices.
 */

/* Mean and variance of x along axes, negative ones counted from the last dimension; axes NULL: all of them. var is the
 * sum of squared deviations / max(0, count - correction): correction 0 for the biased, 1 for Bessel's variance; as in
 * PyTorch NaN for 0 / 0, infinity for a positive sum over 0, NaN for both where no element is reduced.
 * x: any strides, elements may share memory. mean ?, var ?: any strides, of x's shape without the axes or with 1 in
 * their places.
 * Errors: INVALID_ARGUMENT for an axis out of range or named twice, a correction that is NaN or infinite. */
UNITVAR_API int32_t unitvar_mean_var(const unitvar_tensor *x, const int32_t *axes, int32_t naxes, double correction,
                                     unitvar_tensor *mean, unitvar_tensor *var);

/* Layer normalisation (Ba, Kiros and Hinton 2016) over the last normalized_ndim dimensions:
 * y = (x - mean) * rstd * weight + bias with rstd = 1 / sqrt(biased variance + eps).
 * weight ?, bias ?: the normalised dimensions. mean ?, rstd ?: the other dimensions of x, or those followed
 * by a 1 for each normalised one.
 * Errors: INVALID_ARGUMENT for a normalized_ndim that is not 1 to ndim. */
UNITVAR_API int32_t unitvar_layer_norm(const unitvar_tensor *x, int32_t normalized_ndim, const unitvar_tensor *weight,
                                       const unitvar_tensor *bias, double eps, unitvar_tensor *y, unitvar_tensor *mean,
                                       unitvar_tensor *rstd);

/* RMS normalisation (Zhang and Sennrich 2019): y = x * rstd * weight with rstd = 1 / sqrt(mean of squares + eps).
 * Shapes and errors: as unitvar_layer_norm. */
UNITVAR_API int32_t unitvar_rms_norm(const unitvar_tensor *x, int32_t normalized_ndim, const unitvar_tensor *weight,
                                     double eps, unitvar_tensor *y, unitvar_tensor *rstd);

/* Both of x + residual, which is rounded to the dtype first, as a decoder's layers take them in one pass: sum ? gets that,
 * y the norm of it. residual, sum ?: as x, each with strides of its own; sum and y may be x and residual, exactly and each
 * another one. Shapes and errors otherwise: as unitvar_layer_norm. */
UNITVAR_API int32_t unitvar_layer_norm_residual(const unitvar_tensor *x, const unitvar_tensor *residual,
                                                int32_t normalized_ndim, const unitvar_tensor *weight,
                                                const unitvar_tensor *bias, double eps, unitvar_tensor *sum,
                                                unitvar_tensor *y, unitvar_tensor *mean, unitvar_tensor *rstd);
UNITVAR_API int32_t unitvar_rms_norm_residual(const unitvar_tensor *x, const unitvar_tensor *residual,
                                              int32_t normalized_ndim, const unitvar_tensor *weight, double eps,
                                              unitvar_tensor *sum, unitvar_tensor *y, unitvar_tensor *rstd);

/* Both along any axes of x, such as the channels of (N, C, H, W); negative ones count from the last dimension, axes NULL:
 * all. weight ?, bias ?: the lengths of those dimensions, in the order of x's. mean ?, rstd ?: x's shape without the axes
 * or with 1 in their places. Fastest where the elements along the axes are side by side in memory, as channels-last has
 * the channels; others are gathered.
 * Errors: INVALID_ARGUMENT for an axis out of range or named twice, or none of them. */
UNITVAR_API int32_t unitvar_layer_norm_axes(const unitvar_tensor *x, const int32_t *axes, int32_t naxes,
                                            const unitvar_tensor *weight, const unitvar_tensor *bias, double eps,
                                            unitvar_tensor *y, unitvar_tensor *mean, unitvar_tensor *rstd);
UNITVAR_API int32_t unitvar_rms_norm_axes(const unitvar_tensor *x, const int32_t *axes, int32_t naxes,
                                          const unitvar_tensor *weight, double eps, unitvar_tensor *y,
                                          unitvar_tensor *rstd);

/* unitvar_layer_norm with statistics that are given, as another pass saved them or as averages have them: nothing is
 * reduced. mean, rstd: as unitvar_layer_norm writes them. Errors: as unitvar_layer_norm. */
UNITVAR_API int32_t unitvar_layer_norm_given(const unitvar_tensor *x, int32_t normalized_ndim,
                                             const unitvar_tensor *mean, const unitvar_tensor *rstd,
                                             const unitvar_tensor *weight, const unitvar_tensor *bias,
                                             unitvar_tensor *y);

/* Group normalisation (Wu and He 2018) of x (N, C, ...): statistics over C / groups channels of one image and all
 * positions; the formula of unitvar_layer_norm. weight ?, bias ?: (C). mean ?, rstd ?: (N, groups).
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions, groups that do not divide C, one value per group where N is 1
 * (as in PyTorch). */
UNITVAR_API int32_t unitvar_group_norm(const unitvar_tensor *x, int64_t groups, const unitvar_tensor *weight,
                                       const unitvar_tensor *bias, double eps, unitvar_tensor *y, unitvar_tensor *mean,
                                       unitvar_tensor *rstd);

/* Batch normalisation (Ioffe and Szegedy 2015) of x (N, C, ...), at least 2 dimensions: statistics of a
 * channel over all images and positions. In training, or where there are no running statistics, those of x: biased to
 * normalise; in training the running ones become (1 - momentum) * running + momentum * new, with the unbiased
 * variance, and *num_batches_tracked ? rises by 1. momentum NaN: 1 / the new *num_batches_tracked, the average of
 * all batches. Otherwise the running ones normalise. rstd = 1 / sqrt(var + eps), and 0 where both are 0.
 * weight ?, bias ?, running_mean ?, running_var ?, save_mean ?, save_rstd ?: (C); save_* get what normalised.
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions, one value per channel in training, one running statistic
 * without the other, an infinite momentum, a NaN one without num_batches_tracked, a negative count. */
UNITVAR_API int32_t unitvar_batch_norm(const unitvar_tensor *x, const unitvar_tensor *weight,
                                       const unitvar_tensor *bias, unitvar_tensor *running_mean,
                                       unitvar_tensor *running_var, int64_t *num_batches_tracked, int32_t training,
                                       double momentum, double eps, unitvar_tensor *y, unitvar_tensor *save_mean,
                                       unitvar_tensor *save_rstd);

/* Parts of unitvar_batch_norm in training for a batch that lies in several places, each of which has some images: a
 * program gets from its images the moments of each channel, exchanges those with the others, and normalises its images
 * with the moments of all parts. n is the number of elements of an array, those of one part after those of the one before:
 * (channels of x) * (parts). Parts are merged in that order: an array that lists the same pieces of the batch in the same
 * order gives the same bits wherever the pieces lie.
 * unitvar_batch_moments writes the moments of each channel; n: the channels. x may have no images: its moments are empty.
 * unitvar_batch_norm_given otherwise as unitvar_batch_norm with training 1; without images it still records the running
 * statistics and writes save_*, if any part has images.
 * Errors: INVALID_ARGUMENT for another n, moments that unitvar_wide_moments_merge refuses, a channel whose moments are of
 * one element, or of none where x has some. */
UNITVAR_API int32_t unitvar_batch_moments(const unitvar_tensor *x, unitvar_wide_moments *moments, size_t n);
UNITVAR_API int32_t unitvar_batch_norm_given(const unitvar_tensor *x, const unitvar_tensor *weight,
                                             const unitvar_tensor *bias, const unitvar_wide_moments *moments, size_t n,
                                             unitvar_tensor *running_mean, unitvar_tensor *running_var,
                                             int64_t *num_batches_tracked, double momentum, double eps,
                                             unitvar_tensor *y, unitvar_tensor *save_mean, unitvar_tensor *save_rstd);

/* Instance normalisation (Ulyanov, Vedaldi and Lempitsky 2016) of x (N, C, ...) or one image (C, L): statistics of each
 * channel of each image, or where use_input_stats is 0 the running ones. Those become (1 - momentum) * running +
 * momentum * the average over the images, with unbiased variances. weight ?, bias ?, running_mean ?, running_var ?:
 * (C). rstd as in unitvar_batch_norm.
 * Errors: INVALID_ARGUMENT for fewer than 2 dimensions, one position where statistics are taken, missing running
 * statistics, a momentum that is NaN or infinite where statistics are recorded. */
UNITVAR_API int32_t unitvar_instance_norm(const unitvar_tensor *x, const unitvar_tensor *weight,
                                          const unitvar_tensor *bias, unitvar_tensor *running_mean,
                                          unitvar_tensor *running_var, int32_t use_input_stats, double momentum,
                                          double eps, unitvar_tensor *y);

/* Switchable normalisation (Luo et al. 2018) of x (N, C, ...), at least 3 dimensions: mean and biased variance are the
 * averages of those of the instance, the layer (all channels of an image) and the batch (a channel of all images),
 * weighted by the softmax of three finite logits each. The batch's are the running ones where training is 0 and they
 * are given; running statistics are recorded as in unitvar_batch_norm. weight ?, bias ?, running_mean ?,
 * running_var ?: (C).
 * Errors: INVALID_ARGUMENT as unitvar_batch_norm, logits that are NaN or infinite. */
UNITVAR_API int32_t unitvar_switchable_norm(const unitvar_tensor *x, const unitvar_tensor *weight,
                                            const unitvar_tensor *bias, const double *mean_logits,
                                            const double *var_logits, unitvar_tensor *running_mean,
                                            unitvar_tensor *running_var, int32_t training, double momentum, double eps,
                                            unitvar_tensor *y);

/* Local response normalisation (Krizhevsky, Sutskever and Hinton 2012) of x (N, C, ...), at least 3 dimensions:
 * y_c = x_c / (k + alpha / size * sum of x_j^2 for j = c - size / 2 ... c + (size - 1) / 2)^beta; channels that do not
 * exist count as zeros. PyTorch's defaults are alpha = 1e-4, beta = 0.75, k = 1. Within 4 ulp wherever y is a number,
 * whatever the sums are, for |beta| up to 64 where alpha and k are not negative; as pow has it, the whole powers of
 * negative sums are numbers and others NaN.
 * Errors: INVALID_ARGUMENT for fewer than 3 dimensions, size < 1, an alpha, beta or k that is NaN or infinite. */
UNITVAR_API int32_t unitvar_local_response_norm(const unitvar_tensor *x, int64_t size, double alpha, double beta,
                                                double k, unitvar_tensor *y);

/* The same with the window j = c - before ... c + after and the sum divided by size, for conventions that differ where the
 * window has an even number of channels: ONNX has before = (size - 1) / 2 and after = size / 2, oneDNN (size - 1) / 2 on
 * both sides. Errors: also INVALID_ARGUMENT for before or after < 0. */
UNITVAR_API int32_t unitvar_local_response_norm_window(const unitvar_tensor *x, int64_t before, int64_t after,
                                                       int64_t size, double alpha, double beta, double k,
                                                       unitvar_tensor *y);

/* Gradients of a loss from grad_y, its gradient with respect to y, the layer's x and the statistics that the layer
 * gave. grad_x ?: as x. grad_weight ?, grad_bias ?: as weight and bias, which need not have been there. The gradients
 * of weight and bias are written, not added to. */
UNITVAR_API int32_t unitvar_layer_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                int32_t normalized_ndim, const unitvar_tensor *mean,
                                                const unitvar_tensor *rstd, const unitvar_tensor *weight,
                                                unitvar_tensor *grad_x, unitvar_tensor *grad_weight,
                                                unitvar_tensor *grad_bias);
UNITVAR_API int32_t unitvar_rms_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                              int32_t normalized_ndim, const unitvar_tensor *rstd,
                                              const unitvar_tensor *weight, unitvar_tensor *grad_x,
                                              unitvar_tensor *grad_weight);
/* Of the norms along axes. mean, rstd, weight: as those have them. */
UNITVAR_API int32_t unitvar_layer_norm_axes_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                     const int32_t *axes, int32_t naxes, const unitvar_tensor *mean,
                                                     const unitvar_tensor *rstd, const unitvar_tensor *weight,
                                                     unitvar_tensor *grad_x, unitvar_tensor *grad_weight,
                                                     unitvar_tensor *grad_bias);
UNITVAR_API int32_t unitvar_rms_norm_axes_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                   const int32_t *axes, int32_t naxes, const unitvar_tensor *rstd,
                                                   const unitvar_tensor *weight, unitvar_tensor *grad_x,
                                                   unitvar_tensor *grad_weight);
UNITVAR_API int32_t unitvar_group_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x, int64_t groups,
                                                const unitvar_tensor *mean, const unitvar_tensor *rstd,
                                                const unitvar_tensor *weight, unitvar_tensor *grad_x,
                                                unitvar_tensor *grad_weight, unitvar_tensor *grad_bias);
/* mean, rstd: what unitvar_batch_norm saved. training 0: they were the running statistics, on which x has no part. */
UNITVAR_API int32_t unitvar_batch_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                const unitvar_tensor *mean, const unitvar_tensor *rstd,
                                                const unitvar_tensor *weight, int32_t training, unitvar_tensor *grad_x,
                                                unitvar_tensor *grad_weight, unitvar_tensor *grad_bias);
/* The same in parts, as above: the sums of each channel over a part, and the gradients from those of all parts, which are
 * added in their order, member by member, as an all-reduce of doubles would do as well. mean, rstd: what
 * unitvar_batch_norm_given saved, the same everywhere. grad_weight ?, grad_bias ?: of all parts that are given; those of one
 * part alone have its sums and no grad_x. Errors: INVALID_ARGUMENT for another n, a count that is negative, NaN or
 * infinite, or 0 in a channel where x has elements. */
typedef struct {
    double count;
    double gradient; /* sum of grad_y */
    double product;  /* sum of grad_y * (x - mean) */
} unitvar_batch_gradient_sums;
UNITVAR_API int32_t unitvar_batch_norm_backward_sums(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                     const unitvar_tensor *mean, unitvar_batch_gradient_sums *sums,
                                                     size_t n);
UNITVAR_API int32_t unitvar_batch_norm_backward_given(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                      const unitvar_tensor *mean, const unitvar_tensor *rstd,
                                                      const unitvar_tensor *weight,
                                                      const unitvar_batch_gradient_sums *sums, size_t n,
                                                      unitvar_tensor *grad_x, unitvar_tensor *grad_weight,
                                                      unitvar_tensor *grad_bias);
/* Takes the statistics of x again; use_input_stats 0: those of running_mean and running_var. */
UNITVAR_API int32_t unitvar_instance_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                   const unitvar_tensor *weight, const unitvar_tensor *running_mean,
                                                   const unitvar_tensor *running_var, int32_t use_input_stats,
                                                   double eps, unitvar_tensor *grad_x, unitvar_tensor *grad_weight,
                                                   unitvar_tensor *grad_bias);
/* Takes the statistics of x again; training 0 with running statistics: the batch's are those, on which x has no part.
 * grad_mean_logits ?, grad_var_logits ?: three each. Errors: as unitvar_switchable_norm. */
UNITVAR_API int32_t unitvar_switchable_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                     const unitvar_tensor *weight, const double *mean_logits,
                                                     const double *var_logits, const unitvar_tensor *running_mean,
                                                     const unitvar_tensor *running_var, int32_t training, double eps,
                                                     unitvar_tensor *grad_x, unitvar_tensor *grad_weight,
                                                     unitvar_tensor *grad_bias, double *grad_mean_logits,
                                                     double *grad_var_logits);
/* The parameters are those of the layer. Within 8 ulp of the largest of the terms that a gradient is the sum of. */
UNITVAR_API int32_t unitvar_local_response_norm_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                         int64_t size, double alpha, double beta, double k,
                                                         unitvar_tensor *grad_x);
UNITVAR_API int32_t unitvar_local_response_norm_window_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                                int64_t before, int64_t after, int64_t size,
                                                                double alpha, double beta, double k,
                                                                unitvar_tensor *grad_x);

/* ---- 10. Activations, dropout and the linear layer ----------------------------------------------
 *
 * Conventions and common errors: section 9.
 */

/* y = x where x > 0, else 0, negative_slope * x, or weight * x with one weight, (1), or one for each channel, (C), of x
 * (N, C, ...), C = 1 for fewer than two dimensions. NaN stays NaN and -0 stays -0. Slopes are rounded to the dtype or,
 * where that has 16 bits, to f32.
 * Errors: INVALID_ARGUMENT for a slope that is not finite then, another number of weights. */
UNITVAR_API int32_t unitvar_relu(const unitvar_tensor *x, unitvar_tensor *y);
UNITVAR_API int32_t unitvar_leaky_relu(const unitvar_tensor *x, double negative_slope, unitvar_tensor *y);
UNITVAR_API int32_t unitvar_prelu(const unitvar_tensor *x, const unitvar_tensor *weight, unitvar_tensor *y);

/* y = x weight^T + bias for x (..., in), weight (out, in), bias ? (out) and y (..., out). An element starts with
 * its bias and sums its products by fma in the dtype, 16-bit ones in f32, in blocks of 256 in order: a row's result does
 * not depend on the other rows. weight may be a transpose by its strides. Errors: INVALID_ARGUMENT for a weight without 2 dimensions. */
UNITVAR_API int32_t unitvar_linear(const unitvar_tensor *x, const unitvar_tensor *weight, const unitvar_tensor *bias,
                                   unitvar_tensor *y);

/* Dropout, inverted and without a mask: y = x * s where w[i] < t, else +0 (even for an infinite x or NaN), i counting
 * elements in row-major order whatever the layout, w as in section 5, t = 2^32 (1 - p) and s = 1 / (1 - p), both rounded
 * to nearest, s to the dtype or, where that has 16 bits, to f32. y may be x. g advances by ceil(elements / 64) blocks
 * whatever p is. No mask is kept: which elements stay depends on the position of g alone, so backward is the same call on
 * grad_y after unitvar_generator_seek to where the forward call began (or with a clone of then), and rows from a multiple
 * of 64 elements on may be done by themselves. unitvar_bernoulli_u8 with 1 - p at that position gives the mask as bytes.
 * Errors: INVALID_ARGUMENT for a p that is NaN or outside 0 to 1; UNSUPPORTED for TORCH_MT19937; STREAM_EXHAUSTED. */
UNITVAR_API int32_t unitvar_dropout(unitvar_generator *g, const unitvar_tensor *x, double p, unitvar_tensor *y);
/* Norms of section 9 and then an activation of what they give, in one pass over y: the bits of the two functions, the second
 * of them with y in place. nonlinearity: UNITVAR_RELU, UNITVAR_LEAKY_RELU or, for none, UNITVAR_LINEAR. negative_slope: of
 * UNITVAR_LEAKY_RELU, as unitvar_leaky_relu has it; the others do not look at it. All else: as the norm without one.
 * Gradients are those of the activation, then those of the norm: unitvar_relu_backward(grad_y, y, grad), or
 * unitvar_leaky_relu_backward with a slope of at least 0, takes y for what it came from, whose sign it has, with the same bits;
 * the norm's gradients are those of grad, which may be grad_y in place.
 * Errors: INVALID_ARGUMENT also for another nonlinearity, a slope that is not finite. */
UNITVAR_API int32_t unitvar_layer_norm_activation(const unitvar_tensor *x, int32_t normalized_ndim,
                                                  const unitvar_tensor *weight, const unitvar_tensor *bias, double eps,
                                                  int32_t nonlinearity, double negative_slope, unitvar_tensor *y,
                                                  unitvar_tensor *mean, unitvar_tensor *rstd);
UNITVAR_API int32_t unitvar_rms_norm_activation(const unitvar_tensor *x, int32_t normalized_ndim,
                                                const unitvar_tensor *weight, double eps, int32_t nonlinearity,
                                                double negative_slope, unitvar_tensor *y, unitvar_tensor *rstd);
UNITVAR_API int32_t unitvar_group_norm_activation(const unitvar_tensor *x, int64_t groups, const unitvar_tensor *weight,
                                                  const unitvar_tensor *bias, double eps, int32_t nonlinearity,
                                                  double negative_slope, unitvar_tensor *y, unitvar_tensor *mean,
                                                  unitvar_tensor *rstd);
UNITVAR_API int32_t unitvar_batch_norm_activation(const unitvar_tensor *x, const unitvar_tensor *weight,
                                                  const unitvar_tensor *bias, unitvar_tensor *running_mean,
                                                  unitvar_tensor *running_var, int64_t *num_batches_tracked,
                                                  int32_t training, double momentum, double eps, int32_t nonlinearity,
                                                  double negative_slope, unitvar_tensor *y, unitvar_tensor *save_mean,
                                                  unitvar_tensor *save_rstd);
UNITVAR_API int32_t unitvar_batch_norm_given_activation(const unitvar_tensor *x, const unitvar_tensor *weight,
                                                        const unitvar_tensor *bias, const unitvar_wide_moments *moments,
                                                        size_t n, unitvar_tensor *running_mean,
                                                        unitvar_tensor *running_var, int64_t *num_batches_tracked,
                                                        double momentum, double eps, int32_t nonlinearity,
                                                        double negative_slope, unitvar_tensor *y,
                                                        unitvar_tensor *save_mean, unitvar_tensor *save_rstd);
UNITVAR_API int32_t unitvar_instance_norm_activation(const unitvar_tensor *x, const unitvar_tensor *weight,
                                                     const unitvar_tensor *bias, unitvar_tensor *running_mean,
                                                     unitvar_tensor *running_var, int32_t use_input_stats,
                                                     double momentum, double eps, int32_t nonlinearity,
                                                     double negative_slope, unitvar_tensor *y);

/* Gradients as in section 9. At x = 0 the gradient is 0, negative_slope * grad_y or weight * grad_y. grad_x ? of prelu
 * and linear, grad_weight ?, grad_bias ?: as x, weight and bias. */
UNITVAR_API int32_t unitvar_relu_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                          unitvar_tensor *grad_x);
UNITVAR_API int32_t unitvar_leaky_relu_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                                double negative_slope, unitvar_tensor *grad_x);
UNITVAR_API int32_t unitvar_prelu_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                           const unitvar_tensor *weight, unitvar_tensor *grad_x,
                                           unitvar_tensor *grad_weight);
UNITVAR_API int32_t unitvar_linear_backward(const unitvar_tensor *grad_y, const unitvar_tensor *x,
                                            const unitvar_tensor *weight, unitvar_tensor *grad_x,
                                            unitvar_tensor *grad_weight, unitvar_tensor *grad_bias);

#ifdef __cplusplus
}
#endif

#endif
