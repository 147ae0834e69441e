// Past one machine, on MPI: statistics of a batch that ranks share, and initialisation of a model that they share. Target
// unitvar::mpi. Any MPI 3; the header has all there is, so that nothing of the library depends on one.
//
// Bits: results do not depend on the number of ranks. MPI leaves open how a reduction associates, so statistics are not
// reduced by it: chunks of a fixed number of images are sent as they are and merged in the order of the batch.
// Errors: collective functions find the errors of any rank's arguments before they compute, and throw the same one on every
// rank, which begins with the number of the lowest rank that had one. Failures of MPI are Error with Status::internal where
// the communicator returns them; by MPI's default they end the program.
#pragma once

// C++ bindings, which MPI 3 removed.
#define OMPI_SKIP_MPICXX 1
#define MPICH_SKIP_MPICXX 1
#include <mpi.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <limits>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "unitvar/error.hpp"
#include "unitvar/generator.hpp"
#include "unitvar/init.hpp"
#include "unitvar/moments.hpp"
#include "unitvar/norm.hpp"
#include "unitvar/runtime.hpp"
#include "unitvar/sample.hpp"
#include "unitvar/tensor.hpp"

namespace unitvar::mpi {

// Throws Error for a code other than MPI_SUCCESS.
inline void check(int code, const char *function)
{
    if (code != MPI_SUCCESS) {
        std::array<char, MPI_MAX_ERROR_STRING> text{};
        int length = 0;
        MPI_Error_string(code, text.data(), &length);
        throw Error(Status::internal,
                    std::string(function) + " failed: " + std::string(text.data(), static_cast<std::size_t>(length)));
    }
}

[[nodiscard]] inline int rank_of(MPI_Comm comm)
{
    int rank = 0;
    check(MPI_Comm_rank(comm, &rank), "MPI_Comm_rank");
    return rank;
}
[[nodiscard]] inline int size_of(MPI_Comm comm)
{
    int size = 0;
    check(MPI_Comm_size(comm, &size), "MPI_Comm_size");
    return size;
}

// ---- Datatypes and operations ----

// What parts of a sequence have that MPI may send and merge: Moments, WideMoments, BatchGradientSums. All are doubles.
template <class T>
concept Part = OneOf<T, Moments, WideMoments, BatchGradientSums>;

// Appends the sequence of other; throws InvalidArgument for moments whose count is negative, infinite or NaN.
template <Part T> void append(T &into, const T &other)
{
    if constexpr (std::same_as<T, BatchGradientSums>) {
        into.count += other.count;
        into.gradient += other.gradient;
        into.product += other.product;
    } else {
        into.merge(other);
    }
}

// A committed datatype; to be destroyed before MPI_Finalize.
class Datatype {
public:
    // Takes over an uncommitted one.
    explicit Datatype(MPI_Datatype type) : type_(type) { check(MPI_Type_commit(&type_), "MPI_Type_commit"); }
    Datatype(Datatype &&other) noexcept : type_(std::exchange(other.type_, MPI_DATATYPE_NULL)) {}
    Datatype &operator=(Datatype &&other) noexcept
    {
        std::swap(type_, other.type_);
        return *this;
    }
    ~Datatype()
    {
        if (type_ != MPI_DATATYPE_NULL) {
            MPI_Type_free(&type_);
        }
    }
    [[nodiscard]] operator MPI_Datatype() const noexcept { return type_; }

private:
    MPI_Datatype type_;
};

// All doubles of a part: 24 bytes of Moments and BatchGradientSums, 40 of WideMoments.
template <Part T> [[nodiscard]] Datatype datatype()
{
    static_assert(sizeof(T) % sizeof(double) == 0 && std::is_trivially_copyable_v<T>);
    MPI_Datatype type = MPI_DATATYPE_NULL;
    check(MPI_Type_contiguous(static_cast<int>(sizeof(T) / sizeof(double)), MPI_DOUBLE, &type), "MPI_Type_contiguous");
    return Datatype(type);
}

// The same without count, the first of them, for arrays of parts whose counts both sides know: 32 bytes of WideMoments, 16
// of the others.
template <Part T> [[nodiscard]] Datatype datatype_without_count()
{
    constexpr int doubles = sizeof(T) / sizeof(double);
    MPI_Datatype sent = MPI_DATATYPE_NULL;
    MPI_Datatype type = MPI_DATATYPE_NULL;
    const int displacement = 1;
    check(MPI_Type_create_indexed_block(1, doubles - 1, &displacement, MPI_DOUBLE, &sent),
          "MPI_Type_create_indexed_block");
    const int code = MPI_Type_create_resized(sent, 0, sizeof(T), &type);
    MPI_Type_free(&sent);
    check(code, "MPI_Type_create_resized");
    return Datatype(type);
}

// Appends parts of higher ranks to those of lower ones, by its datatype<T>(): MPI_Reduce, MPI_Scan. It is declared
// non-commutative, so that MPI keeps the order of the ranks; how it puts brackets is its own affair and may change with the
// number of ranks, and with that the last bits, which merge_in_order keeps. What has no moments, a count that is NaN for one, becomes a count of NaN.
class Merge {
public:
    template <Part T> [[nodiscard]] static Merge of() { return Merge(&run<T>); }
    Merge(Merge &&other) noexcept : operation_(std::exchange(other.operation_, MPI_OP_NULL)) {}
    Merge &operator=(Merge &&other) noexcept
    {
        std::swap(operation_, other.operation_);
        return *this;
    }
    ~Merge()
    {
        if (operation_ != MPI_OP_NULL) {
            MPI_Op_free(&operation_);
        }
    }
    [[nodiscard]] operator MPI_Op() const noexcept { return operation_; }

private:
    explicit Merge(MPI_User_function *function) : operation_(MPI_OP_NULL)
    {
        check(MPI_Op_create(function, 0, &operation_), "MPI_Op_create");
    }
    // MPI passes the parts of the lower ranks first, and takes the result in place of those of the higher ones.
    template <Part T> static void run(void *lower, void *higher, int *length, MPI_Datatype *)
    {
        const auto *const first = static_cast<const T *>(lower);
        auto *const second = static_cast<T *>(higher);
        for (int i = 0; i < *length; ++i) {
            T all = first[i];
            try {
                append(all, second[i]);
            } catch (const std::exception &) {
                all.count = std::numeric_limits<double>::quiet_NaN();
            }
            second[i] = all;
        }
    }
    MPI_Op operation_;
};

// The parts of all ranks, one after the other in the order of the ranks, merged in that order: the bits depend on the parts, not
// on which rank has which of them, nor on how many ranks there are. A rank may have any number of parts, and sends all of them
// to the others. Collective; throws InvalidArgument on every rank for parts that append refuses.
template <Part T> [[nodiscard]] T merge_in_order(MPI_Comm comm, std::span<const T> parts)
{
    const auto size = static_cast<std::size_t>(size_of(comm));
    std::vector<std::int64_t> sizes(size);
    const auto own = static_cast<std::int64_t>(parts.size());
    check(MPI_Allgather(&own, 1, MPI_INT64_T, sizes.data(), 1, MPI_INT64_T, comm), "MPI_Allgather");
    std::vector<int> counts;
    std::vector<int> offsets;
    std::int64_t total = 0;
    for (const std::int64_t count : sizes) {
        // MPI counts in int.
        if (count > std::numeric_limits<int>::max() - total) {
            throw InvalidArgument("the number of parts of all ranks is more than 2^31 - 1; expected fewer");
        }
        counts.push_back(static_cast<int>(count));
        offsets.push_back(static_cast<int>(total));
        total += count;
    }
    std::vector<T> all(static_cast<std::size_t>(total));
    const Datatype type = datatype<T>();
    check(MPI_Allgatherv(parts.data(), static_cast<int>(own), type, all.data(), counts.data(), offsets.data(), type,
                         comm),
          "MPI_Allgatherv");
    T result;
    for (const T &part : all) {
        append(result, part);
    }
    return result;
}

// ---- Errors of any rank on every rank ----

namespace detail {

// An error of this rank, or none.
struct Failure {
    Status status = Status::ok;
    std::string message;
};

// Calls work, and keeps what it throws.
template <class Work> [[nodiscard]] Failure failure_of(const Work &work)
{
    try {
        work();
        return {};
    } catch (const Error &error) {
        return {error.status(), error.what()};
    } catch (const std::bad_alloc &) {
        return {Status::out_of_memory, "the system has no memory left"};
    } catch (const std::exception &error) {
        return {Status::internal, error.what()};
    }
}

[[noreturn]] inline void throw_status(Status status, const std::string &message)
{
    switch (status) {
    case Status::invalid_argument:
        throw InvalidArgument(message);
    case Status::unsupported:
        throw Unsupported(message);
    case Status::stream_exhausted:
        throw StreamExhausted(message);
    default:
        throw Error(status, message);
    }
}

// Throws the failure of one rank on all of them. Collective; rank is the same everywhere.
[[noreturn]] inline void throw_of_rank(MPI_Comm comm, int rank, const Failure &own)
{
    constexpr std::size_t longest = 1024;
    std::array<char, longest> text{};
    std::array<std::int32_t, 2> head{static_cast<std::int32_t>(own.status),
                                     static_cast<std::int32_t>(own.message.copy(text.data(), longest))};
    check(MPI_Bcast(head.data(), 2, MPI_INT32_T, rank, comm), "MPI_Bcast");
    check(MPI_Bcast(text.data(), head[1], MPI_CHAR, rank, comm), "MPI_Bcast");
    throw_status(static_cast<Status>(head[0]),
                 "rank " + std::to_string(rank) + ": " + std::string(text.data(), static_cast<std::size_t>(head[1])));
}

// Throws the failure of the lowest rank that has one. Collective.
inline void agree(MPI_Comm comm, const Failure &own)
{
    const int size = size_of(comm);
    int first = own.status == Status::ok ? size : rank_of(comm);
    check(MPI_Allreduce(MPI_IN_PLACE, &first, 1, MPI_INT, MPI_MIN, comm), "MPI_Allreduce");
    if (first != size) {
        throw_of_rank(comm, first, own);
    }
}

// ---- Statistics ----

// What ranks tell each other before statistics are exchanged.
struct Batch {
    std::int64_t status = 0;
    std::int64_t images = 0;
    std::int64_t channels = 0;
    std::int64_t positions = 0; // of a channel of an image
    std::int64_t images_per_chunk = 0;

