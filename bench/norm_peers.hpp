// What norms are measured against in the same run: memory itself, and oneDNN and a BLAS where they are installed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace unitvar::bench {

// The sum of n floats in 64 accumulators: all of the memory is read and almost nothing is computed.
float read_sum(const float *x, std::size_t n);

// Empty where the peer is not in this build.
using Peer = std::function<void()>;
using Shape = std::vector<std::int64_t>;

struct PeerBuffers {
    float *x;
    float *y;
    float *weight;
    float *bias;
    float *mean;
    float *var;
};
Peer onednn_layer_norm(const Shape &shape, const PeerBuffers &buffers);
Peer onednn_batch_norm(const Shape &shape, const PeerBuffers &buffers);
Peer onednn_local_response_norm(const Shape &shape, std::int64_t size, const PeerBuffers &buffers);
Peer blas_linear(std::int64_t batch, std::int64_t in, std::int64_t out, const PeerBuffers &buffers);

} // namespace unitvar::bench
