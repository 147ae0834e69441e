"""Nanoseconds of one normal of 16 elements: the least of 50 rounds of 2,000 calls, for the kind of array named."""
import array
import sys
import time

import unitvar

CALLS = 2000
kind = sys.argv[1]
if kind == "numpy":
    import numpy

    x = numpy.zeros(16, numpy.float32)
elif kind == "torch":
    import torch

    x = torch.zeros(16)
else:
    x = array.array("f", [0.0] * 16)
g = unitvar.Generator(seed=42)
least = float("inf")
for _ in range(50):
    start = time.perf_counter_ns()
    for _ in range(CALLS):
        g.normal(x)
    least = min(least, (time.perf_counter_ns() - start) / CALLS)
print(f"{least:.0f}")
