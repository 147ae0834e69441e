#!/usr/bin/env python3
"""How many times faster norms, activations and linear are than PyTorch's and NumPy's, single-threaded: medians of
interleaved rounds in processor time of the thread, all tensors of one dtype. From 1 MiB on also their rate beside memcpy
over the bytes of x, and how many times faster two threads are than one, by the clock.

usage: torch_norm_ratios.py PATH_TO_libunitvar.so [f32|bf16|f16 [PART_OF_A_NAME]]

PyTorch allocates its results, as its users do. Needs PyTorch (Debian: python3-torch). To add a row: one more yield.
"""
import ctypes
import itertools
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["UNITVAR_NUM_THREADS"] = "1"
import numpy
import torch
import torch.nn.functional as F

import interleaved

ROUNDS = 9
I32 = ctypes.c_int32
I64 = ctypes.c_int64


class DType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class Device(ctypes.Structure):
    _fields_ = [("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32)]


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device", Device), ("ndim", ctypes.c_int32), ("dtype", DType),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
                ("byte_offset", ctypes.c_uint64)]


DTYPES = {"f32": (torch.float32, DType(2, 32, 1)), "bf16": (torch.bfloat16, DType(4, 16, 1)),
          "f16": (torch.float16, DType(2, 16, 1))}


def convert(x):
    if isinstance(x, float):
        return ctypes.c_double(x)
    if not isinstance(x, torch.Tensor):
        return x
    lengths = (ctypes.c_int64 * max(1, x.dim()))(*x.shape)
    strides = (ctypes.c_int64 * max(1, x.dim()))(*x.stride())
    dtype = next(own for theirs, own in DTYPES.values() if theirs == x.dtype)
    return ctypes.byref(Tensor(x.data_ptr(), Device(1, 0), x.dim(), dtype, lengths, strides, 0))


def norm_rows(half):
    """Name, function and arguments, the peer, times faster (None: no target)."""
    x = torch.randn(4096, 4096)
    y = torch.empty_like(x)
    weight, bias = torch.randn(4096), torch.randn(4096)
    for shape in ((4096, 768), (4096, 4096)):
        n = shape[1]
        x1, y1, w1, b1 = x.view(-1)[:4096 * n].view(shape), y.view(-1)[:4096 * n].view(shape), weight[:n], bias[:n]
        yield (f"layer_norm {shape[0]}x{n}", "layer_norm", (x1, I32(1), w1, b1, 1e-5, y1, None, None),
               lambda x1=x1, w1=w1, b1=b1, n=n: F.layer_norm(x1, (n,), w1, b1), "PyTorch", 1.3 if half else 1.4)
        if hasattr(F, "rms_norm"):
            yield (f"rms_norm {shape[0]}x{n}", "rms_norm", (x1, I32(1), w1, 1e-5, y1, None),
                   lambda x1=x1, w1=w1, n=n: F.rms_norm(x1, (n,), w1, 1e-5), "PyTorch", 1.3 if half else None)
    for count in (1, 512):
        xr, yr, r = torch.randn(count, 4096), torch.empty(count, 4096), torch.randn(count, 4096)
        if hasattr(F, "rms_norm"):
            yield (f"rms_norm with residual {count}x4096", "rms_norm_residual",
                   (xr, r, I32(1), weight, 1e-5, None, yr, None),
                   lambda xr=xr, r=r: F.rms_norm(xr + r, (4096,), weight, 1e-5), "PyTorch", None)
    for shape in ((32, 64, 56, 56), (32, 512, 7, 7)):
        for layout in (torch.contiguous_format, torch.channels_last):
            x2 = torch.randn(shape).contiguous(memory_format=layout)
            y2, w2 = torch.empty_like(x2), torch.randn(shape[1])
            last = layout == torch.channels_last
            yield (f"batch_norm {shape}{', channels last' if last else ''}", "batch_norm",
                   (x2, w2, w2, None, None, None, I32(1), 0.1, 1e-5, y2, None, None),
                   lambda x2=x2, w2=w2: F.batch_norm(x2, None, None, w2, w2, True), "PyTorch", 1.5 if last else 3)
    x3, y3, w3 = torch.randn(32, 256, 28, 28), torch.empty(32, 256, 28, 28), torch.randn(256)
    yield ("group_norm(32) 32x256x28x28", "group_norm", (x3, I64(32), w3, w3, 1e-5, y3, None, None),
           lambda: F.group_norm(x3, 32, w3, w3), "PyTorch", 1.5)
    x4, y4 = torch.randn(8, 64, 128, 128), torch.empty(8, 64, 128, 128)
    yield ("instance_norm 8x64x128x128", "instance_norm", (x4, None, None, None, None, I32(1), 0.1, 1e-5, y4),
           lambda: F.instance_norm(x4), "PyTorch", 3)
    x5, y5 = torch.randn(32, 64, 56, 56), torch.empty(32, 64, 56, 56)
    if not half:  # of which PyTorch has no local_response_norm
        yield ("local_response_norm(5) 32x64x56x56", "local_response_norm", (x5, I64(5), 1e-4, 0.75, 1.0, y5),
               lambda: F.local_response_norm(x5, 5), "PyTorch", 15)
    yield "relu 32x64x56x56", "relu", (x5, y5), lambda: F.relu(x5), "PyTorch", None
    xb, gb, gx, gw, gbias = x[:, :768].contiguous(), torch.randn(4096, 768), torch.empty(4096, 768), *torch.empty(2, 768)
    wb, bb = weight[:768], bias[:768]
    _, mean, rstd = torch.ops.aten.native_layer_norm(xb, (768,), wb, bb, 1e-5)
    mask = [True, True, True]
    yield ("layer_norm backward 4096x768", "layer_norm_backward",
           (gb, xb, I32(1), mean.flatten().float(), rstd.flatten().float(), wb, gx, gw, gbias),
           lambda: torch.ops.aten.native_layer_norm_backward(gb, xb, (768,), mean, rstd, wb, bb, mask), "PyTorch", 1.5)


def activation_rows(library):
    """A norm with relu in one pass against the two calls, the second in place, and against PyTorch's two."""
    def two_calls(function, arguments, y):
        norm, values, result = getattr(library, "unitvar_" + function), [convert(a) for a in arguments], convert(y)

        def run():
            if norm(*values) != 0 or library.unitvar_relu(result, result) != 0:
                sys.exit(library.unitvar_last_error().decode())

        return run

    def rows(name, function, before, eps, y, after, peer):
        fused = (*before, eps, I32(3), 0.0, y, *after)
        yield f"{name}, relu", function + "_activation", fused, two_calls(function, (*before, eps, y, *after), y), \
            "two calls", None
        yield f"{name}, relu", function + "_activation", fused, peer, "PyTorch", None

    for shape in ((32, 64, 56, 56), (32, 512, 7, 7), (64, 64, 112, 112)):
        for layout in (torch.contiguous_format, torch.channels_last):
            x, w = torch.randn(shape).contiguous(memory_format=layout), torch.randn(shape[1])
            name = f"batch_norm {shape}{', channels last' if layout == torch.channels_last else ''}"
            yield from rows(name, "batch_norm", (x, w, w, None, None, None, I32(1), 0.1), 1e-5, torch.empty_like(x),
                            (None, None), lambda x=x, w=w: F.relu_(F.batch_norm(x, None, None, w, w, True)))
    x, w = torch.randn(32, 256, 28, 28), torch.randn(256)
    yield from rows("group_norm(32) 32x256x28x28", "group_norm", (x, I64(32), w, w), 1e-5, torch.empty_like(x),
                    (None, None), lambda: F.relu_(F.group_norm(x, 32, w, w)))
    rows_of, weight = torch.randn(4096, 4096), torch.randn(4096)
    yield from rows("layer_norm 4096x4096", "layer_norm", (rows_of, I32(1), weight, weight), 1e-5,
                    torch.empty_like(rows_of), (None, None),
                    lambda: F.relu_(F.layer_norm(rows_of, (4096,), weight, weight)))


def other_rows():
    """The same of what is measured in f32 alone."""
    x = torch.randn(4096, 4096)
    vector, other, scalar, scalar2 = torch.empty(4096), torch.empty(4096), torch.empty(()), torch.empty(())
    array = x.numpy()
    for name, axis in (("all", None), ("rows", 1), ("columns", 0)):
        outputs = (scalar, scalar2) if axis is None else (vector, other)
        axes = None if axis is None else (ctypes.c_int32 * 1)(axis)
        arguments = (x, axes, I32(0 if axis is None else 1), 1.0, *outputs)
        yield f"var_mean 4096x4096, {name}", "mean_var", arguments, lambda a=axis: (
            torch.var_mean(x) if a is None else torch.var_mean(x, dim=a)), "PyTorch", 15
        yield f"var_mean 4096x4096, {name}", "mean_var", arguments, lambda a=axis: (
            array.mean(axis=a), array.var(axis=a, ddof=1)), "NumPy", 5
    x6, y6, w6 = torch.randn(256, 2048), torch.empty(256, 2048), torch.randn(2048, 2048)
    yield ("linear, batch 256, 2048x2048", "linear", (x6, w6, None, y6), lambda: F.linear(x6, w6), "PyTorch (its BLAS)",
           0.7)


def memory_and_threads(library, own, x):
    """What the rate is of memcpy's, and two threads against one, of an x of 1 MiB or more."""
    copy = torch.empty_like(x)
    size = x.numel() * x.element_size()
    if size < 2**20:
        return ""
    rate = interleaved.compare(own, lambda: ctypes.memmove(copy.data_ptr(), x.data_ptr(), size), ROUNDS,
                               time.thread_time).ratio

    def on(threads):
        library.unitvar_set_num_threads(threads)
        own()

    threads = interleaved.compare(lambda: on(2), lambda: on(1), ROUNDS, time.perf_counter).ratio
    library.unitvar_set_num_threads(1)
    return f"; {rate:.2f} of memcpy; 2 threads {threads:.2f}"


def main():
    if not 2 <= len(sys.argv) <= 4 or sys.argv[1] in ("-h", "--help") or (
            len(sys.argv) >= 3 and sys.argv[2] not in DTYPES):
        print(__doc__)
        return 0 if sys.argv[1:] in (["-h"], ["--help"]) else 2
    dtype = sys.argv[2] if len(sys.argv) >= 3 else "f32"
    part = sys.argv[3] if len(sys.argv) == 4 else ""
    library = ctypes.CDLL(os.path.abspath(sys.argv[1]))
    library.unitvar_last_error.restype = ctypes.c_char_p
    library.unitvar_isa.restype = ctypes.c_char_p
    torch.set_num_threads(1)
    torch.set_default_dtype(DTYPES[dtype][0])
    isa = library.unitvar_isa().decode()
    print(f"PyTorch {torch.__version__}, NumPy {numpy.__version__}, unitvar {isa}, {dtype}, 1 thread")
    for name, function, arguments, peer, peer_name, target in itertools.chain(
            norm_rows(dtype != "f32"), activation_rows(library), other_rows() if dtype == "f32" else ()):
        if part not in name:
            continue
        call = getattr(library, "unitvar_" + function)
        values = [convert(x) for x in arguments]

        def own():
            if call(*values) != 0:
                sys.exit(library.unitvar_last_error().decode())

        ratio, a, b, _ = interleaved.compare(own, peer, ROUNDS, time.thread_time)
        beside = "" if peer_name in ("NumPy", "two calls") else memory_and_threads(library, own, arguments[0])
        verdict = "" if target is None else f" >= {target} {'met' if ratio >= target else 'NOT MET'}"
        print(f"{name}: {1e3 * a:.3f} ms, {peer_name} {1e3 * b:.3f} ms: {ratio:.2f} times{verdict}{beside}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
