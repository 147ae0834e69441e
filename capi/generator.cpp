// Section 4 of unitvar.h: generators.
#include <cstring>
#include <vector>

#include "core/message.hpp"
#include "guard.hpp"

using unitvar::Engine;
using unitvar::Generator;
using unitvar::capi::generator;
using unitvar::capi::guard;
using unitvar::capi::require;

namespace {

// With buf null only the size.
void write(const std::vector<std::byte> &bytes, void *buf, size_t capacity, size_t *size)
{
    require(size, "size");
    if (buf != nullptr) {
        if (capacity < bytes.size()) {
            unitvar::core::invalid_value("capacity", uint64_t{capacity},
                                         "at least " + unitvar::core::text(uint64_t{bytes.size()}));
        }
        std::memcpy(buf, bytes.data(), bytes.size());
    }
    *size = bytes.size();
}

} // namespace

extern "C" {

int32_t unitvar_generator_create(int32_t engine, uint64_t seed, uint64_t stream, unitvar_generator **out)
{
    return guard([&] {
        require(out, "out");
        *out = new unitvar_generator{Generator(static_cast<Engine>(engine), seed, stream)};
    });
}

int32_t unitvar_generator_create_torch(uint64_t seed, int32_t release, int32_t libm, unitvar_generator **out)
{
    return guard([&] {
        require(out, "out");
        *out = new unitvar_generator{Generator::torch(seed, {release, libm})};
    });
}

void unitvar_generator_destroy(unitvar_generator *g)
{
    delete g;
}

int32_t unitvar_generator_clone(const unitvar_generator *g, unitvar_generator **out)
{
    return guard([&] {
        const auto source = generator(g);
        require(out, "out");
        *out = new unitvar_generator{*source.get()};
    });
}

int32_t unitvar_generator_fork(const unitvar_generator *g, const char *name, unitvar_generator **out)
{
    return guard([&] {
        const auto source = generator(g);
        require(name, "name");
        require(out, "out");
        *out = new unitvar_generator{source->fork(name)};
    });
}

int32_t unitvar_generator_seek(unitvar_generator *g, uint64_t block)
{
    return guard([&] { generator(g)->seek(block); });
}

int32_t unitvar_generator_tell(const unitvar_generator *g, uint64_t *block)
{
    return guard([&] {
        require(block, "block");
        *block = generator(g)->tell();
    });
}

int32_t unitvar_generator_save(const unitvar_generator *g, void *buf, size_t capacity, size_t *size)
{
    return guard([&] { write(generator(g)->save(), buf, capacity, size); });
}

int32_t unitvar_generator_save_torch(const unitvar_generator *g, void *buf, size_t capacity, size_t *size)
{
    return guard([&] { write(generator(g)->save_torch(), buf, capacity, size); });
}

int32_t unitvar_generator_load(const void *buf, size_t size, unitvar_generator **out)
{
    return guard([&] {
        require(buf, "buf");
        require(out, "out");
        *out = new unitvar_generator{Generator::load({static_cast<const std::byte *>(buf), size})};
    });
}

int32_t unitvar_generator_load_torch(const void *buf, size_t size, int32_t release, int32_t libm,
                                     unitvar_generator **out)
{
    return guard([&] {
        require(buf, "buf");
        require(out, "out");
        *out =
            new unitvar_generator{Generator::load_torch({static_cast<const std::byte *>(buf), size}, {release, libm})};
    });
}

} // extern "C"
