#!/usr/bin/env python3
"""Chains of random calls, each made by PyTorch and by unitvar from the same state: every byte must be equal, those
between the elements of strided tensors and the generators' states included.

usage: torch_live.py PATH_TO_libunitvar.so [CHAINS [SEED]]

Generators follow the release of PyTorch that is found. Only orthogonal_ is compared by distance, 1e-6 (f32) and 1e-14
(f64), more where the matrix is ill-conditioned. Exits with 77 where PyTorch is absent or does not run its AVX2 code.
"""
import ctypes
import math
import os
import random
import re
import sys
import warnings

try:
    import torch
except ImportError:
    print("PyTorch is not installed")
    sys.exit(77)

warnings.filterwarnings("ignore")
init = torch.nn.init
VERSION = tuple(int(x) for x in re.match(r"(\d+)\.(\d+)", torch.__version__).groups())
RELEASE = VERSION[0] * 100 + VERSION[1]
GLIBC = tuple(int(x) for x in os.confstr("CS_GNU_LIBC_VERSION").split()[1].split("."))
DIALECT = (ctypes.c_int32(RELEASE), ctypes.c_int32(241 if GLIBC >= (2, 41) else 228))
UNSUPPORTED = 20
# DLPack's type code and the integer type of the same size.
TYPES = {torch.float32: (2, torch.int32), torch.float64: (2, torch.int64), torch.bfloat16: (4, torch.int16),
         torch.float16: (2, torch.int16)}
INTEGERS = {torch.int8: (0, torch.int8), torch.int16: (0, torch.int16), torch.int32: (0, torch.int32),
            torch.int64: (0, torch.int64), torch.uint8: (1, torch.uint8), torch.bool: (6, torch.uint8)}
NUMBERS = {**TYPES, **INTEGERS}


