// Keeps the word of mpi.hpp on sync_batch_norm: results are those of batch_norm of the gathered batch, within 4 ulp, and the
// bits do not depend on the ranks. One rank with the whole batch, by itself, is the reference of the bits; batch_norm and
// batch_norm_backward that of the values.
#include "support.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <memory>
#include <numeric>

using namespace unitvar;
using support::FirstRanks;
using support::Lengths;
using support::same_bits;
using support::world_rank;
using support::world_size;

namespace {

constexpr double eps = 1e-5;
constexpr std::int64_t images = 24;

struct Shape {
    std::int64_t channels;
    Lengths positions;
    bool channels_last;

    std::int64_t image() const
    {
        return std::accumulate(positions.begin(), positions.end(), channels, std::multiplies<>());
    }
    Lengths of(std::int64_t count) const
    {
        Lengths shape{count, channels};
        shape.insert(shape.end(), positions.begin(), positions.end());
        return shape;
    }
    Lengths strides() const
    {
        if (!channels_last)
            return {};
        Lengths result{image(), 1};
        std::int64_t step = image();
        for (const std::int64_t length : positions) {
            step /= length;
            result.push_back(step);
        }
        return result;
    }
};

// Some images of a batch and what a layer makes of them.
template <class T> struct Part {
    Lengths shape, strides, one;
    std::vector<T> x, grad_y, y, grad_x, weight, bias, grad_weight, grad_bias, running_mean, running_var;
    std::vector<double> mean, rstd;
    std::int64_t batches = 0;

    Part(const Shape &s, double center, double deviation, std::int64_t first, std::int64_t count)
        : shape(s.of(count)), strides(s.strides()), one{s.channels}
    {
        const auto draw = [&](std::uint64_t stream, std::int64_t n, double mean_, double std_) {
            std::vector<float> all(static_cast<std::size_t>(n));
            Generator g(Engine::pcg32, 9, stream);
            normal(g, all, 0, 1);
            std::vector<T> result;
            for (const float value : all)
                result.push_back(static_cast<T>(mean_ + std_ * static_cast<double>(value)));
            return result;
        };
        const auto cut = [&](const std::vector<T> &all) {
            const auto begin = all.begin() + first * s.image();
            return std::vector<T>(begin, begin + count * s.image());
        };
        x = cut(draw(1, images * s.image(), center, deviation));
        grad_y = cut(draw(2, images * s.image(), 0, 1));
        y = grad_x = std::vector<T>(x.size());
        weight = draw(3, s.channels, 1, 0.5);
        bias = draw(4, s.channels, 0, 1);
        grad_weight = grad_bias = std::vector<T>(weight.size());
        running_mean.assign(weight.size(), T(0.5));
        running_var.assign(weight.size(), T(2));
        mean.resize(weight.size());
        rstd.resize(weight.size());
    }
    TensorView of(std::vector<T> &data) { return view(data.data(), shape, strides); }
    template <class U> TensorView channel(std::vector<U> &data) { return view(data.data(), one); }

    void run(MPI_Comm comm, std::int64_t images_per_chunk)
    {
        const TensorView w = channel(weight), b = channel(bias), m = channel(mean), r = channel(rstd);
        const TensorView rm = channel(running_mean), rv = channel(running_var);
        const TensorView gx = of(grad_x), gw = channel(grad_weight), gb = channel(grad_bias);
        mpi::sync_batch_norm(comm, of(x), &w, &b, {&rm, &rv, &batches, 0.25}, eps, of(y), &m, &r, images_per_chunk);
        mpi::sync_batch_norm_backward(comm, of(grad_y), of(x), m, r, &w, {&gx, &gw, &gb}, images_per_chunk);
    }
    void run_alone()
    {
        const TensorView w = channel(weight), b = channel(bias), m = channel(mean), r = channel(rstd);
        const TensorView rm = channel(running_mean), rv = channel(running_var);
        const TensorView gx = of(grad_x), gw = channel(grad_weight), gb = channel(grad_bias);
        batch_norm(of(x), &w, &b, {&rm, &rv, &batches, 0.25}, true, eps, of(y), &m, &r);
        batch_norm_backward(of(grad_y), of(x), m, r, &w, true, {&gx, &gw, &gb});
    }
};

template <class T> std::vector<T> part_of(const std::vector<T> &all, const Shape &s, std::int64_t first, std::int64_t n)
{
    return {all.begin() + first * s.image(), all.begin() + (first + n) * s.image()};
}

// The largest difference in ulps of the expected element, or, of_largest, of the largest one.
template <class T> double ulps(const std::vector<T> &got, const std::vector<T> &expected, bool of_largest)
{
    REQUIRE(got.size() == expected.size());
    T largest = 0;
    for (const T value : expected)
        largest = std::max(largest, std::abs(value));
    double most = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
        const T at = of_largest ? largest : std::abs(expected[i]);
        const T ulp = std::nextafter(at, std::numeric_limits<T>::infinity()) - at;
        most = std::max(most, static_cast<double>(std::abs(got[i] - expected[i]) / ulp));
    }
    return most;
}

// Ways of dealing the images out: evenly, all unlike, and with ranks that have none at the beginning or the end.
std::vector<std::vector<std::int64_t>> deals(int ranks, std::int64_t images_per_chunk)
{
    const std::int64_t chunks = images / images_per_chunk;
    std::vector<std::vector<std::int64_t>> result(2);
    for (int r = 0; r < ranks; ++r)
        result[0].push_back(mpi::detail::range_of(chunks, ranks, r).count * images_per_chunk);
    if (ranks == 1)
        return {result[0]};
    std::int64_t left = chunks;
    for (int r = 0; r < ranks; ++r) {
        const std::int64_t n = r == ranks - 1 ? left : std::min<std::int64_t>(left, r);
        result[1].push_back(n * images_per_chunk);
        left -= n;
    }
    result.push_back(std::vector<std::int64_t>(static_cast<std::size_t>(ranks)));
    result[2][0] = images;
    return result;
}

