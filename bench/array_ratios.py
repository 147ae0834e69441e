#!/usr/bin/env python3
"""How many times faster samplers are than those of NumPy, PyTorch and JAX, of which it takes what it finds.

usage: array_ratios.py PATH_TO_libunitvar.so [--json [--quick]]

One process, one thread each, thread CPU time, medians of interleaved rounds. Unitvar is called through unitvar.py with
ars4x32. JAX's functions are compiled, and waited for; it makes a new array at each call, as it always does.
"""
import json
import os
import pathlib
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "UNITVAR_NUM_THREADS"):
    os.environ[name] = "1"
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help") or sys.argv[2:] not in ([], ["--json"], ["--json", "--quick"]):
    sys.exit(__doc__)
os.environ["UNITVAR_LIBRARY"] = os.path.abspath(sys.argv[1])
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "capi/python"))

import numpy

import interleaved
import unitvar

QUICK = sys.argv[3:] == ["--quick"]
ROUNDS = 3 if QUICK else 15
SIZES = (65536,) if QUICK else (65536, 1 << 22)


def clock_of(peer):
    # JAX computes in a thread of its own, so that its time is the process's.
    return time.process_time if peer.startswith("JAX") else time.thread_time


def compare(peer, own, other):
    return interleaved.compare(own, other, ROUNDS, clock_of(peer), 4e-3)


def numpy_peers(n):
    for generator in (numpy.random.SFC64, numpy.random.PCG64):
        g = numpy.random.Generator(generator(42))
        name = f"NumPy {numpy.__version__} {generator.__name__}"
        for dtype in ("float32", "float64"):
            x = numpy.empty(n, dtype)
            yield "uniform", dtype, name, lambda g=g, x=x: g.random(dtype=x.dtype, out=x)
            yield "normal", dtype, name, lambda g=g, x=x: g.standard_normal(dtype=x.dtype, out=x)


def torch_peers(n):
    import torch

    torch.set_num_threads(1)
    name = f"PyTorch {torch.__version__}"
    for dtype in ("float32", "float64"):
        x = torch.empty(n, dtype=getattr(torch, dtype))
        yield "uniform", dtype, name, lambda x=x: x.uniform_()
        yield "normal", dtype, name, lambda x=x: x.normal_()
    x = torch.empty(n)
    yield "trunc_normal", "float32", name, lambda x=x: torch.nn.init.trunc_normal_(x)


def jax_peers(n):
    import jax

    jax.config.update("jax_enable_x64", True)
    name = f"JAX {jax.__version__}"
    key = jax.random.key(42)
    for dtype in ("float32", "float64"):
        for what in ("uniform", "normal"):
            drawn = jax.jit(lambda k, what=what, dtype=dtype: getattr(jax.random, what)(k, (n,), dtype=dtype))
            yield what, dtype, name, lambda drawn=drawn: drawn(key).block_until_ready()


def main():
    ratios = {}
    details = []
    as_json = len(sys.argv) > 2
    for n in SIZES:
        for peers in (numpy_peers, torch_peers, jax_peers):
            try:
                rows = list(peers(n))
            except ImportError as error:
                print(f"without {peers.__name__.split('_')[0]}: {error}", file=sys.stderr)
                continue
            for what, dtype, peer, other in rows:
                g = unitvar.Generator("ars4x32", seed=42)
                x = numpy.empty(n, dtype)
                bounds = (0.0, 1.0, -2.0, 2.0) if what == "trunc_normal" else (0.0, 1.0)
                draw = getattr(g, what)
                ratio, own_time, other_time, spread = compare(peer, lambda: draw(x, *bounds), other)
                ratios[f"{what} {dtype}, {n}, against {peer}"] = round(ratio, 4)
                details.append({"what": f"{what} {dtype}, ars4x32", "n": n, "peer": peer, "ns": own_time / n * 1e9,
                                "peer_ns": other_time / n * 1e9, "ratio": ratio, "spread": spread})
                if not as_json:
                    print(f"{what:12} {dtype} {n:8}  {own_time / n * 1e9:8.3f} ns  {peer:28} "
                          f"{other_time / n * 1e9:8.3f} ns  {ratio:7.2f}x", flush=True)
    if as_json:
        json.dump({"ratios": ratios, "rows": details}, sys.stdout, indent=2)


main()
