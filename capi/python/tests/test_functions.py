"""Calls every function of the C API by way of unitvar.py and compares the SHA-256 of what it gives with
tests/golden/functions-v1.sha256. tests/consumers/functions.c says what is called with which arguments. UNITVAR_EXPORTS
names a file with the names that the library exports: each must have a case here."""

import ctypes
import hashlib
import math
import os
import pathlib
import struct
import unittest

import numpy as np
import unitvar

COUNT, LARGE = 1003, 1000003
TRUE = b"\1"


def pcg32():
    return unitvar.Generator("pcg32", seed=42)


def words(g):
    x = np.empty(COUNT, np.uint32)
    g.bits(x)
    g.close()
    return x.tobytes()


class BF16:
    """Bits as an array of bfloat16, which NumPy does not have."""

    dtype = "bfloat16"

    def __init__(self, bits):
        self.__array_interface__ = dict(typestr="<V2", shape=bits.shape, data=(bits.ctypes.data, False), version=3)


def sample(dtype, fill, n=COUNT):
    if dtype is BF16:
        return sample(np.uint16, lambda g, bits: fill(g, BF16(bits)), n)
    x = np.empty(n, dtype)
    with pcg32() as g:
        fill(g, x)
    return x.tobytes()


def initialize(f, shape=(16, 12, 3)):
    x = np.empty(shape, np.float32)
    with pcg32() as g:
        f(g, x)
    return x.tobytes()


def version():
    v = unitvar.version()
    assert f"{v // 10000}.{v // 100 % 100}.{v % 100}" == unitvar.version_string()
    return TRUE


def last_error():
    try:
        unitvar.Generator(99, seed=42)
    except unitvar.InvalidArgument as error:
        assert "engine" in str(error) and "99" in str(error), error
    return TRUE


def isa():
    assert unitvar.isa() in ("avx512", "avx2", "neon", "scalar"), unitvar.isa()
    return TRUE


def set_isa():
    before = unitvar.isa()
    unitvar.set_isa("scalar")
    assert unitvar.isa() == "scalar"
    result = words(pcg32())
    unitvar.set_isa(before)
    return result


def num_threads():
    unitvar.set_num_threads(3)
    n = unitvar.num_threads()
    unitvar.set_num_threads(0)
    assert unitvar.num_threads() >= 1
    return struct.pack("<i", n)


def constants(enumeration, *names):
    return b"".join(struct.pack("<i", enumeration.from_name(name)) for name in names)


def status_names():
    names = [status.c_name for status in unitvar.Status] + [unitvar._library.status_name(7).decode()]
    return "".join(name + "\n" for name in names).encode()


def at_block(block):
    g = pcg32()
    g.seek(block)
    return g


def after(n):
    g = pcg32()
    g.bits(np.empty(n, np.uint32))
    return g


def destroy():
    g = pcg32()
    g.close()
    g.close()
    del g
    return TRUE


def normals(dtype):
    x = np.empty(COUNT, dtype)
    pcg32().normal(x, 3.0, 2.0)
    return x


def moments(dtype):
    """C's three doubles, which the class does not use."""
    m, x = unitvar._Moments(), normals(dtype)
    update = {"f": unitvar._library.moments_update_f32, "d": unitvar._library.moments_update_f64}[x.dtype.char]
    update(ctypes.byref(m), x.ctypes.data, COUNT)
    return m


def merged():
    m = moments(np.float32)
    unitvar._library.moments_merge(ctypes.byref(m), ctypes.byref(moments(np.float64)))
    return bytes(m)


def variance():
    out = ctypes.c_double()
    unitvar._library.moments_variance(ctypes.byref(moments(np.float32)), 1.0, ctypes.byref(out))
    return bytes(out)


def wide(dtype):
    m = unitvar.Moments()
    m.update(normals(dtype))
    return m


def wide_merged():
    m = wide(np.float32)
    m.merge(wide(np.float64))
    return bytes(m._value())


def shard():
    kaiming = unitvar.Initializer("kaiming_normal")
    return initialize(lambda g, t: kaiming.write_shard(g, t, (16, 12, 3), (4, 3, 0)), (8, 6, 3))