    [[nodiscard]] std::int64_t chunks() const noexcept
    {
        return images / images_per_chunk + (images % images_per_chunk != 0 ? 1 : 0);
    }
    // Elements of a channel of a chunk.
    [[nodiscard]] double count(std::int64_t chunk) const noexcept
    {
        return static_cast<double>(std::min(images_per_chunk, images - chunk * images_per_chunk) * positions);
    }
};

// Images first to first + count - 1.
class Images {
public:
    Images(const TensorView &x, std::int64_t first, std::int64_t count)
        : shape_(x.shape.begin(), x.shape.end()), view_{x.data, x.dtype, shape_, x.strides}
    {
        std::int64_t stride = 1;
        for (std::size_t d = 1; d < x.shape.size(); ++d) {
            stride *= x.shape[d];
        }
        if (!x.strides.empty()) {
            stride = x.strides[0];
        }
        shape_[0] = count;
        const std::ptrdiff_t offset = stride * first * static_cast<std::ptrdiff_t>(element_bytes(x.dtype));
        view_.data = static_cast<unsigned char *>(x.data) + offset;
    }
    Images(const Images &) = delete;
    Images &operator=(const Images &) = delete;
    [[nodiscard]] const TensorView &view() const noexcept { return view_; }

private:
    std::vector<std::int64_t> shape_;
    TensorView view_;
};

[[nodiscard]] inline Batch batch_of(const TensorView &x, std::int64_t images_per_chunk)
{
    if (images_per_chunk < 1) {
        throw InvalidArgument("images_per_chunk is " + std::to_string(images_per_chunk) + "; expected a number >= 1");
    }
    if (x.shape.size() < 2) {
        throw InvalidArgument("the number of dimensions of x is " + std::to_string(x.shape.size()) +
                              "; expected at least 2");
    }
    Batch batch{0, x.shape[0], x.shape[1], 1, images_per_chunk};
    for (std::size_t d = 2; d < x.shape.size(); ++d) {
        batch.positions *= x.shape[d];
    }
    return batch;
}

// All ranks' batches. Throws on every rank where one failed, or where they do not fit each other. Collective.
[[nodiscard]] inline std::vector<Batch> exchange(MPI_Comm comm, Batch own, const Failure &failure)
{
    constexpr int fields = 5;
    static_assert(sizeof(Batch) == fields * sizeof(std::int64_t));
    own.status = static_cast<std::int64_t>(failure.status);
    std::vector<Batch> batches(static_cast<std::size_t>(size_of(comm)));
    check(MPI_Allgather(&own, fields, MPI_INT64_T, batches.data(), fields, MPI_INT64_T, comm), "MPI_Allgather");
    for (std::size_t r = 0; r < batches.size(); ++r) {
        if (batches[r].status != 0) {
            throw_of_rank(comm, static_cast<int>(r), failure);
        }
    }
    const auto require = [&](std::size_t r, const char *name, std::int64_t value, std::int64_t expected) {
        if (value != expected) {
            throw InvalidArgument("rank " + std::to_string(r) + ": " + name + " is " + std::to_string(value) +
                                  "; expected " + std::to_string(expected) + ", which rank 0 has");
        }
    };
    std::size_t last = 0; // that has images
    for (std::size_t r = 0; r < batches.size(); ++r) {
        require(r, "images_per_chunk", batches[r].images_per_chunk, batches[0].images_per_chunk);
        require(r, "the number of channels of x", batches[r].channels, batches[0].channels);
        require(r, "the number of positions of x", batches[r].positions, batches[0].positions);
        last = batches[r].images != 0 ? r : last;
    }
    for (std::size_t r = 0; r < last; ++r) {
        if (batches[r].images % batches[r].images_per_chunk != 0) {
            throw InvalidArgument("rank " + std::to_string(r) + ": the number of images of x is " +
                                  std::to_string(batches[r].images) + "; expected a multiple of images_per_chunk, " +
                                  std::to_string(batches[r].images_per_chunk) +
                                  ", on every rank before the last that has images");
        }
    }
    std::int64_t chunks = 0;
    for (const Batch &batch : batches) {
        chunks += batch.chunks();
    }
    // MPI counts in int.
    if (own.channels != 0 && chunks > std::numeric_limits<int>::max() / own.channels) {
        throw InvalidArgument("images_per_chunk is " + std::to_string(own.images_per_chunk) + ", which makes " +
                              std::to_string(chunks) + " chunks; expected at most 2^31 - 1 of them times channels");
    }
    return batches;
}

// Which of n things part i of `parts` has; the first n % parts have one more.
struct Range {
    std::int64_t begin;
    std::int64_t count;
};
[[nodiscard]] constexpr Range range_of(std::int64_t n, std::int64_t parts, std::int64_t i) noexcept
{
    return {n / parts * i + std::min(i, n % parts), n / parts + (i < n % parts ? 1 : 0)};
}

// own: the parts of this rank, channel by channel, chunk by chunk. Returns those of each channel over all chunks, merged one
// after the other in the order of the ranks. Each rank merges some channels and sends the results to the others. Collective.
template <Part T>
[[nodiscard]] std::vector<T> merge_chunks(MPI_Comm comm, std::span<const Batch> batches, std::span<const T> own)
{
    const std::size_t size = batches.size();
    const auto rank = static_cast<std::size_t>(rank_of(comm));
    const std::int64_t channels = batches[0].channels;
    const auto channels_of = [&](std::size_t r) {
        return range_of(channels, static_cast<std::int64_t>(size), static_cast<std::int64_t>(r));
    };
    const std::int64_t width = channels_of(rank).count;

    std::vector<int> send_counts(size), send_offsets(size), counts(size), offsets(size);
    std::vector<T> sent;
    sent.reserve(own.size());
    int received_elements = 0;
    for (std::size_t r = 0; r < size; ++r) {
        const Range range = channels_of(r);
        send_offsets[r] = static_cast<int>(sent.size());
        for (std::int64_t k = 0; k < batches[rank].chunks(); ++k) {
            const T *const chunk = own.data() + k * channels + range.begin;
            sent.insert(sent.end(), chunk, chunk + range.count);
        }
        send_counts[r] = static_cast<int>(range.count * batches[rank].chunks());
        offsets[r] = received_elements;
        counts[r] = static_cast<int>(width * batches[r].chunks());
        received_elements += counts[r];
    }
    std::vector<T> received(static_cast<std::size_t>(received_elements));
    const Datatype bare = datatype_without_count<T>();
    check(MPI_Alltoallv(sent.data(), send_counts.data(), send_offsets.data(), bare, received.data(), counts.data(),
                        offsets.data(), bare, comm),
          "MPI_Alltoallv");

    std::vector<T> merged(static_cast<std::size_t>(channels));
    const Range mine = channels_of(rank);
    T *const target = merged.data() + mine.begin;
    const T *next = received.data();
    for (const Batch &batch : batches) {
        for (std::int64_t k = 0; k < batch.chunks(); ++k) {
            for (std::int64_t c = 0; c < width; ++c, ++next) {
                T part = *next;
                part.count = batch.count(k);
                append(target[c], part);
            }
        }
    }
    for (std::size_t r = 0; r < size; ++r) {
        counts[r] = static_cast<int>(channels_of(r).count);
        offsets[r] = static_cast<int>(channels_of(r).begin);
    }
    const Datatype whole = datatype<T>();
    check(MPI_Allgatherv(MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, merged.data(), counts.data(), offsets.data(), whole, comm),
          "MPI_Allgatherv");
    return merged;
}

// of_chunk(first image, images, parts of the chunk's channels).
template <Part T, class OfChunk>
[[nodiscard]] std::vector<T> statistics(MPI_Comm comm, const TensorView &x, std::int64_t images_per_chunk,
                                        const OfChunk &of_chunk)
{
    Batch own;
    std::vector<T> parts;
    const Failure failure = failure_of([&] {
        own = batch_of(x, images_per_chunk);
        // Also where there are no images, for the checks.
        std::vector<T> none(static_cast<std::size_t>(std::max<std::int64_t>(own.channels, 0)));
        of_chunk(0, 0, std::span<T>(none));
        parts.resize(static_cast<std::size_t>(own.chunks()) * none.size());
        for (std::int64_t k = 0; k < own.chunks(); ++k) {
            const std::int64_t first = k * images_per_chunk;
            of_chunk(first, std::min(images_per_chunk, own.images - first),
                     std::span<T>(parts).subspan(static_cast<std::size_t>(k) * none.size(), none.size()));
        }
    });
    const std::vector<Batch> batches = exchange(comm, own, failure);
    return merge_chunks<T>(comm, batches, parts);
}

} // namespace detail

// batch_norm in training, with statistics of the images of all ranks of the communicator, in the order of the ranks; a rank
// may have no images. running and save_* get the same on every rank. The moments are those of chunks of images_per_chunk
// images, so every rank but the last that has images has a multiple of that many; the bits depend on the whole batch, its
// layout in memory, which ranks have in common, and images_per_chunk, not on the ranks. A rank sends 32 bytes for each channel
// and chunk of its own, and its share of 40 for each channel. Chunks of one image, the default, fit any ranks; larger ones
// send less.
// Collective. Throws what batch_norm throws: on every rank for x and what ranks must agree on, and on the one rank alone,
// after all communication, for the rest.
inline void sync_batch_norm(MPI_Comm comm, const TensorView &x, const TensorView *weight, const TensorView *bias,
                            const RunningStatistics &running, double eps, const TensorView &y,
                            const TensorView *save_mean = nullptr, const TensorView *save_rstd = nullptr,
                            std::int64_t images_per_chunk = 1)
{
    const std::vector<WideMoments> moments = detail::statistics<WideMoments>(
        comm, x, images_per_chunk, [&](std::int64_t first, std::int64_t count, std::span<WideMoments> parts) {
            batch_moments(detail::Images(x, first, count).view(), parts);
        });
    batch_norm_given(x, weight, bias, moments, running, eps, y, save_mean, save_rstd);
}

// Its gradients; mean and rstd: what sync_batch_norm saved. gradients.weight and bias are sums over the images of all ranks,
// the same on every rank: they need no all-reduce of their own. 16 bytes for each channel and chunk, then 24 for each
// channel. Otherwise as above.
inline void sync_batch_norm_backward(MPI_Comm comm, const TensorView &grad_y, const TensorView &x,
                                     const TensorView &mean, const TensorView &rstd, const TensorView *weight,
                                     const NormGradients &gradients, std::int64_t images_per_chunk = 1)
{
    const std::vector<BatchGradientSums> sums = detail::statistics<BatchGradientSums>(
        comm, x, images_per_chunk, [&](std::int64_t first, std::int64_t count, std::span<BatchGradientSums> parts) {
            if (grad_y.shape.size() != x.shape.size() || !std::ranges::equal(grad_y.shape, x.shape)) {
                throw InvalidArgument("grad_y has another shape than x; expected the same");
            }
            batch_norm_backward_sums(detail::Images(grad_y, first, count).view(),
                                     detail::Images(x, first, count).view(), mean, parts);
        });
    batch_norm_backward_given(grad_y, x, mean, rstd, weight, sums, gradients);
}

// ---- Initialisation ----

// Ranks that share a model: tensor * pipeline * data of them, rank (d * pipeline + p) * tensor + t being at (t, p, d).
struct ProcessGrid {
    std::int32_t tensor = 1;   // share tensors, along the dimension that the table names
    std::int32_t pipeline = 1; // stages, which have tensors of their own
    std::int32_t data = 1;     // share what is left of each tensor, along its first dimension: fully sharded

