#!/usr/bin/env python3
"""How many times faster initialisers are than PyTorch's, single-threaded: medians of interleaved rounds.

usage: torch_ratios.py PATH_TO_libunitvar.so [--torch]

--torch: only torch_mt19937, which writes PyTorch's own numbers. Both sides fill the same tensor one after the other, because a shared machine's speed wanders. Needs PyTorch (Debian:
python3-torch) and, for a fair comparison, an optimised BLAS (libopenblas0). To add a row: an entry of ROWS.
"""
import ctypes
import os
import sys
import time

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ["UNITVAR_NUM_THREADS"] = "1"
import torch

import interleaved


class DType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class Device(ctypes.Structure):
    _fields_ = [("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32)]


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device", Device), ("ndim", ctypes.c_int32), ("dtype", DType),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
                ("byte_offset", ctypes.c_uint64)]


init = torch.nn.init
big = (4096, 4096)

# function, arguments after the tensor, PyTorch's function, shape, dtype, rounds, times faster (None: no target)
ROWS = [
    ("uniform", [0.0, 1.0], init.uniform_, big, torch.float32, 15, 7),
    ("normal", [0.0, 1.0], init.normal_, big, torch.float32, 15, 7),
    ("xavier_uniform", [1.0], init.xavier_uniform_, big, torch.float32, 15, 7),
    ("xavier_normal", [1.0], init.xavier_normal_, big, torch.float32, 15, 7),
    ("kaiming_uniform", [0.0, 0, 4], init.kaiming_uniform_, big, torch.float32, 15, 7),
    ("kaiming_normal", [0.0, 0, 4], init.kaiming_normal_, big, torch.float32, 15, 7),
    ("uniform", [0.0, 1.0], init.uniform_, big, torch.bfloat16, 15, 7),
    ("normal", [0.0, 1.0], init.normal_, big, torch.bfloat16, 5, 7),
    ("trunc_normal", [0.0, 1.0, -2.0, 2.0], init.trunc_normal_, big, torch.float32, 7, 50),
    ("sparse", [0.1, 0.01], lambda w: init.sparse_(w, 0.1), big, torch.float32, 5, 15),
    ("eye", [], init.eye_, big, torch.float32, 31, 1.5),
    ("dirac", [1], init.dirac_, (1024, 1024, 3, 3), torch.float32, 31, 1.5),
    ("orthogonal", [1.0], torch.nn.init.orthogonal_, (64, 64), torch.float32, 101, None),
    ("orthogonal", [1.0], torch.nn.init.orthogonal_, (256, 256), torch.float32, 31, None),
    ("orthogonal", [1.0], torch.nn.init.orthogonal_, (1024, 1024), torch.float32, 15, 2),
    ("orthogonal", [1.0], torch.nn.init.orthogonal_, (1024, 1024), torch.float64, 7, None),
    ("orthogonal", [1.0], torch.nn.init.orthogonal_, (512, 512, 3, 3), torch.float32, 7, None),
    ("orthogonal", [1.0], torch.nn.init.orthogonal_, (4096, 4096), torch.float32, 3, 3),
]

# The same on torch_mt19937, which writes PyTorch's own numbers.
TORCH_ROWS = [
    ("uniform", [0.0, 1.0], init.uniform_, big, torch.float32, 15, {"avx512": 15, "avx2": 8}),
    ("normal", [0.0, 1.0], init.normal_, big, torch.float32, 15, {"avx512": 5, "avx2": 3}),
    ("trunc_normal", [0.0, 1.0, -2.0, 2.0], init.trunc_normal_, big, torch.float32, 7, {"avx512": 8, "avx2": 5}),
    ("uniform", [0.0, 1.0], init.uniform_, (256, 256), torch.float32, 101, None),
    ("normal", [0.0, 1.0], init.normal_, (256, 256), torch.float32, 101, None),
    ("uniform", [0.0, 1.0], init.uniform_, big, torch.float64, 7, None),
    ("normal", [0.0, 1.0], init.normal_, big, torch.float64, 5, 3),
    ("trunc_normal", [0.0, 1.0, -2.0, 2.0], init.trunc_normal_, big, torch.float64, 3, None),
    ("uniform", [0.0, 1.0], init.uniform_, big, torch.bfloat16, 5, None),
    ("normal", [0.0, 1.0], init.normal_, big, torch.bfloat16, 5, None),
    ("sparse", [0.1, 0.01], lambda w: init.sparse_(w, 0.1), big, torch.float32, 3, None),
    ("orthogonal", [1.0], init.orthogonal_, (1024, 1024), torch.float32, 7, None),
]


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help") or sys.argv[2:] not in ([], ["--torch"]):
        print(__doc__)
        return 0 if len(sys.argv) == 2 else 2
    library = ctypes.CDLL(sys.argv[1])
    library.unitvar_last_error.restype = ctypes.c_char_p
    library.unitvar_isa.restype = ctypes.c_char_p
    torch.set_num_threads(1)
    print(f"PyTorch {torch.__version__}, unitvar {library.unitvar_isa().decode()}, 1 thread each")

    def check(status):
        if status != 0:
            sys.exit(library.unitvar_last_error().decode())

    generators = {1: ctypes.c_void_p(), 3: ctypes.c_void_p()}
    check(library.unitvar_generator_create(1, ctypes.c_uint64(42), ctypes.c_uint64(0), ctypes.byref(generators[1])))
    # Of the release that it is compared with; the C library changes no speed.
    major, minor = torch.__version__.split(".")[:2]
    check(library.unitvar_generator_create_torch(ctypes.c_uint64(42), int(major) * 100 + int(minor), 0,
                                                 ctypes.byref(generators[3])))
    rows = ([(1, row) for row in ROWS] if len(sys.argv) == 2 else []) + [(3, row) for row in TORCH_ROWS]
    isa = library.unitvar_isa().decode()
    for engine, (name, arguments, peer, shape, dtype, rounds, target) in rows:
        w = torch.ones(shape, dtype=dtype)
        lengths = (ctypes.c_int64 * len(shape))(*shape)
        bits = torch.finfo(dtype).bits
        code = 4 if dtype == torch.bfloat16 else 2
        tensor = Tensor(w.data_ptr(), Device(1, 0), len(shape), DType(code, bits, 1), lengths, None, 0)
        function = getattr(library, "unitvar_init_" + name)
        values = [ctypes.c_double(x) if isinstance(x, float) else ctypes.c_int64(x) for x in arguments]
        deterministic = name in ("eye", "dirac")

        def own():
            check(function(*([] if deterministic else [generators[engine]]), ctypes.byref(tensor), *values))

        def other():
            peer(w)

        ratio, a, b, _ = interleaved.compare(own, other, rounds, time.perf_counter)
        target = target.get(isa) if isinstance(target, dict) else target
        verdict = "" if target is None else f" >= {target} {'met' if ratio >= target else 'NOT MET'}"
        print(f"{name}{' (torch_mt19937)' if engine == 3 else ''} {'x'.join(map(str, shape))} {str(dtype)[6:]}: {1e3 * a:.3f} ms, PyTorch {1e3 * b:.3f} ms: {ratio:.2f} times{verdict}",
              flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
