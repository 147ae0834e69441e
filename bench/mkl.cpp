// Loads MKL and calls it; mkl.hpp says how it is found.
#include "mkl.hpp"

#include <dlfcn.h>
#include <glob.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <vector>

// MKL's own name for the question about the vendor.
extern "C" int mkl_serv_intel_cpu_true();
extern "C" int mkl_serv_intel_cpu_true()
{
    return std::getenv("UNITVAR_MKL_ANY_VENDOR") != nullptr || __builtin_cpu_is("intel") ? 1 : 0;
}

namespace unitvar::bench {
namespace {

constexpr std::int32_t brng(std::int32_t number)
{
    return number << 20;
}

constexpr std::array<MklEngine, 8> engines{{
    {"MCG31", brng(1), false},
    {"MRG32K3A", brng(3), true},
    {"MCG59", brng(4), false},
    {"MT19937", brng(8), false},
    {"MT2203", brng(9), false},
    {"SFMT19937", brng(13), false},
    {"ARS5", brng(15), false},
    {"PHILOX4X32X10", brng(16), true},
}};

std::vector<std::string> matches(const std::string &pattern)
{
    glob_t found{};
    std::vector<std::string> paths;
    if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
        paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
    }
    globfree(&found);
    return paths;
}

std::vector<std::string> candidates()
{
    if (const char *const named = std::getenv("MKL_RT")) {
        return {named};
    }
    std::vector<std::string> all;
    const auto add = [&](const std::string &pattern) {
        for (const std::string &path : matches(pattern)) {
            all.push_back(path);
        }
    };
    if (const char *const root = std::getenv("MKLROOT")) {
        add(std::string(root) + "/lib/libmkl_rt.so*");
        add(std::string(root) + "/lib/intel64/libmkl_rt.so*");
    }
    add("build/peers/lib/libmkl_rt.so*");
    all.emplace_back("libmkl_rt.so");
    return all;
}

template <class Function> bool find_function(void *library, const char *name, Function &function)
{
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
}

} // namespace

std::span<const MklEngine> mkl_engines()
{
    return engines;
}

bool Mkl::load(const std::string &path)
{
    library_ = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (library_ == nullptr) {
        return false;
    }
    int (*set_interface)(int) = nullptr;
    int (*set_threading)(int) = nullptr;
    void (*get_version)(char *, int) = nullptr;
    if (!find_function(library_, "MKL_Set_Interface_Layer", set_interface) ||
        !find_function(library_, "MKL_Set_Threading_Layer", set_threading) ||
        !find_function(library_, "MKL_Get_Version_String", get_version) ||
        !find_function(library_, "vslNewStream", new_stream_) ||
        !find_function(library_, "vslDeleteStream", delete_stream_) ||
        !find_function(library_, "viRngUniformBits32", bits_) ||
        !find_function(library_, "vsRngUniform", uniform_f32_) ||
        !find_function(library_, "vdRngUniform", uniform_f64_) ||
        !find_function(library_, "vsRngGaussian", normal_f32_) ||
        !find_function(library_, "vdRngGaussian", normal_f64_) || !find_function(library_, "vmlSetMode", set_mode_) ||
        !find_function(library_, "vsCdfNormInv", quantile_)) {
        return false;
    }
    set_interface(0); // 32-bit integers
    set_threading(1); // sequential
    std::array<char, 200> text{};
    get_version(text.data(), static_cast<int>(text.size()) - 1);
    version_ = text.data();
    return true;
}

const Mkl *Mkl::find()
{
    static Mkl mkl;
    for (const std::string &path : candidates()) {
        if (mkl.load(path)) {
            return &mkl;
        }
    }
    std::fprintf(stderr, "no MKL: MKL_RT may name libmkl_rt.so.N (%s)\n", dlerror());
    return nullptr;
}

Mkl::Stream Mkl::make(const MklEngine &engine) const
{
    Stream stream = nullptr;
    return new_stream_(&stream, engine.id, 42) == 0 ? stream : nullptr;
}

void Mkl::destroy(Stream stream) const
{
    delete_stream_(&stream);
}

void Mkl::bits(Stream s, std::uint32_t *target, std::size_t n) const
{
    bits_(0, s, static_cast<std::int32_t>(n), target);
}
void Mkl::uniform(Stream s, float *target, std::size_t n) const
{
    uniform_f32_(0, s, static_cast<std::int32_t>(n), target, 0, 1);
}
void Mkl::uniform(Stream s, double *target, std::size_t n) const
{
    uniform_f64_(0, s, static_cast<std::int32_t>(n), target, 0, 1);
}
void Mkl::normal(Normal method, Stream s, float *target, std::size_t n) const
{
    normal_f32_(static_cast<std::int32_t>(method), s, static_cast<std::int32_t>(n), target, 0, 1);
}
void Mkl::normal(Normal method, Stream s, double *target, std::size_t n) const
{
    normal_f64_(static_cast<std::int32_t>(method), s, static_cast<std::int32_t>(n), target, 0, 1);
}
void Mkl::set_accuracy(Accuracy accuracy) const
{
    set_mode_(static_cast<unsigned>(accuracy));
}
void Mkl::quantile(const float *source, float *target, std::size_t n) const
{
    quantile_(static_cast<std::int32_t>(n), source, target);
}

} // namespace unitvar::bench
