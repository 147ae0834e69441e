// unitvar_huge: tensors and fills of 2^33 elements, whose indices no number of 32 bits holds. Their memory is a few
// megabytes, mapped again and again; the windows that are looked at, around 2^31 and 2^32 elements and at the end, have
// memory of their own. Elements there are those of the same fill from that element on.
#include <unitvar.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

constexpr std::uint64_t elements = std::uint64_t{1} << 33;
constexpr std::size_t window_bytes = std::size_t{1} << 22;
int failures = 0;

void check(bool kept, const char *what)
{
    std::printf("%s %s\n", kept ? "ok  " : "FAIL", what);
    failures += kept ? 0 : 1;
}

void require(bool had, const char *what)
{
    if (!had) {
        std::perror(what);
        std::exit(1);
    }
}

// Bytes of address space, all of one window's memory but for the windows that hold the places of interest.
class Mapping {
public:
    explicit Mapping(std::size_t bytes) : bytes_(bytes)
    {
        const int file = memfd_create("unitvar_huge", 0);
        require(file >= 0, "memfd_create");
        void *const base = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        require(base != MAP_FAILED, "mmap");
        data_ = static_cast<unsigned char *>(base);
        std::size_t own = 0;
        for (std::size_t at = 0; at < bytes; at += window_bytes) {
            std::size_t from = 0;
            for (const std::size_t place : {bytes / 4, bytes / 2, bytes - 1})
                if (at / window_bytes == place / window_bytes ||
                    (at + window_bytes) / window_bytes == place / window_bytes)
                    from = ++own * window_bytes;
            require(ftruncate(file, static_cast<off_t>((own + 1) * window_bytes)) == 0, "ftruncate");
            require(mmap(data_ + at, window_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, file,
                         static_cast<off_t>(from)) != MAP_FAILED,
                    "mmap of a window");
        }
        close(file);
    }
    ~Mapping() { munmap(data_, bytes_); }
    Mapping(const Mapping &) = delete;
    Mapping &operator=(const Mapping &) = delete;
    [[nodiscard]] unsigned char *data() const { return data_; }
    // Where the elements that are looked at begin: just before each place, and at the end.
    static constexpr std::uint64_t first_of[] = {elements / 4 - 500, elements / 2 - 500, elements - 1000};

private:
    std::size_t bytes_;
    unsigned char *data_ = nullptr;
};

unitvar_generator *generator(std::int32_t engine)
{
    unitvar_generator *g = nullptr;
    require(unitvar_generator_create(engine, 11, 0, &g) == UNITVAR_OK, unitvar_last_error());
    return g;
}

// A fill of all elements, in which those of interest are those of sample_at.
void fill(const Mapping &memory, std::int32_t engine, std::int32_t kind, unitvar_dtype dtype, bool as_tensor)
{
    unitvar_generator *const g = generator(engine);
    unitvar_draw draw{};
    draw.struct_size = sizeof(draw);
    require(unitvar_draw_defaults(&draw, kind) == UNITVAR_OK, unitvar_last_error());
    draw.dtype = dtype;
    const std::size_t width = dtype.bits / 8u;
    std::int64_t shape[] = {1 << 16, static_cast<std::int64_t>(elements >> 16U)};
    unitvar_tensor t{memory.data(), {1, 0}, 2, dtype, shape, nullptr, 0};
    const std::int32_t status =
        as_tensor ? unitvar_init_uniform(g, &t, 0, 1) : unitvar_sample(g, &draw, memory.data(), elements);
    std::uint64_t block = 0;
    unitvar_generator_tell(g, &block);
    unitvar_generator_seek(g, 0);
    bool same = status == UNITVAR_OK && block == elements / 64;
    for (const std::uint64_t first : Mapping::first_of) {
        std::vector<unsigned char> expected(1000 * width);
        same = same && unitvar_sample_at(g, &draw, first, expected.data(), 1000) == UNITVAR_OK &&
               std::memcmp(expected.data(), memory.data() + first * width, expected.size()) == 0;
    }
    unitvar_generator_destroy(g);
    char what[100];
    std::snprintf(what, sizeof(what), "2^33 elements of %s, %d bits, engine %d%s", unitvar_draw_name(kind), dtype.bits,
                  engine, as_tensor ? ", as a tensor" : "");
    check(same, what);
}

} // namespace

int main()
{
    if (sizeof(void *) < 8) {
        std::puts("SKIPPED: an address space of 32 bits");
        return 77;
    }
    {
        const Mapping bytes(elements);
        fill(bytes, UNITVAR_PCG32, UNITVAR_DRAW_BERNOULLI, {1, 8, 1}, false);
        fill(bytes, UNITVAR_ARS4X32, UNITVAR_DRAW_BERNOULLI, {1, 8, 1}, false);
    }
    {
        const Mapping halves(2 * elements);
        fill(halves, UNITVAR_PCG32, UNITVAR_DRAW_UNIFORM, {4, 16, 1}, true);
        // y = x of both signs, in place: negative ones become 0.
        std::int64_t shape[] = {2, 1, static_cast<std::int64_t>(elements / 2)};
        unitvar_tensor t{halves.data(), {1, 0}, 3, {4, 16, 1}, shape, nullptr, 0};
        const std::uint16_t values[] = {0x3F80, 0xBF80, 0x4000};
        for (const std::uint64_t first : Mapping::first_of)
            std::memcpy(halves.data() + 2 * first, values, sizeof(values));
        bool right = unitvar_relu(&t, &t) == UNITVAR_OK;
        const std::uint16_t expected[] = {0x3F80, 0, 0x4000};
        for (const std::uint64_t first : Mapping::first_of)
            right = right && std::memcmp(halves.data() + 2 * first, expected, sizeof(expected)) == 0;
        check(right, "relu of 2^33 elements in place");
    }
    {
        const Mapping singles(4 * elements);
        fill(singles, UNITVAR_PCG32, UNITVAR_DRAW_UNIFORM, {2, 32, 1}, false);
    }
    std::puts(failures == 0 ? "evidence: fills and tensors of 2^33 elements: no element elsewhere" : "FAILED");
    return failures == 0 ? 0 : 1;
}
