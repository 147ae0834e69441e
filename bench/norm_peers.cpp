// oneDNN and BLAS, each behind a definition that CMake sets where it found them.
#include "norm_peers.hpp"

#if defined(UNITVAR_ONEDNN)
#include <dnnl.hpp>
#endif
#if defined(UNITVAR_CBLAS)
#include <cblas.h>
#endif

#include <memory>
#include <unordered_map>

namespace unitvar::bench {

float read_sum(const float *x, std::size_t n)
{
    constexpr std::size_t lanes = 64;
    float sum[lanes] = {};
    for (std::size_t i = 0; i + lanes <= n; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            sum[j] += x[i + j];
        }
    }
    float total = 0;
    for (const float s : sum) {
        total += s;
    }
    return total;
}

#if defined(UNITVAR_ONEDNN)

namespace {

using Tag = dnnl::memory::format_tag;
using Type = dnnl::memory::data_type;

struct Context {
    dnnl::engine engine{dnnl::engine::kind::cpu, 0};
    dnnl::stream stream{engine};
};

Tag tag_of(const Shape &shape)
{
    return shape.size() == 2 ? Tag::ab : shape.size() == 3 ? Tag::abc : Tag::abcd;
}

using Arguments = std::unordered_map<int, dnnl::memory>;

Peer runner(const std::shared_ptr<Context> &context, const dnnl::primitive &primitive, const Arguments &arguments)
{
    return [=] {
        primitive.execute(context->stream, arguments);
        context->stream.wait();
    };
}

} // namespace

Peer onednn_layer_norm(const Shape &shape, const PeerBuffers &b)
{
    const auto c = std::make_shared<Context>();
    const dnnl::memory::desc data(shape, Type::f32, tag_of(shape));
    const dnnl::layer_normalization_forward::desc descriptor(dnnl::prop_kind::forward_training, data, 1e-5F,
                                                             dnnl::normalization_flags::use_scale |
                                                                 dnnl::normalization_flags::use_shift);
    const dnnl::layer_normalization_forward::primitive_desc primitive(descriptor, c->engine);
    return runner(c, dnnl::layer_normalization_forward(primitive),
                  {{DNNL_ARG_SRC, {data, c->engine, b.x}},
                   {DNNL_ARG_DST, {data, c->engine, b.y}},
                   {DNNL_ARG_MEAN, {primitive.mean_desc(), c->engine, b.mean}},
                   {DNNL_ARG_VARIANCE, {primitive.variance_desc(), c->engine, b.var}},
                   {DNNL_ARG_SCALE, {{{shape.back()}, Type::f32, Tag::a}, c->engine, b.weight}},
                   {DNNL_ARG_SHIFT, {{{shape.back()}, Type::f32, Tag::a}, c->engine, b.bias}}});
}

Peer onednn_batch_norm(const Shape &shape, const PeerBuffers &b)
{
    const auto c = std::make_shared<Context>();
    const dnnl::memory::desc data(shape, Type::f32, tag_of(shape));
    const dnnl::batch_normalization_forward::desc descriptor(dnnl::prop_kind::forward_training, data, 1e-5F,
                                                             dnnl::normalization_flags::use_scale |
                                                                 dnnl::normalization_flags::use_shift);
    const dnnl::batch_normalization_forward::primitive_desc primitive(descriptor, c->engine);
    return runner(c, dnnl::batch_normalization_forward(primitive),
                  {{DNNL_ARG_SRC, {data, c->engine, b.x}},
                   {DNNL_ARG_DST, {data, c->engine, b.y}},
                   {DNNL_ARG_MEAN, {primitive.mean_desc(), c->engine, b.mean}},
                   {DNNL_ARG_VARIANCE, {primitive.variance_desc(), c->engine, b.var}},
                   {DNNL_ARG_SCALE, {{{shape[1]}, Type::f32, Tag::a}, c->engine, b.weight}},
                   {DNNL_ARG_SHIFT, {{{shape[1]}, Type::f32, Tag::a}, c->engine, b.bias}}});
}

Peer onednn_local_response_norm(const Shape &shape, std::int64_t size, const PeerBuffers &b)
{
    const auto c = std::make_shared<Context>();
    const dnnl::memory::desc data(shape, Type::f32, tag_of(shape));
    const dnnl::lrn_forward::desc descriptor(dnnl::prop_kind::forward_inference, dnnl::algorithm::lrn_across_channels,
                                             data, size, 1e-4F, 0.75F, 1.0F);
    const dnnl::lrn_forward::primitive_desc primitive(descriptor, c->engine);
    return runner(c, dnnl::lrn_forward(primitive),
                  {{DNNL_ARG_SRC, {data, c->engine, b.x}}, {DNNL_ARG_DST, {data, c->engine, b.y}}});
}

#else

Peer onednn_layer_norm(const Shape &, const PeerBuffers &)
{
    return {};
}
Peer onednn_batch_norm(const Shape &, const PeerBuffers &)
{
    return {};
}
Peer onednn_local_response_norm(const Shape &, std::int64_t, const PeerBuffers &)
{
    return {};
}

#endif

#if defined(UNITVAR_CBLAS)

Peer blas_linear(std::int64_t batch, std::int64_t in, std::int64_t out, const PeerBuffers &b)
{
    const auto m = static_cast<blasint>(batch);
    const auto n = static_cast<blasint>(out);
    const auto k = static_cast<blasint>(in);
    return [=] { cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, m, n, k, 1, b.x, k, b.weight, k, 0, b.y, n); };
}

#else

Peer blas_linear(std::int64_t, std::int64_t, std::int64_t, const PeerBuffers &)
{
    return {};
}

#endif

} // namespace unitvar::bench
