#!/usr/bin/env python3
"""Writes what the PyTorch that runs it draws, as bit patterns by name, in the form of tests/golden/torch_dialect_b.json.

usage: torch_golden.py > tests/golden/torch_RELEASE.json

Exits with 77 where PyTorch is absent or does not run its AVX2 code.
"""
import math
import sys

try:
    import torch
except ImportError:
    print("PyTorch is not installed", file=sys.stderr)
    sys.exit(77)

init = torch.nn.init
BITS = {torch.float32: (torch.int32, 8), torch.float64: (torch.int64, 16), torch.bfloat16: (torch.int16, 4),
        torch.float16: (torch.int16, 4), torch.int64: (torch.int64, 16), torch.int32: (torch.int32, 8),
        torch.uint8: (torch.uint8, 2)}
FLOATS = tuple(BITS)[:4]


def patterns(tensor):
    integers, digits = BITS[tensor.dtype]
    mask = (1 << 4 * digits) - 1
    return [f'"{x & mask:0{digits}x}"' for x in tensor.contiguous().view(integers).flatten().tolist()]


def draw(shape, dtype, seed, call):
    torch.manual_seed(seed)
    tensor = torch.empty(shape, dtype=dtype)
    call(tensor)
    return patterns(tensor)


def vectors():
    release = tuple(int(x) for x in torch.__version__.split("+")[0].split("a")[0].split(".")[:2])
    for seed in (0, 42):
        for dtype in FLOATS:
            name = str(dtype).split(".")[1]
            for n in (7, 20, 32):
                yield f"uniform(-0.37,1.9)x{n} {name}|seed={seed}", draw([n], dtype, seed, lambda t: t.uniform_(-0.37, 1.9))
                yield f"normal(0.1,0.7)x{n} {name}|seed={seed}", draw([n], dtype, seed, lambda t: t.normal_(0.1, 0.7))
            # Bounds between which rounding reaches the upper one: of each type some 100 numbers apart, or 4.
            yield (f"uniform(1,1.03)x40 {name}|seed={seed}", draw([40], dtype, seed, lambda t: t.uniform_(1, 1.03)))
            yield (f"uniform(3,3.0000005)x40 {name}|seed={seed}",
                   draw([40], dtype, seed, lambda t: t.uniform_(3, 3.0000005)))
            if dtype != torch.float16 or release >= (2, 1):
                for shape in ("[4,5]", "[7,2]", "[6,11]"):
                    lengths = [int(x) for x in shape[1:-1].split(",")]
                    yield (f"trunc_normal(0,.02,-.04,.04){shape} {name}|seed={seed}",
                           draw(lengths, dtype, seed, lambda t: init.trunc_normal_(t, 0, 0.02, -0.04, 0.04)))
                    yield (f"trunc_normal(.3,1.1,-.5,.7){shape} {name}|seed={seed}",
                           draw(lengths, dtype, seed, lambda t: init.trunc_normal_(t, 0.3, 1.1, -0.5, 0.7)))
                    yield (f"trunc_normal(.1,1,1.5,4){shape} {name}|seed={seed}",
                           draw(lengths, dtype, seed, lambda t: init.trunc_normal_(t, 0.1, 1, 1.5, 4)))
            if dtype in (torch.float32, torch.float64):
                yield (f"kaiming_uniform(a=sqrt5)[4,5] {name}|seed={seed}",
                       draw([4, 5], dtype, seed, lambda t: init.kaiming_uniform_(t, a=math.sqrt(5))))
                yield f"sparse(.3)[6,4] {name}|seed={seed}", draw([6, 4], dtype, seed, lambda t: init.sparse_(t, 0.3))
        for dtype in BITS:
            name = str(dtype).split(".")[1]
            yield f"random x20 {name}|seed={seed}", draw([20], dtype, seed, lambda t: t.random_())
            yield f"randint(3,120)x20 {name}|seed={seed}", draw([20], dtype, seed, lambda t: t.random_(3, 120))
            if dtype not in (torch.uint8, torch.float16):
                yield (f"randint(-5,2^30)x20 {name}|seed={seed}", draw([20], dtype, seed, lambda t: t.random_(-5, 2 ** 30)))
            if dtype != torch.float16 or release >= (2, 1):
                yield f"bernoulli(.3)x20 {name}|seed={seed}", draw([20], dtype, seed, lambda t: t.bernoulli_(0.3))
            yield f"geometric(.2)x20 {name}|seed={seed}", draw([20], dtype, seed, lambda t: t.geometric_(0.2))
            if dtype in FLOATS:
                yield (f"exponential(1.5)x20 {name}|seed={seed}", draw([20], dtype, seed, lambda t: t.exponential_(1.5)))
                yield (f"log_normal(.5,.7)x21 {name}|seed={seed}", draw([21], dtype, seed, lambda t: t.log_normal_(0.5, 0.7)))
                yield f"cauchy(1,2)x20 {name}|seed={seed}", draw([20], dtype, seed, lambda t: t.cauchy_(1, 2))
        for count, replacement in ((1, 0), (1, 1), (9, 0), (30, 1)):
            torch.manual_seed(seed)
            drawn = torch.multinomial(torch.arange(1.0, 13.0), count, bool(replacement))
            yield f"multinomial(12,{replacement})x{count} int64|seed={seed}", patterns(drawn)
        torch.manual_seed(seed)
        yield f"randperm(10)|seed={seed}", [str(x) for x in torch.randperm(10).tolist()]


def main():
    capability = torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else ""
    if capability not in ("", "AVX2", "AVX512"):
        print(f"PyTorch {torch.__version__} does not run its AVX2 code", file=sys.stderr)
        return 77
    print("{")
    print(",\n".join(f'"{name}": [\n' + ",\n".join(values) + "\n]" for name, values in vectors()))
    print("}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
