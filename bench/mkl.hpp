// Intel MKL's generators, loaded at run time where they are found: MKL_RT names the library (libmkl_rt.so.N), else
// MKLROOT's, else that of a virtual environment which `sh cmake/dev.sh peers` made. One thread, 32-bit integers.
//
// MKL asks for the processor's vendor and may take slower code on others than Intel's. Releases to 2024 call a function
// for it that a program can replace: this one says yes where UNITVAR_MKL_ANY_VENDOR is set. Newer ones hide it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace unitvar::bench {

// A basic generator (BRNG) of MKL, and whether public runs of TestU01's BigCrush pass it: twisted generators fail its
// linear complexity, the small multiplicative ones much more, and ARS of five rounds is doubted.
struct MklEngine {
    const char *name;
    std::int32_t id;
    bool passes_big_crush;
};
std::span<const MklEngine> mkl_engines();

class Mkl {
public:
    // Null where there is none; says why on the standard error output.
    static const Mkl *find();

    [[nodiscard]] const std::string &version() const { return version_; }

    using Stream = void *;
    [[nodiscard]] Stream make(const MklEngine &engine) const;
    void destroy(Stream stream) const;

    enum class Normal : std::int32_t { box_muller = 0, box_muller_2 = 1, icdf = 2 };
    void bits(Stream s, std::uint32_t *target, std::size_t n) const;
    void uniform(Stream s, float *target, std::size_t n) const;
    void uniform(Stream s, double *target, std::size_t n) const;
    void normal(Normal method, Stream s, float *target, std::size_t n) const;
    void normal(Normal method, Stream s, double *target, std::size_t n) const;

    // The inverse distribution function of numbers in memory: high accuracy, low accuracy (4 ulp), enhanced performance.
    enum class Accuracy : std::uint32_t { high = 2, low = 1, enhanced_performance = 3 };
    void set_accuracy(Accuracy accuracy) const;
    void quantile(const float *source, float *target, std::size_t n) const;

private:
    bool load(const std::string &path);

    std::string version_;
    void *library_ = nullptr;
    int (*new_stream_)(Stream *, std::int32_t, std::uint32_t) = nullptr;
    int (*delete_stream_)(Stream *) = nullptr;
    int (*bits_)(std::int32_t, Stream, std::int32_t, std::uint32_t *) = nullptr;
    int (*uniform_f32_)(std::int32_t, Stream, std::int32_t, float *, float, float) = nullptr;
    int (*uniform_f64_)(std::int32_t, Stream, std::int32_t, double *, double, double) = nullptr;
    int (*normal_f32_)(std::int32_t, Stream, std::int32_t, float *, float, float) = nullptr;
    int (*normal_f64_)(std::int32_t, Stream, std::int32_t, double *, double, double) = nullptr;
    unsigned (*set_mode_)(unsigned) = nullptr;
    void (*quantile_)(std::int32_t, const float *, float *) = nullptr;
};

} // namespace unitvar::bench