    [[nodiscard]] std::int64_t size() const noexcept { return std::int64_t{tensor} * pipeline * data; }
};

// One tensor of a model that ranks share.
struct ShardedParameter {
    std::string name;
    std::vector<std::int64_t> shape; // of the whole
    DType dtype = DType::f32;
    Initializer initializer;
    std::int32_t cut = -1;  // the dimension that the tensor ranks share; -1: each of them has all of it
    std::int32_t stage = 0; // of the pipeline
};

// What one rank has of a tensor: a rectangle, of at least one element.
struct Slice {
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> offset;
    bool first = true; // no lower rank has the same elements
};

// None where the rank has nothing of the parameter. A dimension of n is cut into pieces that differ by one at most, the larger
// ones first. Tensors without dimensions lie on the first data rank. Grid, rank and parameter must be valid.
[[nodiscard]] inline std::optional<Slice> slice_of(const ProcessGrid &grid, int rank, const ShardedParameter &parameter)
{
    const std::int64_t t = rank % grid.tensor;
    const std::int64_t p = rank / grid.tensor % grid.pipeline;
    const std::int64_t d = rank / grid.tensor / grid.pipeline;
    if (p != parameter.stage) {
        return std::nullopt;
    }
    Slice slice{parameter.shape, std::vector<std::int64_t>(parameter.shape.size()), true};
    const auto take = [&](std::size_t dimension, std::int64_t parts, std::int64_t i) {
        const detail::Range range = detail::range_of(slice.shape[dimension], parts, i);
        slice.offset[dimension] += range.begin;
        slice.shape[dimension] = range.count;
    };
    if (parameter.cut >= 0) {
        take(static_cast<std::size_t>(parameter.cut), grid.tensor, t);
    } else {
        slice.first = t == 0;
    }
    if (!slice.shape.empty()) {
        take(0, grid.data, d);
    } else if (d != 0) {
        return std::nullopt;
    }
    if (std::ranges::find(slice.shape, 0) != slice.shape.end()) {
        return std::nullopt;
    }
    return slice;
}

// What must be the same on every rank before they initialise a model together.
struct Start {
    std::uint64_t version = 0;
    std::uint64_t stream_version = 0;
    std::uint64_t engine = 0;
    std::uint64_t seed = 0;
    std::uint64_t stream = 0;
    std::uint64_t tensor = 0;
    std::uint64_t pipeline = 0;
    std::uint64_t data = 0;
    std::array<std::uint64_t, 4> table{}; // a digest of all parameters
};

namespace detail {

// 256 bits that depend on every byte: those that a generator draws that is forked by them. Against accidents, not attacks.
[[nodiscard]] inline std::array<std::uint64_t, 4> digest_of(std::string_view bytes)
{
    std::array<std::uint64_t, 4> digest{};
    Generator forked = Generator(Engine::philox4x32, 0).fork(bytes);
    bits(forked, std::span<std::uint64_t>(digest));
    return digest;
}

} // namespace detail

[[nodiscard]] inline Start start_of(const ProcessGrid &grid, const Generator &generator,
                                    std::span<const ShardedParameter> table)
{
    std::string bytes;
    const auto put = [&bytes](std::uint64_t value) {
        for (unsigned i = 0; i < 64; i += 8) {
            bytes.push_back(static_cast<char>(value >> i & 0xFFU));
        }
    };
    for (const ShardedParameter &p : table) {
        put(p.name.size());
        bytes += p.name;
        put(p.shape.size());
        for (const std::int64_t length : p.shape) {
            put(static_cast<std::uint64_t>(length));
        }
        put(static_cast<std::uint64_t>(p.dtype));
        put(static_cast<std::uint64_t>(p.initializer.kind));
        put(static_cast<std::uint64_t>(p.initializer.fan_mode));
        put(static_cast<std::uint64_t>(p.initializer.nonlinearity));
        put(static_cast<std::uint64_t>(p.initializer.distribution));
        put(static_cast<std::uint64_t>(p.initializer.groups));
        for (const double value : p.initializer.p) {
            put(std::bit_cast<std::uint64_t>(value));
        }
        put(static_cast<std::uint64_t>(p.cut));
        put(static_cast<std::uint64_t>(p.stage));
    }
    return {version(),
            stream_version(),
            static_cast<std::uint64_t>(generator.engine()),
            generator.seed(),
            generator.stream(),
            static_cast<std::uint64_t>(grid.tensor),
            static_cast<std::uint64_t>(grid.pipeline),
            static_cast<std::uint64_t>(grid.data),
            detail::digest_of(bytes)};
}

// 32 bytes of all of it.
[[nodiscard]] inline std::array<std::uint64_t, 4> digest_of(const Start &start)
{
    const auto words = std::bit_cast<std::array<char, sizeof(Start)>>(start);
    return detail::digest_of(std::string_view(words.data(), words.size()));
}

// Throws InvalidArgument on every rank, the same one, where starts differ: 32 bytes and their complement are all-reduced, and
// the starts themselves exchanged where those differ, for a message that names the first rank that is not as rank 0 is.
// Collective.
inline void check_start(MPI_Comm comm, const Start &own)
{
    constexpr int words = 4;
    std::array<std::uint64_t, 2 * words> all{};
    const std::array<std::uint64_t, words> digest = digest_of(own);
    for (std::size_t i = 0; i < words; ++i) {
        all[i] = digest[i];
        all[words + i] = ~digest[i];
    }
    check(MPI_Allreduce(MPI_IN_PLACE, all.data(), 2 * words, MPI_UINT64_T, MPI_BAND, comm), "MPI_Allreduce");
    bool same = true;
    for (std::size_t i = 0; i < words; ++i) {
        same = same && (all[i] | all[words + i]) == ~std::uint64_t{0};
    }
    if (same) {
        return;
    }
    constexpr int start_words = sizeof(Start) / sizeof(std::uint64_t);
    std::vector<Start> starts(static_cast<std::size_t>(size_of(comm)));
    check(MPI_Allgather(&own, start_words, MPI_UINT64_T, starts.data(), start_words, MPI_UINT64_T, comm),
          "MPI_Allgather");
    constexpr std::array<std::pair<const char *, std::uint64_t Start::*>, 8> fields{
        {{"the library's version", &Start::version},
         {"the stream version", &Start::stream_version},
         {"engine", &Start::engine},
         {"seed", &Start::seed},
         {"stream", &Start::stream},
         {"grid.tensor", &Start::tensor},
         {"grid.pipeline", &Start::pipeline},
         {"grid.data", &Start::data}}};
    for (std::size_t r = 1; r < starts.size(); ++r) {
        for (const auto &[name, field] : fields) {
            if (starts[r].*field != starts[0].*field) {
                throw InvalidArgument("rank " + std::to_string(r) + ": " + name + " is " +
                                      std::to_string(starts[r].*field) + "; expected " +
                                      std::to_string(starts[0].*field) + ", which rank 0 has");
            }
        }
        if (starts[r].table != starts[0].table) {
            throw InvalidArgument("rank " + std::to_string(r) +
                                  ": the table of parameters is another; expected names, shapes, types, initialisers, "
                                  "cuts and stages that rank 0 has");
        }
    }
    throw Error(Status::internal, "digests of equal starts differ");
}

// Throws InvalidArgument or Unsupported for what no rank could initialise: a grid that is not as large as the communicator,
// parameters that have the same name, no place in the grid, or initialisers that do not take their shape.
inline void check_table(int ranks, const ProcessGrid &grid, const Generator &generator,
                        std::span<const ShardedParameter> table)
{
    for (const auto &[name, value] : {std::pair{"grid.tensor", grid.tensor}, std::pair{"grid.pipeline", grid.pipeline},
                                      std::pair{"grid.data", grid.data}}) {
        if (value < 1) {
            throw InvalidArgument(std::string(name) + " is " + std::to_string(value) + "; expected a number >= 1");
        }
    }
    if (grid.size() != ranks) {
        throw InvalidArgument("the size of the grid is " + std::to_string(grid.size()) + "; expected " +
                              std::to_string(ranks) + ", the number of ranks");
    }
    std::vector<std::string_view> names;
    names.reserve(table.size());
    for (const ShardedParameter &p : table) {
        names.push_back(p.name);
        const std::string place = "parameter '" + p.name + "': ";
        if (p.cut < -1 || p.cut >= static_cast<std::int64_t>(p.shape.size())) {
            throw InvalidArgument(place + "cut is " + std::to_string(p.cut) + "; expected a dimension, 0 to " +
                                  std::to_string(p.shape.size()) + " - 1, or -1");
        }
        if (p.stage < 0 || p.stage >= grid.pipeline) {
            throw InvalidArgument(place + "stage is " + std::to_string(p.stage) + "; expected 0 to " +
                                  std::to_string(grid.pipeline - 1));
        }
        // Arguments are checked also where nothing is written: a slice without elements.
        const detail::Failure failure = detail::failure_of([&] {
            std::vector<std::int64_t> shape = p.shape;
            if (!shape.empty()) {
                shape[0] = std::min<std::int64_t>(shape[0], 0);
            }
            double scalar = 0;
            Generator forked = generator.fork(p.name);
            initialize_shard(&forked, p.initializer, {&scalar, p.dtype, shape, {}}, p.shape,
                             std::vector<std::int64_t>(shape.size()));
        });
        if (failure.status != Status::ok) {
            detail::throw_status(failure.status, place + failure.message);
        }
    }
    std::ranges::sort(names);
    if (const auto twice = std::ranges::adjacent_find(names); twice != names.end()) {
        throw InvalidArgument("name is '" + std::string(*twice) + "'; expected a name that no other parameter has");
    }
}

// Both checks, for programs that then write slice after slice. Collective; nothing later is.
inline void check_start(MPI_Comm comm, const ProcessGrid &grid, const Generator &generator,
                        std::span<const ShardedParameter> table)
{
    check_start(comm, start_of(grid, generator, table));
    const int ranks = size_of(comm);
    detail::agree(comm, detail::failure_of([&] { check_table(ranks, grid, generator, table); }));
}

// Writes a slice, with the bits that it has where initialize_all writes the whole. No communication.
inline void write_slice(const Generator &generator, const ShardedParameter &parameter, const Slice &slice,
                        const TensorView &local)
{
    if (local.dtype != parameter.dtype || !std::ranges::equal(local.shape, slice.shape)) {
        throw InvalidArgument("parameter '" + parameter.name +
                              "': local has another type or shape; expected those of the rank's slice");
    }
    Generator forked = generator.fork(parameter.name);
    initialize_shard(&forked, parameter.initializer, local, parameter.shape, slice.offset);
}

// Writes this rank's slices of a model: locals[i] gets that of table[i], and is not looked at where the rank has none. The
// bits are those of initialize_all, whatever the grid. Nothing is written before all ranks are known to have the same table,
// seed and versions and locals that fit; those checks are all that is sent. Collective.
inline void init_sharded(MPI_Comm comm, const ProcessGrid &grid, const Generator &generator,
                         std::span<const ShardedParameter> table, std::span<const TensorView> locals)
{
    check_start(comm, grid, generator, table);
    const int rank = rank_of(comm);
    detail::agree(
        comm, detail::failure_of([&] {
            if (locals.size() != table.size()) {
                throw InvalidArgument("the number of locals is " + std::to_string(locals.size()) + "; expected " +
                                      std::to_string(table.size()) + ", one for each parameter");
            }
            for (std::size_t i = 0; i < table.size(); ++i) {
                const std::optional<Slice> slice = slice_of(grid, rank, table[i]);
                if (slice &&
                    (locals[i].dtype != table[i].dtype || !std::ranges::equal(locals[i].shape, slice->shape))) {
                    throw InvalidArgument("parameter '" + table[i].name +
                                          "': local has another type or shape; expected those of the rank's slice");
                }
            }
        }));
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (const std::optional<Slice> slice = slice_of(grid, rank, table[i])) {
            write_slice(generator, table[i], *slice, locals[i]);
        }
    }
}

} // namespace unitvar::mpi
