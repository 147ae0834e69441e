"""A million normals, the same on every machine."""
import numpy
import unitvar

x = numpy.empty(1_000_000, numpy.float32)
with unitvar.Generator(seed=42) as g:
    g.normal(x)
m = unitvar.Moments()
m.update(x)
print(f"{x[0]} {x[-1]}: mean {m.mean:.6f}, variance {m.variance():.6f}")
