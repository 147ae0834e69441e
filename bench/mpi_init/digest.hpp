// SHA-256 of a whole model, by libcrypto: of one that ranks have in slices, streamed to rank 0 in the order of the table, or of
// one that one process makes.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <openssl/evp.h>

#include "model.hpp"

namespace bench {

class Sha256 {
public:
    Sha256();
    void update(const void *data, std::size_t bytes);
    [[nodiscard]] std::string hex(); // once

private:
    std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX *)> context_;
};

// Gathers parameter after parameter in bands of whole rows, which rank 0 hashes. Collective.
class StreamedDigest {
public:
    StreamedDigest(MPI_Comm comm, const unitvar::mpi::ProcessGrid &grid);
    // own: this rank's slice of it, row-major; empty where it has none.
    void add(const unitvar::mpi::ShardedParameter &parameter, std::span<const unsigned char> own);
    // On rank 0; empty elsewhere.
    [[nodiscard]] std::string hex();

private:
    MPI_Comm comm_;
    unitvar::mpi::ProcessGrid grid_;
    int rank_;
    int size_;
    Sha256 sha_;
    std::vector<unsigned char> band_;
};

// By initialize_all, tensor after tensor.
[[nodiscard]] std::string digest_of_one_process(const unitvar::Generator &generator, const Table &table);

} // namespace bench