template <class T> void check_all(double center, double deviation)
{
    for (const Shape &s :
         {Shape{5, {37}, false}, Shape{6, {3, 7}, true}, Shape{3, {}, false}, Shape{9, {2, 5}, false}}) {
        CAPTURE(s.channels);
        Part<T> whole(s, center, deviation, 0, images);
        whole.run_alone();
        for (const std::int64_t images_per_chunk : {1, 4}) {
            CAPTURE(images_per_chunk);
            Part<T> reference(s, center, deviation, 0, images);
            reference.run(MPI_COMM_SELF, images_per_chunk);
            CHECK(ulps(reference.y, whole.y, true) <= 4);
            for (const int ranks : support::rank_counts()) {
                CAPTURE(ranks);
                const FirstRanks comm(ranks);
                if (!comm)
                    continue;
                for (const auto &counts : deals(ranks, images_per_chunk)) {
                    const auto rank = counts.begin() + world_rank();
                    const std::int64_t first = std::accumulate(counts.begin(), rank, std::int64_t{0});
                    Part<T> part(s, center, deviation, first, *rank);
                    part.run(comm, images_per_chunk);
                    CHECK(same_bits(part.y, part_of(reference.y, s, first, *rank)));
                    CHECK(same_bits(part.grad_x, part_of(reference.grad_x, s, first, *rank)));
                    CHECK(same_bits(part.grad_weight, reference.grad_weight));
                    CHECK(same_bits(part.grad_bias, reference.grad_bias));
                    CHECK(same_bits(part.mean, reference.mean));
                    CHECK(same_bits(part.rstd, reference.rstd));
                    CHECK(same_bits(part.running_mean, reference.running_mean));
                    CHECK(same_bits(part.running_var, reference.running_var));
                    CHECK(part.batches == 1);
                    CHECK(ulps(part.y, part_of(whole.y, s, first, *rank), std::is_same_v<T, double>) <= 4);
                    CHECK(ulps(part.running_mean, whole.running_mean, false) <= (std::is_same_v<T, float> ? 4 : 64));
                }
            }
            // Gradients cancel: in ulps of the largest.
            CHECK(ulps(reference.grad_x, whole.grad_x, true) <= 4);
            const double reduced = std::is_same_v<T, float> ? 4 : 32; // sums of doubles in another order
            CHECK(ulps(reference.grad_weight, whole.grad_weight, true) <= reduced);
            CHECK(ulps(reference.grad_bias, whole.grad_bias, true) <= reduced);
        }
    }
}

} // namespace

TEST_CASE("sync_batch_norm is batch_norm of the gathered batch, and its bits do not depend on the ranks")
{
    check_all<float>(0.5, 2);
    // Ranks that share few processors wait long for each other.
    if (world_size() > 4)
        return;
    check_all<float>(1e6, 1);
    check_all<double>(0.5, 2);
}

TEST_CASE("a last chunk with fewer images, of the last rank that has any, is one as well")
{
    const Shape s{5, {37}, false};
    Part<float> reference(s, 1, 2, 0, images);
    reference.run(MPI_COMM_SELF, 5);
    // 24 images in chunks of 5: 4 of these and 4 images.
    const int ranks = world_size();
    const auto [begin, count] = mpi::detail::range_of(5, ranks, world_rank());
    const std::int64_t first = std::min<std::int64_t>(begin * 5, images);
    const std::int64_t n = std::min<std::int64_t>(count * 5, images - first);
    Part<float> part(s, 1, 2, first, n);
    part.run(MPI_COMM_WORLD, 5);
    CHECK(same_bits(part.y, part_of(reference.y, s, first, n)));
    CHECK(same_bits(part.grad_x, part_of(reference.grad_x, s, first, n)));
}

TEST_CASE("an error of one rank's tensors is the same error on every rank")
{
    const int last = world_size() - 1;
    const auto error_of = [&](const Shape &s, std::int64_t count, std::int64_t images_per_chunk) {
        return support::same_error<InvalidArgument>(MPI_COMM_WORLD, [&] {
            Part<float> part(s, 0, 1, 0, count);
            part.run(MPI_COMM_WORLD, images_per_chunk);
        });
    };
    const bool odd = world_rank() == last;
    const Shape s{5, {37}, false};
    CHECK(error_of(s, 4, odd ? 0 : 1) ==
          "rank " + std::to_string(last) + ": images_per_chunk is 0; expected a number >= 1");
    if (last == 0)
        return;
    CHECK(error_of(s, 4, odd ? 2 : 1) ==
          "rank " + std::to_string(last) + ": images_per_chunk is 2; expected 1, which rank 0 has");
    CHECK(error_of(odd ? Shape{6, {37}, false} : s, 4, 1) ==
          "rank " + std::to_string(last) + ": the number of channels of x is 6; expected 5, which rank 0 has");
    CHECK(error_of(odd ? Shape{5, {36}, false} : s, 4, 1) ==
          "rank " + std::to_string(last) + ": the number of positions of x is 36; expected 37, which rank 0 has");
    CHECK(error_of(s, 3, 2) == "rank 0: the number of images of x is 3; expected a multiple of images_per_chunk, 2, on "
                               "every rank before the last that has images");
}