def bernoulli_bits():
    bits = np.empty((COUNT + 7) // 8, np.uint8)
    with pcg32() as g:
        g.bernoulli_bits(bits, 0.3)
    bits[-1] &= (1 << COUNT % 8) - 1
    return bits.tobytes()


def in_parts(g, x):
    normal = unitvar.Draw("normal")
    g.sample_at(normal, 333, x[333:])
    g.sample_at(normal, 0, x[:333])


def torch_mt19937():
    return unitvar.Generator("torch_mt19937", seed=42)


def layer(reset, shape):
    """A weight, then 16 biases."""
    weight, bias = np.empty(shape, np.float32), np.empty(16, np.float32)
    reset(torch_mt19937(), weight, bias)
    return weight.tobytes() + bias.tobytes()


def draw(dtype, function, *parameters):
    x = np.zeros((16, 12, 3), dtype)
    function(torch_mt19937(), x, *parameters)
    return x.tobytes()


def multinomial():
    g, weights, samples = torch_mt19937(), np.zeros((16, 12), np.float32), np.zeros((16, 5), np.int64)
    unitvar.init_uniform(g, weights)
    unitvar.torch_multinomial(g, weights, samples)
    return samples.tobytes()


class Layer:
    """What functions.c draws for norms and activations, and what a sum is of."""

    def __init__(self):
        g = pcg32()
        for name, n in (("x", 120), ("grad_y", 120), ("w", 30), ("b", 30)):
            setattr(self, name, np.empty(n, np.float32))
            g.normal(getattr(self, name))
        self.y, self.mean, self.rstd = np.zeros((4, 6, 5), np.float32), np.zeros(24, np.float32), np.zeros(24, np.float32)
        self.grad_w, self.grad_b = np.zeros(30, np.float32), np.zeros(30, np.float32)
        self.running_mean, self.running_var = np.zeros(6, np.float32), np.ones(6, np.float32)
        self.batches = np.zeros(1, np.int64)
        self.x = self.x.reshape(4, 6, 5)
        self.grad_y3 = self.grad_y[:72].reshape(4, 6, 3)
        self.grad_y = self.grad_y.reshape(4, 6, 5)
        self.w35, self.grad_w35 = self.w[:15].reshape(3, 5), self.grad_w[:15].reshape(3, 5)
        self.y3 = self.y.reshape(120)[:72].reshape(4, 6, 3)

    def statistics(self, *shape):
        n = math.prod(shape)
        return {"mean": self.mean[:n].reshape(shape), "rstd": self.rstd[:n].reshape(shape)}

    def outputs(self):
        return b"".join(x.tobytes() for x in (self.y, self.mean, self.rstd, self.grad_w, self.grad_b,
                                              self.running_mean, self.running_var, self.batches))


def layer_norm_backward(v):
    unitvar.layer_norm(v.x, v.y, **v.statistics(4, 6))
    unitvar.layer_norm_backward(v.grad_y, v.x, 1, **v.statistics(4, 6), weight=v.w[:5], grad_x=v.y,
                                grad_weight=v.grad_w[:5], grad_bias=v.grad_b[:5])


def rms_norm_backward(v):
    rstd = v.statistics(4, 6)["rstd"]
    unitvar.rms_norm(v.x, v.y, eps=1e-5, rstd=rstd)
    unitvar.rms_norm_backward(v.grad_y, v.x, 1, rstd, v.w[:5], v.y, v.grad_w[:5])


def group_norm_backward(v):
    unitvar.group_norm(v.x, v.y, 3, **v.statistics(4, 3))
    unitvar.group_norm_backward(v.grad_y, v.x, 3, **v.statistics(4, 3), weight=v.w[:6], grad_x=v.y,
                                grad_weight=v.grad_w[:6], grad_bias=v.grad_b[:6])


def batch_norm_backward(v):
    unitvar.batch_norm(v.x, v.y, training=True, save_mean=v.mean[:6], save_rstd=v.rstd[:6])
    unitvar.batch_norm_backward(v.grad_y, v.x, **v.statistics(6), weight=v.w[:6], grad_x=v.y, grad_weight=v.grad_w[:6],
                                grad_bias=v.grad_b[:6], training=True)


def layer_norm_axes_backward(v):
    mean, rstd = v.statistics(4, 5)["mean"], v.statistics(4, 1, 5)["rstd"]
    unitvar.layer_norm_axes(v.x, v.y, 1, mean=mean, rstd=rstd)
    unitvar.layer_norm_axes_backward(v.grad_y, v.x, 1, mean, rstd, v.w[:6], v.y, v.grad_w[:6], v.grad_b[:6])


def rms_norm_axes_backward(v):
    rstd = v.statistics(4, 5)["rstd"]
    unitvar.rms_norm_axes(v.x, v.y, 1, eps=1e-5, rstd=rstd)
    unitvar.rms_norm_axes_backward(v.grad_y, v.x, 1, rstd, v.w[:6], v.y, v.grad_w[:6])


def moments_of_halves(v):
    moments = np.empty((2, 6, 5))
    for i in range(2):
        unitvar.batch_moments(v.x[2 * i:2 * i + 2], moments[i])
    return moments


def sums_of_halves(v):
    unitvar.batch_norm(v.x, v.y, training=True, save_mean=v.mean[:6], save_rstd=v.rstd[:6])
    sums = np.empty((2, 6, 3))
    for i in range(2):
        half = slice(2 * i, 2 * i + 2)
        unitvar.batch_norm_backward_sums(v.grad_y[half], v.x[half], v.mean[:6], sums[i])
    return sums


def switchable_norm_backward():
    v, gradients = Layer(), np.empty((2, 3))
    unitvar.switchable_norm_backward(
        v.grad_y, v.x, (1, 0, -1), (0, -1, 2), v.w[:6], training=True, grad_x=v.y, grad_weight=v.grad_w[:6],
        grad_bias=v.grad_b[:6], grad_mean_logits=gradients[0], grad_var_logits=gradients[1])
    return v.outputs() + gradients.tobytes()


def updated(moments):
    """Of a tensor of normals, by the function that takes any tensor."""
    t = np.empty((16, 12, 3), np.float32)
    with pcg32() as g:
        unitvar.init_normal(g, t)
    m = unitvar.Moments()
    m.update(t)
    if moments is unitvar.Moments:
        return bytes(m._value())
    plain = unitvar._Moments()
    unitvar._library.moments_update(ctypes.byref(plain), t)
    return bytes(plain)


LAYERS = {
    "mean_var": lambda v: unitvar.mean_var(v.x, (0, -1), 1.0, v.mean[:6], v.rstd[:6]),
    "layer_norm": lambda v: unitvar.layer_norm(v.x, v.y, weight=v.w[:5], bias=v.b[:5], **v.statistics(4, 6)),
    "rms_norm": lambda v: unitvar.rms_norm(v.x, v.y, 1, v.w[:5], 1e-5, v.statistics(4, 6)["rstd"]),
    "layer_norm_residual": lambda v: unitvar.layer_norm_residual(
        v.x, v.grad_y, v.y, 1, v.w[:5], v.b[:5], 1e-5, v.grad_y, **v.statistics(4, 6)),
    "rms_norm_residual": lambda v: unitvar.rms_norm_residual(
        v.x, v.grad_y, v.y, 1, v.w[:5], 1e-5, None, v.statistics(4, 6)["rstd"]),
    "layer_norm_axes": lambda v: unitvar.layer_norm_axes(
        v.x, v.y, 1, v.w[:6], v.b[:6], mean=v.statistics(4, 5)["mean"], rstd=v.statistics(4, 1, 5)["rstd"]),
    "rms_norm_axes": lambda v: unitvar.rms_norm_axes(v.x, v.y, 1, v.w[:6], 1e-5, v.statistics(4, 5)["rstd"]),
    "layer_norm_given": lambda v: unitvar.layer_norm_given(
        v.x, v.y, v.grad_y.reshape(120)[:24].reshape(4, 6), v.w[:24].reshape(4, 6), 1, v.w[:5], v.b[:5]),
    "batch_norm_given": lambda v: unitvar.batch_norm_given(
        v.x[2:], v.y[2:], moments_of_halves(v), v.w[:6], v.b[:6], v.running_mean, v.running_var, v.batches,
        save_mean=v.mean[:6], save_rstd=v.rstd[:6]),
    "group_norm": lambda v: unitvar.group_norm(v.x, v.y, 3, v.w[:6], v.b[:6], **v.statistics(4, 3)),
    "batch_norm": lambda v: unitvar.batch_norm(
        v.x, v.y, v.w[:6], v.b[:6], v.running_mean, v.running_var, v.batches, True, save_mean=v.mean[:6],
        save_rstd=v.rstd[:6]),
    "instance_norm": lambda v: unitvar.instance_norm(v.x, v.y, v.w[:6], v.b[:6], v.running_mean, v.running_var),
    "switchable_norm": lambda v: unitvar.switchable_norm(
        v.x, v.y, (1, 0, -1), (0, -1, 2), v.w[:6], v.b[:6], v.running_mean, v.running_var, True),
    "local_response_norm": lambda v: unitvar.local_response_norm(v.x, v.y, 3),
    "local_response_norm_window": lambda v: unitvar.local_response_norm_window(v.x, v.y, 1, 2, 4),
    "dropout": lambda v: unitvar.dropout(pcg32(), v.x, v.y, 0.1),
    "layer_norm_activation": lambda v: unitvar.layer_norm_activation(
        v.x, v.y, weight=v.w[:5], bias=v.b[:5], **v.statistics(4, 6)),
    "rms_norm_activation": lambda v: unitvar.rms_norm_activation(
        v.x, v.y, 1, v.w[:5], 1e-5, "leaky_relu", rstd=v.statistics(4, 6)["rstd"]),
    "group_norm_activation": lambda v: unitvar.group_norm_activation(
        v.x, v.y, 3, v.w[:6], v.b[:6], **v.statistics(4, 3)),
    "batch_norm_activation": lambda v: unitvar.batch_norm_activation(
        v.x, v.y, v.w[:6], v.b[:6], v.running_mean, v.running_var, v.batches, True, nonlinearity="leaky_relu",
        negative_slope=0.2, save_mean=v.mean[:6], save_rstd=v.rstd[:6]),
    "batch_norm_given_activation": lambda v: unitvar.batch_norm_given_activation(
        v.x[2:], v.y[2:], moments_of_halves(v), v.w[:6], v.b[:6], v.running_mean, v.running_var, v.batches,
        save_mean=v.mean[:6], save_rstd=v.rstd[:6]),
    "instance_norm_activation": lambda v: unitvar.instance_norm_activation(
        v.x, v.y, v.w[:6], v.b[:6], v.running_mean, v.running_var, nonlinearity="linear"),
    "relu": lambda v: unitvar.relu(v.x, v.y),
    "leaky_relu": lambda v: unitvar.leaky_relu(v.x, v.y),
    "prelu": lambda v: unitvar.prelu(v.x, v.y, v.w[:6]),
    "linear": lambda v: unitvar.linear(v.x, v.y3, v.w35, v.b[:3]),
    "layer_norm_backward": layer_norm_backward,
    "rms_norm_backward": rms_norm_backward,
    "layer_norm_axes_backward": layer_norm_axes_backward,
    "rms_norm_axes_backward": rms_norm_axes_backward,
    "group_norm_backward": group_norm_backward,
    "batch_norm_backward": batch_norm_backward,
    "instance_norm_backward": lambda v: unitvar.instance_norm_backward(
        v.grad_y, v.x, v.w[:6], grad_x=v.y, grad_weight=v.grad_w[:6], grad_bias=v.grad_b[:6]),
    "batch_norm_backward_given": lambda v: unitvar.batch_norm_backward_given(
        v.grad_y[2:], v.x[2:], sums=sums_of_halves(v), **v.statistics(6), weight=v.w[:6], grad_x=v.y[2:],
        grad_weight=v.grad_w[:6], grad_bias=v.grad_b[:6]),
    "local_response_norm_backward": lambda v: unitvar.local_response_norm_backward(v.grad_y, v.x, v.y, 3),
    "local_response_norm_window_backward": lambda v: unitvar.local_response_norm_window_backward(
        v.grad_y, v.x, v.y, 1, 2, 4, 0.5, 0.6),
    "relu_backward": lambda v: unitvar.relu_backward(v.grad_y, v.x, v.y),
    "leaky_relu_backward": lambda v: unitvar.leaky_relu_backward(v.grad_y, v.x, v.y),
    "prelu_backward": lambda v: unitvar.prelu_backward(v.grad_y, v.x, v.w[:6], v.y, v.grad_w[:6]),
    "linear_backward": lambda v: unitvar.linear_backward(v.grad_y3, v.x, v.w35, v.y, v.grad_w35, v.grad_b[:3]),
}


def layers(call):
    v = Layer()
    call(v)
    return v.outputs()


# The first sixteen, which the sums are of, and six.
KINDS, NONLINEARITIES = list(unitvar.Kind)[:16], list(unitvar.Nonlinearity)[:6]
kinds = [kind.c_name for kind in KINDS]
FUNCTIONS = {
    "version": version,
    "version_string": version,
    "stream_version": lambda: struct.pack("<I", unitvar.stream_version()),
    "status_name": status_names,
    "last_error": last_error,
    "isa": isa,
    "set_isa": set_isa,
    "num_threads": num_threads,
    "set_num_threads": num_threads,
    "engine_from_name": lambda: constants(unitvar.Engine, "pcg32", "philox4x32"),
    "nonlinearity_from_name": lambda: constants(
        unitvar.Nonlinearity, "linear", "conv1d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"),
    "fan_mode_from_name": lambda: constants(unitvar.FanMode, "fan_in", "fan_out", "fan_avg"),
    "distribution_from_name": lambda: constants(unitvar.Distribution, "uniform", "normal", "truncated_normal"),
    "initializer_from_name": lambda: constants(unitvar.Kind, *kinds),
    "bernoulli_bits": bernoulli_bits,
    "draw_from_name": lambda: constants(unitvar.DrawKind, "bits", "uniform", "trunc_normal"),
    "draw_name": lambda: "".join(unitvar.DrawKind(kind).c_name + "\n" for kind in range(1, 6)).encode(),
    "draw_defaults": lambda: b"".join(bytes(unitvar.Draw(kind)) for kind in range(1, 6)),
    "sample": lambda: sample(np.float32, lambda g, x: g.sample(unitvar.Draw("normal"), x)),
    "sample_at": lambda: sample(np.float64, in_parts),
    "status_from_name": lambda: constants(
        unitvar.Status, "UNITVAR_OK", "UNITVAR_INVALID_ARGUMENT", "UNITVAR_INTERNAL"),
    "initializer_name": lambda: "".join(kind + "\n" for kind in kinds).encode(),
    "generator_create": lambda: words(unitvar.Generator("philox4x32", seed=42, stream=7)),
    "generator_create_torch": lambda: unitvar.Generator("torch_mt19937", seed=42, torch="2.6", libm=228).save(),
    "generator_destroy": destroy,
    "generator_clone": lambda: words(after(100).clone()),
    "generator_fork": lambda: words(pcg32().fork("layer.0.weight")),
    "generator_seek": lambda: words(at_block(1 << 40)),
    "generator_tell": lambda: struct.pack("<Q", after(COUNT).tell()),
    "generator_save": lambda: at_block(5).save(),
    "generator_load": lambda: words(unitvar.Generator.load(at_block(5).save())),
    "generator_save_torch": lambda: torch_mt19937().save_torch(),
    "generator_load_torch": lambda: unitvar.Generator.load(torch_mt19937().save_torch(), torch="2.11", libm=241).save(),
    "bits_u32": lambda: sample(np.uint32, lambda g, x: g.bits(x)),
    "bits_u64": lambda: sample(np.uint64, lambda g, x: g.bits(x)),
    "uniform_f32": lambda: sample(np.float32, lambda g, x: g.uniform(x, -0.37, 1.9)),
    "uniform_f64": lambda: sample(np.float64, lambda g, x: g.uniform(x, -0.37, 1.9)),
    "normal_f32": lambda: sample(np.float32, lambda g, x: g.normal(x), LARGE),
    "normal_f64": lambda: sample(np.float64, lambda g, x: g.normal(x)),
    "normal_icdf_f32": lambda: sample(np.float32, lambda g, x: g.normal_icdf(x, 1.5, 0.02)),
    "normal_icdf_f64": lambda: sample(np.float64, lambda g, x: g.normal_icdf(x, 1.5, 0.02)),
    "trunc_normal_f32": lambda: sample(np.float32, lambda g, x: g.trunc_normal(x, 0.0, 1.0, -1.0, 3.0)),
    "trunc_normal_f64": lambda: sample(np.float64, lambda g, x: g.trunc_normal(x, 0.0, 1.0, -1.0, 3.0)),
    "permutation_i64": lambda: sample(np.int64, lambda g, x: g.permutation(x)),
    "choice_i64": lambda: sample(np.int64, lambda g, x: g.choice(x, 5000000)),
    "sobol_f32": lambda: sample(np.float32, lambda g, x: unitvar.sobol(x.reshape(100, 3), 10), 300),
    "sobol_f64": lambda: sample(np.float64, lambda g, x: unitvar.sobol(x.reshape(100, 3), 10, g), 300),
    "sobol_normal_f32": lambda: sample(
        np.float32, lambda g, x: unitvar.sobol_normal(x.reshape(100, 3), 10, g, 1.5, 0.02), 300),
    "sobol_normal_f64": lambda: sample(
        np.float64, lambda g, x: unitvar.sobol_normal(x.reshape(100, 3), 10, None, 1.5, 0.02), 300),
    "calculate_gain": lambda: struct.pack("<6d", *map(unitvar.calculate_gain, NONLINEARITIES)),
    # from unitvar.h by cmake/bindings.py: samplers
    "exponential_f32": lambda: sample(np.float32, lambda g, x: g.exponential(x, 0.7)),
    "exponential_f64": lambda: sample(np.float64, lambda g, x: g.exponential(x, 0.7)),
    "laplace_f32": lambda: sample(np.float32, lambda g, x: g.laplace(x, 1.5, 0.7)),
    "laplace_f64": lambda: sample(np.float64, lambda g, x: g.laplace(x, 1.5, 0.7)),
    "logistic_f32": lambda: sample(np.float32, lambda g, x: g.logistic(x, 1.5, 0.7)),
    "logistic_f64": lambda: sample(np.float64, lambda g, x: g.logistic(x, 1.5, 0.7)),
    "gumbel_f32": lambda: sample(np.float32, lambda g, x: g.gumbel(x, 1.5, 0.7)),
    "gumbel_f64": lambda: sample(np.float64, lambda g, x: g.gumbel(x, 1.5, 0.7)),
    "cauchy_f32": lambda: sample(np.float32, lambda g, x: g.cauchy(x, 1.5, 0.7)),
    "cauchy_f64": lambda: sample(np.float64, lambda g, x: g.cauchy(x, 1.5, 0.7)),
    "weibull_f32": lambda: sample(np.float32, lambda g, x: g.weibull(x, 1.7, 0.7)),
    "weibull_f64": lambda: sample(np.float64, lambda g, x: g.weibull(x, 1.7, 0.7)),
    "rayleigh_f32": lambda: sample(np.float32, lambda g, x: g.rayleigh(x, 0.7)),
    "rayleigh_f64": lambda: sample(np.float64, lambda g, x: g.rayleigh(x, 0.7)),
    "log_normal_f32": lambda: sample(np.float32, lambda g, x: g.log_normal(x, 1.5, 0.02)),
    "log_normal_f64": lambda: sample(np.float64, lambda g, x: g.log_normal(x, 1.5, 0.02)),
    "integers_i32": lambda: sample(np.int32, lambda g, x: g.integers(x, 3, 100)),
    "integers_i64": lambda: sample(np.int64, lambda g, x: g.integers(x, 3, 100)),
    "bernoulli_u8": lambda: sample(np.uint8, lambda g, x: g.bernoulli(x, 0.3)),
    "uniform_bf16": lambda: sample(BF16, lambda g, x: g.uniform(x, -0.37, 1.9)),
    "uniform_f16": lambda: sample(np.float16, lambda g, x: g.uniform(x, -0.37, 1.9)),
    "normal_bf16": lambda: sample(BF16, lambda g, x: g.normal(x, 1.5, 0.02)),
    "normal_f16": lambda: sample(np.float16, lambda g, x: g.normal(x, 1.5, 0.02)),
    "trunc_normal_bf16": lambda: sample(BF16, lambda g, x: g.trunc_normal(x, 1.5, 0.02, 1.47, 1.55)),
    "trunc_normal_f16": lambda: sample(np.float16, lambda g, x: g.trunc_normal(x, 1.5, 0.02, 1.47, 1.55)),
    # end
    "calculate_fans": lambda: struct.pack("<2q", *unitvar.calculate_fans(np.empty((16, 12, 3), np.float32))),
    "init_constant": lambda: initialize(lambda _, t: unitvar.init_constant(t, 0.1)),
    "init_zeros": lambda: initialize(lambda _, t: unitvar.init_zeros(t)),
    "init_ones": lambda: initialize(lambda _, t: unitvar.init_ones(t)),
    "init_eye": lambda: initialize(lambda _, t: unitvar.init_eye(t), (16, 12)),
    "init_dirac": lambda: initialize(lambda _, t: unitvar.init_dirac(t, 2)),
    "init_uniform": lambda: initialize(lambda g, t: unitvar.init_uniform(g, t, -1.0, 1.0)),
    "init_normal": lambda: initialize(lambda g, t: unitvar.init_normal(g, t, 0.0, 0.02)),
    "init_trunc_normal": lambda: initialize(lambda g, t: unitvar.init_trunc_normal(g, t)),
    "init_xavier_uniform": lambda: initialize(lambda g, t: unitvar.init_xavier_uniform(g, t, 5.0 / 3.0)),
    "init_xavier_normal": lambda: initialize(lambda g, t: unitvar.init_xavier_normal(g, t)),
    "init_kaiming_uniform": lambda: initialize(lambda g, t: unitvar.init_kaiming_uniform(g, t, 0.2)),
    "init_kaiming_normal": lambda: initialize(
        lambda g, t: unitvar.init_kaiming_normal(g, t, fan_mode="fan_out", nonlinearity="relu")),
    "init_orthogonal": lambda: initialize(lambda g, t: unitvar.init_orthogonal(g, t)),
    "init_delta_orthogonal": lambda: initialize(lambda g, t: unitvar.init_delta_orthogonal(g, t)),
    "init_sparse": lambda: initialize(lambda g, t: unitvar.init_sparse(g, t, 0.1), (16, 12)),
    "init_variance_scaling": lambda: initialize(lambda g, t: unitvar.init_variance_scaling(g, t, 1.0, "fan_avg")),
    "initializer_defaults": lambda: b"".join(bytes(unitvar.Initializer(kind)) for kind in KINDS),
    "init": lambda: initialize(lambda g, t: unitvar.Initializer("kaiming_normal").write(g, t)),
    "init_values": lambda: initialize(lambda _, t: unitvar.init_values(t, np.arange(12.0).reshape(12, 1) / 7)),
    "weight_layout_from_name": lambda: constants(unitvar.WeightLayout, "out_in_k", "k_in_out", "in_out_k"),
    "calculate_fans_layout": lambda: struct.pack(
        "<4q", *unitvar.calculate_fans_layout(np.empty((16, 12, 3), np.float32), "out_in_k", 4),
        *unitvar.calculate_fans_layout(np.empty((16, 12, 3), np.float32), "k_in_out", 3)),
    "calculate_fans_axes": lambda: struct.pack(
        "<2q", *unitvar.calculate_fans_axes(np.empty((16, 12, 3), np.float32), -1, 1, 0)),
    # from unitvar.h by cmake/bindings.py: initialisers
    "init_variance_scaling_fans": lambda: initialize(
        lambda g, t: unitvar.init_variance_scaling_fans(g, t, 2.0, 7.0, 11.0, "fan_geo_avg", "normal")),
    "init_orthogonal_axis": lambda: initialize(lambda g, t: unitvar.init_orthogonal_axis(g, t, 1.5, 1)),
    "init_delta_orthogonal_layout": lambda: initialize(
        lambda g, t: unitvar.init_delta_orthogonal_layout(g, t, 1.5, "out_in_k")),
    "init_glorot_uniform": lambda: initialize(lambda g, t: unitvar.init_glorot_uniform(g, t, "in_out_k")),
    "init_glorot_normal": lambda: initialize(lambda g, t: unitvar.init_glorot_normal(g, t, "in_out_k")),
    "init_he_uniform": lambda: initialize(lambda g, t: unitvar.init_he_uniform(g, t, "in_out_k")),
    "init_he_normal": lambda: initialize(lambda g, t: unitvar.init_he_normal(g, t, "in_out_k")),
    "init_lecun_uniform": lambda: initialize(lambda g, t: unitvar.init_lecun_uniform(g, t, "in_out_k")),
    "init_lecun_normal": lambda: initialize(lambda g, t: unitvar.init_lecun_normal(g, t, "in_out_k")),
    "init_identity": lambda: initialize(lambda _, t: unitvar.init_identity(t, 1.5), (16, 12)),
    # end
    "init_shard": shard,
    "torch_linear_reset": lambda: layer(unitvar.torch_linear_reset, (16, 12)),
    "torch_conv_reset": lambda: layer(unitvar.torch_conv_reset, (16, 12, 3)),
    "torch_embedding_reset": lambda: layer(lambda g, w, _: unitvar.torch_embedding_reset(g, w), (16, 12))[: 4 * 192],
    "torch_random": lambda: draw(np.float32, unitvar.torch_random),
    "torch_randint": lambda: draw(np.int64, unitvar.torch_randint, -7, 1000),
    "torch_bernoulli": lambda: draw(np.uint8, unitvar.torch_bernoulli, 0.3),
    "torch_geometric": lambda: draw(np.float32, unitvar.torch_geometric, 0.25),
    "torch_exponential": lambda: draw(np.float32, unitvar.torch_exponential, 1.5),
    "torch_log_normal": lambda: draw(np.float32, unitvar.torch_log_normal, 0.5, 0.25),
    "torch_cauchy": lambda: draw(np.float32, unitvar.torch_cauchy),
    "torch_multinomial": multinomial,
    "moments_update_f32": lambda: bytes(moments(np.float32)),
    "moments_update_f64": lambda: bytes(moments(np.float64)),
    "moments_merge": merged,
    "moments_variance": variance,
    "wide_moments_update_f32": lambda: bytes(wide(np.float32)._value()),
    "wide_moments_update_f64": lambda: bytes(wide(np.float64)._value()),
    "moments_update": lambda: updated(unitvar._Moments),
    "wide_moments_update": lambda: updated(unitvar.Moments),
    "batch_moments": lambda: moments_of_halves(Layer()).tobytes(),
    "batch_norm_backward_sums": lambda: sums_of_halves(Layer()).tobytes(),
    "switchable_norm_backward": switchable_norm_backward,
    "wide_moments_merge": wide_merged,
    "wide_moments_mean": lambda: struct.pack("<d", wide(np.float32).mean),
    "wide_moments_variance": lambda: struct.pack("<d", wide(np.float32).variance(1.0)),
}


FUNCTIONS.update({name: (lambda call=call: layers(call)) for name, call in LAYERS.items()})


class Functions(unittest.TestCase):
    maxDiff = None

    def test_every_function_gives_the_golden_bits(self):
        default = pathlib.Path(__file__).parents[3] / "tests/golden/functions-v1.sha256"
        golden = pathlib.Path(os.environ.get("UNITVAR_GOLDEN", default)).read_text().splitlines()
        golden = dict(reversed(line.split()) for line in golden)
        names = {"unitvar_" + name for name in FUNCTIONS}
        self.assertEqual(names, set(golden), "cases here, and golden sums")
        self.assertEqual(set(FUNCTIONS), set(unitvar._FUNCTIONS), "cases here, and declarations of unitvar.py")
        if "UNITVAR_EXPORTS" in os.environ:
            exports = set(pathlib.Path(os.environ["UNITVAR_EXPORTS"]).read_text().split())
            self.assertEqual(names, exports, "cases here, and what the library exports")
        for name, call in FUNCTIONS.items():
            with self.subTest(name, isa=unitvar.isa()):
                self.assertEqual(hashlib.sha256(call()).hexdigest(), golden["unitvar_" + name])


class ManyParts(unittest.TestCase):
    def test_moments_of_many_parts_far_from_zero_keep_their_digits(self):
        center = 1e13
        x = center + np.rint(np.random.default_rng(7).normal(size=(2000, 100)) * 512) / 512
        updated, merged = unitvar.Moments(), unitvar.Moments()
        for part in x:
            updated.update(part)
            other = unitvar.Moments()
            other.update(part)
            merged.merge(other)
        expected = (x - center).var(ddof=1)
        for m in (updated, merged):
            self.assertLess(abs(m.variance() / expected - 1), 1e-13)
            self.assertEqual(m.count, x.size)

    def test_moments_reach_the_ends_of_the_range(self):
        for scale in (2.0**700, 2.0**-700):
            m = unitvar.Moments()
            m.update(np.array([-3.0, -1, 2, 5]) * scale)
            self.assertEqual(m.mean, 0.75 * scale)


if __name__ == "__main__":
    unittest.main()
