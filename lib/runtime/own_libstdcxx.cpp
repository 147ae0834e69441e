// Only in a shared library that carries libstdc++ within itself (UNITVAR_STATIC_LIBSTDCXX): libstdc++ takes memory for
// exceptions in times of need when it is loaded, 72 KiB, and gives it back only when it is told to.
namespace __gnu_cxx {
void __freeres();
}

namespace {
[[gnu::destructor]] void give_back_emergency_memory()
{
    __gnu_cxx::__freeres();
}
} // namespace
