#!/usr/bin/env python3
"""How many times faster norms, activations and linear are than PyTorch's and NumPy's, single-threaded: medians of
interleaved rounds, f32, in processor time of the thread.

usage: torch_norm_ratios.py PATH_TO_libunitvar.so

PyTorch allocates its results, as its users do. Needs PyTorch (Debian: python3-torch). To add a row: an entry of ROWS.
"""
import ctypes
import os
import statistics
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["UNITVAR_NUM_THREADS"] = "1"
import numpy
import torch
import torch.nn.functional as F

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


def convert(x):
    if isinstance(x, float):
        return ctypes.c_double(x)
    if not isinstance(x, torch.Tensor):
        return x
    lengths = (ctypes.c_int64 * max(1, x.dim()))(*x.shape)
    return ctypes.byref(Tensor(x.data_ptr(), Device(1, 0), x.dim(), DType(2, 32, 1), lengths, None, 0))


def rows():
    """Name, function and arguments, the peer, times faster (None: no target)."""
    x = torch.randn(4096, 4096)
    y = torch.empty_like(x)
    vector, other, scalar, scalar2 = torch.empty(4096), torch.empty(4096), torch.empty(()), torch.empty(())
    weight, bias = torch.randn(4096), torch.randn(4096)
    array = x.numpy()
    for name, axis in (("all", None), ("rows", 1), ("columns", 0)):
        outputs = (scalar, scalar2) if axis is None else (vector, other)
        axes = None if axis is None else (ctypes.c_int32 * 1)(axis)
        arguments = (x, axes, I32(0 if axis is None else 1), 1.0, *outputs)
        yield f"var_mean 4096x4096, {name}", "mean_var", arguments, lambda a=axis: (
            torch.var_mean(x) if a is None else torch.var_mean(x, dim=a)), "PyTorch", 15
        yield f"var_mean 4096x4096, {name}", "mean_var", arguments, lambda a=axis: (
            array.mean(axis=a), array.var(axis=a, ddof=1)), "NumPy", 5
    for shape in ((4096, 768), (4096, 4096)):
        n = shape[1]
        x1, y1, w1, b1 = x.view(-1)[:4096 * n].view(shape), y.view(-1)[:4096 * n].view(shape), weight[:n], bias[:n]
        yield (f"layer_norm {shape[0]}x{n}", "layer_norm", (x1, I32(1), w1, b1, 1e-5, y1, None, None),
               lambda x1=x1, w1=w1, b1=b1, n=n: F.layer_norm(x1, (n,), w1, b1), "PyTorch", 1.4)
    for shape in ((32, 64, 56, 56), (32, 512, 7, 7)):
        x2, y2, w2 = torch.randn(shape), torch.empty(shape), torch.randn(shape[1])
        yield (f"batch_norm {shape}", "batch_norm",
               (x2, w2, w2, None, None, None, I32(1), 0.1, 1e-5, y2, None, None),
               lambda x2=x2, w2=w2: F.batch_norm(x2, None, None, w2, w2, True), "PyTorch", 3)
    x3, y3, w3 = torch.randn(32, 256, 28, 28), torch.empty(32, 256, 28, 28), torch.randn(256)
    yield ("group_norm(32) 32x256x28x28", "group_norm", (x3, I64(32), w3, w3, 1e-5, y3, None, None),
           lambda: F.group_norm(x3, 32, w3, w3), "PyTorch", 1.3)
    x4, y4 = torch.randn(8, 64, 128, 128), torch.empty(8, 64, 128, 128)
    yield ("instance_norm 8x64x128x128", "instance_norm", (x4, None, None, None, None, I32(1), 0.1, 1e-5, y4),
           lambda: F.instance_norm(x4), "PyTorch", 3)
    x5, y5 = torch.randn(32, 64, 56, 56), torch.empty(32, 64, 56, 56)
    yield ("local_response_norm(5) 32x64x56x56", "local_response_norm", (x5, I64(5), 1e-4, 0.75, 1.0, y5),
           lambda: F.local_response_norm(x5, 5), "PyTorch", 15)
    yield "relu 32x64x56x56", "relu", (x5, y5), lambda: F.relu(x5), "PyTorch", None
    x6, y6, w6 = torch.randn(256, 2048), torch.empty(256, 2048), torch.randn(2048, 2048)
    yield ("linear, batch 256, 2048x2048", "linear", (x6, w6, None, y6), lambda: F.linear(x6, w6), "PyTorch (its BLAS)",
           0.7)


def seconds(function):
    start = time.thread_time()
    function()
    return time.thread_time() - start


def main():
    if len(sys.argv) != 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 0 if len(sys.argv) == 2 else 2
    library = ctypes.CDLL(os.path.abspath(sys.argv[1]))
    library.unitvar_last_error.restype = ctypes.c_char_p
    library.unitvar_isa.restype = ctypes.c_char_p
    torch.set_num_threads(1)
    print(f"PyTorch {torch.__version__}, NumPy {numpy.__version__}, unitvar {library.unitvar_isa().decode()}, 1 thread")
    for name, function, arguments, peer, peer_name, target in rows():
        call = getattr(library, "unitvar_" + function)
        values = [convert(x) for x in arguments]

        def own():
            if call(*values) != 0:
                sys.exit(library.unitvar_last_error().decode())

        own()
        peer()
        times = [(seconds(own), seconds(peer)) for _ in range(ROUNDS)]
        ratio = statistics.median(b / a for a, b in times)
        a, b = (statistics.median(column) * 1e3 for column in zip(*times))
        verdict = "" if target is None else f" >= {target} {'met' if ratio >= target else 'NOT MET'}"
        print(f"{name}: {a:.3f} ms, {peer_name} {b:.3f} ms: {ratio:.2f} times{verdict}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