class DType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class Device(ctypes.Structure):
    _fields_ = [("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32)]


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device", Device), ("ndim", ctypes.c_int32), ("dtype", DType),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
                ("byte_offset", ctypes.c_uint64)]


class Library:
    """The C API: statuses become exceptions, tensors and numbers their C types."""

    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        self.functions.unitvar_last_error.restype = ctypes.c_char_p
        isa = os.environ.get("UNITVAR_ISA")
        if isa and self.functions.unitvar_set_isa(isa.encode()) == UNSUPPORTED:
            print(self.functions.unitvar_last_error().decode())
            sys.exit(77)

    def call(self, name, *arguments):
        keep = [self.convert(x) for x in arguments]
        status = getattr(self.functions, "unitvar_" + name)(*keep)
        if status != 0:
            raise RuntimeError(f"{name}: status {status}: {self.functions.unitvar_last_error().decode()}")

    @staticmethod
    def convert(x):
        if isinstance(x, torch.Tensor):
            code, _ = NUMBERS[x.dtype]
            lengths = (ctypes.c_int64 * max(1, x.dim()))(*x.shape)
            strides = (ctypes.c_int64 * max(1, x.dim()))(*x.stride())
            return ctypes.byref(Tensor(x.data_ptr(), Device(1, 0), x.dim(), DType(code, 8 * x.element_size(), 1),
                                       lengths, strides, 0))
        if isinstance(x, float):
            return ctypes.c_double(x)
        if isinstance(x, int):
            return ctypes.c_int64(x)
        return x


class Generator:
    def __init__(self, library, seed):
        self.library = library
        self.handle = ctypes.c_void_p()
        library.call("generator_create_torch", ctypes.c_uint64(seed), *DIALECT, ctypes.byref(self.handle))

    def state(self):
        buffer = (ctypes.c_uint8 * 5056)()
        size = ctypes.c_size_t()
        self.library.call("generator_save_torch", self.handle, buffer, ctypes.c_size_t(5056), ctypes.byref(size))
        return bytes(buffer)

    def load(self, state):
        other = ctypes.c_void_p()
        self.library.call("generator_load_torch", state, ctypes.c_size_t(len(state)), *DIALECT, ctypes.byref(other))
        self.library.functions.unitvar_generator_destroy(self.handle)
        self.handle = other

    def close(self):
        self.library.functions.unitvar_generator_destroy(self.handle)


def torch_state():
    return bytes(torch.get_rng_state().tolist())


def storage_bits(tensor):
    """All elements of the memory that a tensor is a view of, as integers."""
    whole = torch.empty(0, dtype=tensor.dtype).set_(tensor.storage())
    return whole.view(NUMBERS[tensor.dtype][1])


class Case:
    """One call: its name for messages, and the two tensors, alike in everything, that it is made on."""

    def __init__(self, rng):
        self.rng = rng

    def tensor(self, least=0, most=5, dtypes=tuple(TYPES), elements=600, layouts=True):
        rng = self.rng
        ndim = rng.randint(least, most)
        if rng.random() < 0.04 and ndim:
            elements = 40000
        shape, left = [], elements
        for i in range(ndim):
            side = max(1, round(left ** (rng.random() if i + 1 < ndim else 1) * rng.choice((1, 1, rng.random()))))
            shape.append(side)
            left = max(1, left // side)
        rng.shuffle(shape)
        if ndim and rng.random() < 0.02:
            shape[rng.randrange(ndim)] = 0
        return self.of_shape(shape, rng.choice(dtypes), layouts and rng.random() < 0.4)

    def of_shape(self, shape, dtype, strided=False):
        """Two equal tensors of memory that nothing has written."""
        rng = self.rng
        order = list(range(len(shape)))
        padded = list(shape)
        if strided:
            rng.shuffle(order)
            padded = [n + rng.choice((0, 0, 1, 3)) for n in shape]
        pair = []
        for _ in range(2):
            base = torch.full([padded[i] for i in order], 77 if dtype in INTEGERS else -1234.0, dtype=dtype)
            view = base.permute([order.index(i) for i in range(len(shape))]) if shape else base
            for i, n in enumerate(shape):
                view = view.narrow(i, 0, n)
            pair.append(view)
        return pair


def number(rng, scale=1.0):
    return rng.choice((0.0, 1.0, scale * rng.uniform(-3, 3), scale * 10 ** rng.uniform(-4, 2)))


# Each makes one call on both sides and returns what to say about it and the pairs of tensors to compare.

def uniform(case, library, g):
    a = number(case.rng)
    b = a + abs(number(case.rng, 2.0))
    one, two = case.tensor()
    init.uniform_(one, a, b)
    library.call("init_uniform", g.handle, two, a, b)
    return f"uniform_({a}, {b})", [(one, two)]


def normal(case, library, g):
    mean, std = number(case.rng), abs(number(case.rng))
    one, two = case.tensor()
    init.normal_(one, mean, std)
    library.call("init_normal", g.handle, two, mean, std)
    return f"normal_({mean}, {std})", [(one, two)]


# Where PyTorch calls MKL, its erfinv_ of f32 and f64 is MKL's, whose bits are not followed; 16-bit types never call it.
MKL_ERFINV = RELEASE <= 211 and torch.backends.mkl.is_available()


def trunc_normal(case, library, g):
    rng = case.rng
    mean, std = rng.choice((0.0, rng.uniform(-1, 1))), rng.choice((1.0, 0.02, 10 ** rng.uniform(-3, 1)))
    a, b = sorted((mean + std * rng.uniform(-5, 5), mean + std * rng.uniform(-5, 5)))
    if rng.random() < 0.5:
        a, b = mean - 2 * std, mean + 2 * std
    dtypes = () if MKL_ERFINV else (torch.float32, torch.float32, torch.float64)
    dtypes += (torch.bfloat16,) + ((torch.float16,) if RELEASE >= 201 else ())
    one, two = case.tensor(dtypes=dtypes)
    before = g.state()
    if one.dtype.itemsize == 2 if hasattr(one.dtype, "itemsize") else one.dtype in (torch.bfloat16, torch.float16):
        # Where the type hardly holds the bounds apart, the library refuses what may take PyTorch's loop to no end.
        try:
            library.call("init_trunc_normal", g.handle, two, mean, std, a, b)
        except RuntimeError as error:
            if "INVALID" not in str(error) and "status 10" not in str(error) or g.state() != before:
                raise
            return f"trunc_normal_({mean}, {std}, {a}, {b}), refused", []
    else:
        library.call("init_trunc_normal", g.handle, two, mean, std, a, b)
    init.trunc_normal_(one, mean, std, a, b)
    return f"trunc_normal_({mean}, {std}, {a}, {b})", [(one, two)]


def xavier(case, library, g):
    gain = case.rng.choice((1.0, case.rng.uniform(0.1, 3)))
    one, two = case.tensor(2)
    kind = case.rng.choice(("uniform", "normal"))
    if one.numel() == 0:  # PyTorch may divide by a fan of 0
        return "xavier of nothing", []
    getattr(init, f"xavier_{kind}_")(one, gain)
    library.call(f"init_xavier_{kind}", g.handle, two, gain)
    return f"xavier_{kind}_({gain})", [(one, two)]


NONLINEARITIES = ["linear", "sigmoid", "tanh", "relu", "leaky_relu", "selu"]


def kaiming(case, library, g):
    rng = case.rng
    a = rng.choice((0.0, math.sqrt(5), 0.01, rng.uniform(0, 2)))
    mode = rng.choice(("fan_in", "fan_out"))
    nonlinearity = rng.choice(NONLINEARITIES)
    one, two = case.tensor(2)
    kind = rng.choice(("uniform", "normal"))
    getattr(init, f"kaiming_{kind}_")(one, a, mode, nonlinearity)
    library.call(f"init_kaiming_{kind}", g.handle, two, a, int(mode == "fan_out"), NONLINEARITIES.index(nonlinearity))
    return f"kaiming_{kind}_({a}, {mode}, {nonlinearity})", [(one, two)]


def sparse(case, library, g):
    sparsity, std = case.rng.choice((0.0, 0.1, 0.3, 1.0, case.rng.random())), 10 ** case.rng.uniform(-2, 0)
    one, two = case.tensor(2, 2)
    if one.numel() == 0:  # PyTorch draws randperm there
        return "sparse_ of nothing", []
    init.sparse_(one, sparsity, std)
    library.call("init_sparse", g.handle, two, sparsity, std)
    return f"sparse_({sparsity}, {std})", [(one, two)]


def fixed(case, library, g):
    kind = case.rng.choice(("constant", "zeros", "ones", "eye", "dirac"))
    if kind == "dirac":
        groups = case.rng.randint(1, 3)
        shape = [groups * case.rng.randint(1, 4)] + [case.rng.randint(1, 4) for _ in range(case.rng.randint(2, 4))]
        one, two = case.of_shape(shape, case.rng.choice(tuple(TYPES)), case.rng.random() < 0.4)
        init.dirac_(one, groups)
        library.call("init_dirac", two, groups)
        return f"dirac_({groups})", [(one, two)]
    one, two = case.tensor(2, 2, (torch.float32, torch.float64)) if kind == "eye" else case.tensor()
    arguments = [number(case.rng)] if kind == "constant" else []
    getattr(init, kind + "_")(one, *arguments)
    library.call("init_" + kind, two, *arguments)
    return f"{kind}_({arguments})", [(one, two)]


def orthogonal(case, library, g):
    """PyTorch's last bits depend on its LAPACK, and the distance of any two factorisations on the condition number. So
    f32 is also compared with PyTorch's own factorisation in double of the same matrix, and closely."""
    gain = case.rng.choice((1.0, case.rng.uniform(0.1, 2)))
    one, two = case.tensor(2, 4, (torch.float32, torch.float64), 3000)
    if one.numel() == 0 or not one.is_contiguous():  # PyTorch reshapes by view, which strides may not allow
        return "orthogonal_ of none", []
    rows = one.shape[0]
    before = torch_state()
    a = torch.empty(rows, one.numel() // rows, dtype=one.dtype).normal_().double()
    torch.set_rng_state(torch.tensor(list(before), dtype=torch.uint8))
    init.orthogonal_(one, gain)
    library.call("init_orthogonal", g.handle, two, gain)
    wide = a.shape[0] < a.shape[1]
    q, r = torch.linalg.qr(a.T if wide else a)
    q *= r.diagonal().sign()
    exact = gain * (q.T if wide else q)
    condition = torch.linalg.cond(a).item() * max(1.0, gain)
    shape = exact.shape
    distance = (one.double() - two.double()).abs().max().item()
    from_exact = (two.double().reshape(shape) - exact).abs().max().item()
    if one.dtype == torch.float32:
        good = from_exact <= 2 ** -23 * max(1.0, gain) and distance <= max(1e-6, 2 ** -22 * condition)
    else:
        good = distance <= max(1e-14, 2 ** -51 * condition)
    if not good:
        raise AssertionError(f"orthogonal_({gain}) {tuple(one.shape)} {one.dtype}: {distance} apart, {from_exact} from "
                             f"the exact matrix of condition {condition}")
    return f"orthogonal_({gain})", []


def permutation(case, library, g):
    n = case.rng.choice((0, 1, 2, 17, 1000, case.rng.randint(0, 3000)))
    one, two = torch.randperm(n), torch.empty(n, dtype=torch.int64)
    library.call("permutation_i64", g.handle, ctypes.c_void_p(two.data_ptr()), ctypes.c_size_t(n))
    if not torch.equal(one, two):
        raise AssertionError(f"randperm({n})")
    return f"randperm({n})", []


def words(case, library, g):
    n = case.rng.choice((1, 3, 624, 1000))
    one = torch.empty(n, dtype=torch.int64)
    two = torch.empty(n, dtype=torch.int64)
    if case.rng.random() < 0.5:
        one.random_()  # 64-bit words without the top bit
        library.call("bits_u64", g.handle, ctypes.c_void_p(two.data_ptr()), ctypes.c_size_t(n))
        two &= 2 ** 63 - 1
    else:
        # From a range of 2^28 on, releases since 2.7 take 64 bits.
        bits = case.rng.choice((27, 31))
        one.random_(0, 2 ** bits)
        if bits == 31 and RELEASE >= 207:
            library.call("bits_u64", g.handle, ctypes.c_void_p(two.data_ptr()), ctypes.c_size_t(n))
        else:
            half = torch.empty(n, dtype=torch.int32)
            library.call("bits_u32", g.handle, ctypes.c_void_p(half.data_ptr()), ctypes.c_size_t(n))
            two = half.long()
        two &= 2 ** bits - 1
    if not torch.equal(one, two):
        raise AssertionError(f"random_ of {n}")
    return "random_", []


def module(case, library, g):
    rng = case.rng
    dtype = rng.choice((torch.float32, torch.float64))
    bias = rng.random() < 0.7
    kind = rng.choice(("linear", "conv", "transposed", "embedding"))
    if kind == "linear":
        layer = torch.nn.Linear(rng.randint(1, 60), rng.randint(1, 60), bias, dtype=dtype)
    elif kind == "embedding":
        layer = torch.nn.Embedding(rng.randint(1, 50), rng.randint(1, 50), dtype=dtype)
    else:
        rank, groups = rng.randint(1, 3), rng.randint(1, 3)
        name = ("Conv" if kind == "conv" else "ConvTranspose") + f"{rank}d"
        layer = getattr(torch.nn, name)(groups * rng.randint(1, 5), groups * rng.randint(1, 5),
                                        [rng.randint(1, 4) for _ in range(rank)], groups=groups, bias=bias, dtype=dtype)
    weight = layer.weight.detach()
    own = torch.empty_like(weight)
    if kind == "embedding":
        library.call("torch_embedding_reset", g.handle, own)
        return "Embedding", [(weight, own)]
    own_bias = torch.empty_like(layer.bias.detach()) if bias else None
    library.call(f"torch_{'linear' if kind == 'linear' else 'conv'}_reset", g.handle, own, own_bias)
    return repr(layer), [(weight, own)] + ([(layer.bias.detach(), own_bias)] if bias else [])


def scalar_draw(case, library, g):
    """Few normals, which leave a second value behind, of any type."""
    one, two = case.of_shape([case.rng.randint(1, 15)], case.rng.choice(tuple(TYPES)))
    init.normal_(one, 0.5, 2.0)
    library.call("init_normal", g.handle, two, 0.5, 2.0)
    return f"normal_ of {one.numel()}", [(one, two)]


def draw(case, library, g):
    """A draw that is no initialiser, in any layout."""
    rng = case.rng
    name = rng.choice(("random", "randint", "randint", "bernoulli", "geometric", "exponential", "log_normal", "cauchy"))
    one, two = case.tensor(dtypes=tuple(TYPES) + (() if name in ("exponential", "log_normal", "cauchy") else
                                                  tuple(INTEGERS)))
    if name == "randint":
        info = None if one.dtype in (torch.bool, torch.float32, torch.float64, torch.bfloat16) else (
            torch.finfo if one.dtype in TYPES else torch.iinfo)(one.dtype)
        least, most = (0, 1) if one.dtype == torch.bool else (int(info.min), int(info.max)) if info else (-2 ** 63, 2 ** 63 - 1)
        ends = [least, 0, most, rng.randint(least, most), rng.randint(least, most), rng.randint(-3, 300), 2 ** 28, 2 ** 32]
        low, high = sorted(min(max(x, least), most) for x in (rng.choice(ends), rng.choice(ends)))
        parameters = (low, high + 1) if high < 2 ** 63 - 1 else (min(low, high - 1), high)
    elif name == "random":
        parameters = ()
    elif name in ("bernoulli", "geometric"):
        parameters = (rng.choice((0.5, 0.1, rng.random() or 0.5, 1e-3, 1 - 1e-3)),)
    elif name == "exponential":
        parameters = (rng.choice((1.0, 10 ** rng.uniform(-3, 3))),)
    else:
        parameters = (number(rng), rng.choice((1.0, 10 ** rng.uniform(-3, 1))))
    if name == "geometric" and one.dtype == torch.bool:
        return "geometric_ of none", []
    state = torch_state()
    try:
        getattr(one, "random_" if name == "randint" else name + "_")(*parameters)
    except RuntimeError as error:  # a type that the release does not have, or bounds that the type does not
        torch.set_rng_state(torch.tensor(list(state), dtype=torch.uint8))
        if "not implemented" not in str(error) and "casted to dtype" not in str(error) and "out of bounds" not in str(error):
            raise
        if "not implemented" in str(error):
            return f"{name}_ of a type to come", []
        try:
            library.call("torch_" + name, g.handle, two, *parameters)
        except RuntimeError:
            return f"{name}_({parameters}), refused", []
        raise AssertionError(f"{name}({parameters}) of {one.dtype} is refused by PyTorch") from error
    library.call("torch_" + name, g.handle, two, *parameters)
    return f"{name}_({parameters})", [(one, two)]


def multinomial(case, library, g):
    rng = case.rng
    shape = [rng.randint(1, 5)] * rng.randint(0, 1) + [rng.choice((1, 2, 10, rng.randint(1, 2000)))]
    weights, _ = case.of_shape(shape, rng.choice(tuple(TYPES)), rng.random() < 0.4)
    weights.copy_(torch.tensor([rng.random() ** 4 * (rng.random() < 0.9) for _ in range(weights.numel())],
                               dtype=torch.float64).reshape(shape))
    weights[..., 0] += 0.25
    replacement = rng.random() < 0.5
    nonzero = int((weights != 0).sum(-1).min())
    k = rng.choice((1, rng.randint(1, 50), nonzero, max(1, nonzero // 64)))
    k = k if replacement else min(k, nonzero)
    state = torch_state()
    try:
        one = torch.multinomial(weights, k, replacement)
    except RuntimeError as error:
        if "not implemented" not in str(error):
            raise
        torch.set_rng_state(torch.tensor(list(state), dtype=torch.uint8))
        return "multinomial of a type to come", []
    two = torch.full_like(one, -1)
    library.call("torch_multinomial", g.handle, weights, ctypes.c_int32(replacement), two)
    return f"multinomial({tuple(weights.shape)} {weights.dtype} {weights.stride()}, {k}, {replacement})", [(one, two)]


def dropout(case, library, g):
    """Its mask is bernoulli_(1 - p) over 1 - p."""
    p = case.rng.choice((0.5, 0.1, case.rng.random()))
    one, two = case.tensor(dtypes=(torch.float32, torch.float64), layouts=False)
    one.fill_(1.0)
    if one.numel() == 0:
        return "dropout of nothing", []
    dropped = torch.nn.functional.dropout(one, p)
    library.call("torch_bernoulli", g.handle, two, 1 - p)
    return f"dropout({p})", [(dropped, two.div_(1 - p))]


def exchange_states(case, library, g):
    """Each side goes on from the other's state."""
    theirs, own = torch_state(), g.state()
    g.load(theirs)
    torch.set_rng_state(torch.tensor(list(own), dtype=torch.uint8))
    return "get_rng_state", []


CALLS = [uniform, normal, normal, trunc_normal, trunc_normal, xavier, kaiming, kaiming, sparse, fixed, orthogonal,
         permutation, words, module, module, scalar_draw, draw, draw, draw, draw, multinomial, multinomial, dropout,
         exchange_states]


def main():
    if not 2 <= len(sys.argv) <= 4:
        print(__doc__)
        return 2
    capability = torch.backends.cpu.get_cpu_capability() if hasattr(torch.backends, "cpu") else ""
    if capability not in ("", "AVX2", "AVX512"):
        print(f"PyTorch {torch.__version__} ({capability}) does not run its AVX2 code, the reference")
        return 77
    chains = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    rng = random.Random(int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    library = Library(sys.argv[1])
    elements = calls = 0
    for chain in range(chains):
        seed = rng.choice((0, 42, 2 ** 32 + 5, 2 ** 63 + 11, 2 ** 64 - 1, rng.getrandbits(64)))
        torch.manual_seed(seed)
        g = Generator(library, seed)
        trail = []
        for _ in range(rng.randint(1, 20)):
            case = Case(rng)
            name, pairs = rng.choice(CALLS)(case, library, g)
            trail.append(name)
            for one, two in pairs:
                trail[-1] += f" {tuple(one.shape)} {tuple(one.stride())} {one.dtype}"
                different = (storage_bits(one) != storage_bits(two)).sum().item()
                if different:
                    print(f"chain {chain}, seed {seed}: {different} of {one.numel()} elements differ\n  " +
                          "\n  ".join(trail))
                    return 1
                elements += one.numel()
            calls += 1
            if g.state() != torch_state():
                print(f"chain {chain}, seed {seed}: the states differ\n  " + "\n  ".join(trail))
                return 1
        g.close()
    print(f"PyTorch {torch.__version__}: {calls} calls in {chains} chains, {elements} elements, 0 differ")
    return 0


if __name__ == "__main__":
    sys.exit(main())
