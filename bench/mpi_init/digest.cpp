#include "digest.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

namespace mpi = unitvar::mpi;

constexpr std::size_t band_bytes = std::size_t{32} << 20U;

// A slice as rows of a matrix, which the whole tensor is: dimensions up to the cut one are its rows.
struct Rectangle {
    std::size_t row = 0; // the first
    std::size_t rows = 0;
    std::size_t at = 0; // bytes within a row
    std::size_t bytes = 0;
};

std::size_t product(const std::vector<std::int64_t> &shape, std::size_t begin, std::size_t end)
{
    std::size_t result = 1;
    for (std::size_t d = begin; d < std::min(end, shape.size()); ++d) {
        result *= static_cast<std::size_t>(shape[d]);
    }
    return result;
}

// The first dimension of the columns; the data ranks cut dimension 0.
std::size_t first_column(const mpi::ShardedParameter &p)
{
    return static_cast<std::size_t>(std::max(p.cut, 1));
}

Rectangle rectangle_of(const mpi::ShardedParameter &p, const mpi::Slice &slice)
{
    if (p.shape.empty()) {
        return {0, 1, 0, unitvar::element_bytes(p.dtype)};
    }
    const std::size_t c = first_column(p);
    const std::size_t inner = product(p.shape, c + 1, p.shape.size()) * unitvar::element_bytes(p.dtype);
    const std::size_t column = c < p.shape.size() ? static_cast<std::size_t>(slice.offset[c]) * inner : 0;
    const std::size_t between = product(p.shape, 1, c);
    return {static_cast<std::size_t>(slice.offset[0]) * between, static_cast<std::size_t>(slice.shape[0]) * between,
            column, product(slice.shape, c, slice.shape.size()) * unitvar::element_bytes(p.dtype)};
}

} // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free)
{
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("libcrypto has no SHA-256");
    }
}

void Sha256::update(const void *data, std::size_t bytes)
{
    if (EVP_DigestUpdate(context_.get(), data, bytes) != 1) {
        throw std::runtime_error("libcrypto failed");
    }
}

std::string Sha256::hex()
{
    std::array<unsigned char, 32> digest{};
    if (EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr) != 1) {
        throw std::runtime_error("libcrypto failed");
    }
    std::string text;
    for (const unsigned char byte : digest) {
        constexpr const char *digits = "0123456789abcdef";
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

StreamedDigest::StreamedDigest(MPI_Comm comm, const mpi::ProcessGrid &grid)
    : comm_(comm), grid_(grid), rank_(mpi::rank_of(comm)), size_(mpi::size_of(comm))
{
}

void StreamedDigest::add(const mpi::ShardedParameter &p, std::span<const unsigned char> own)
{
    const std::size_t rows = product(p.shape, 0, p.shape.empty() ? 0 : first_column(p));
    const std::size_t pitch =
        product(p.shape, p.shape.empty() ? 0 : first_column(p), p.shape.size()) * unitvar::element_bytes(p.dtype);
    const std::size_t rows_of_band = std::clamp<std::size_t>(band_bytes / pitch, 1, rows);
    if (rank_ == 0) {
        band_.resize(std::max(band_.size(), rows_of_band * pitch));
    }
    for (std::size_t first = 0; first < rows; first += rows_of_band) {
        const std::size_t end = std::min(rows, first + rows_of_band);
        std::vector<MPI_Request> requests;
        for (int r = 0; r < size_; ++r) {
            if (rank_ != 0 && r != rank_) {
                continue;
            }
            const std::optional<mpi::Slice> slice = mpi::slice_of(grid_, r, p);
            if (!slice || !slice->first) {
                continue;
            }
            const Rectangle part = rectangle_of(p, *slice);
            const std::size_t begin = std::max(first, part.row);
            const std::size_t stop = std::min(end, part.row + part.rows);
            if (begin >= stop) {
                continue;
            }
            const auto count = static_cast<int>(stop - begin);
            const unsigned char *const source = r == rank_ ? own.data() + (begin - part.row) * part.bytes : nullptr;
            if (rank_ != 0) {
                mpi::check(MPI_Send(source, static_cast<int>(part.bytes) * count, MPI_BYTE, 0, 0, comm_), "MPI_Send");
                continue;
            }
            unsigned char *const target = band_.data() + (begin - first) * pitch + part.at;
            if (r == 0) {
                for (int i = 0; i < count; ++i) {
                    const auto row = static_cast<std::size_t>(i);
                    std::memcpy(target + row * pitch, source + row * part.bytes, part.bytes);
                }
                continue;
            }
            MPI_Datatype rectangle = MPI_DATATYPE_NULL;
            mpi::check(
                MPI_Type_vector(count, static_cast<int>(part.bytes), static_cast<int>(pitch), MPI_BYTE, &rectangle),
                "MPI_Type_vector");
            const mpi::Datatype type(rectangle);
            mpi::check(MPI_Irecv(target, 1, type, r, 0, comm_, &requests.emplace_back()), "MPI_Irecv");
        }
        if (rank_ == 0) {
            mpi::check(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE),
                       "MPI_Waitall");
            sha_.update(band_.data(), (end - first) * pitch);
        }
    }
}

std::string StreamedDigest::hex()
{
    return rank_ == 0 ? sha_.hex() : std::string();
}

std::string digest_of_one_process(const unitvar::Generator &generator, const Table &table)
{
    Sha256 sha;
    std::vector<unsigned char> whole;
    for (const mpi::ShardedParameter &p : table) {
        const std::size_t bytes = elements_of(p.shape) * unitvar::element_bytes(p.dtype);
        whole.resize(std::max(whole.size(), bytes));
        const unitvar::NamedTensor tensor{p.name, p.initializer, {whole.data(), p.dtype, p.shape, {}}};
        unitvar::initialize_all(generator, std::span(&tensor, 1));
        sha.update(whole.data(), bytes);
    }
    return sha.hex();
}

} // namespace bench
