#!/usr/bin/env python3
"""Initialises real networks with Unitvar and shows that it is right, fast and the same everywhere.

Every tensor of a model is initialised, and its mean and deviation compared with what its rule promises; the whole is timed
against memset; and its SHA-256 is taken under each instruction set of this machine. The library is the file that
UNITVAR_LIBRARY names. Nothing but Python's own modules is needed.

A table has one tensor per line, NAME tab SHAPE tab RULE; lines with # are comments. A shape is 768x3072, or the word
scalar. A rule is one of
  zeros            ones                 constant(v)              eye
  dirac(groups)    uniform(a,b)         normal(mean,std)         trunc_normal(mean,std,a,b)
  xavier_uniform(gain)                  kaiming_uniform(a,FAN,NONLINEARITY)
  xavier_normal(gain)                   kaiming_normal(a,FAN,NONLINEARITY)
  orthogonal(gain)                      delta_orthogonal(gain)
  sparse(sparsity,std)                  variance_scaling(scale,FAN,DISTRIBUTION)
with fan_in, fan_out or fan_avg; uniform, normal or truncated_normal; and linear, relu, leaky_relu, tanh and so on. Bounds of
trunc_normal may be -inf and inf.

"off" is the distance from the expectation in standard errors, the larger of those of mean and deviation; the deviation of
orthogonal tensors is their root mean square, which is fixed. Times are medians of 9 runs, 3 to 9 where these take longer
than 3 s; of streamed models, of one.

Exit status: 0 all as expected; 1 bytes differ that must be equal, or a mean or deviation is more than 6 standard errors off;
2 wrong option or table; 3 the library or the system failed.
"""
import argparse
import ctypes
import dataclasses
import hashlib
import math
import mmap
import os
import pathlib
import re
import sys
import time
from ctypes import POINTER, byref, c_double, c_int32, c_int64, c_uint16, c_uint32, c_uint64, c_uint8, c_void_p

from interleaved import seconds, summary

MODELS = pathlib.Path(__file__).resolve().parent / "models"
OK, MISMATCH, USAGE, FAILED = 0, 1, 2, 3
MOST_STANDARD_ERRORS = 6  # a correct generator fails about twice in a billion checks
STREAM_BYTES = 2e9  # larger models are streamed without being asked to
LEAST_RUNS, MOST_RUNS, ENOUGH_SECONDS = 3, 9, 3
INVALID_ARGUMENT, UNSUPPORTED = 10, 20


class Failure(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


# ---- The library, as unitvar.h has it ----


class DLTensor(ctypes.Structure):
    _fields_ = [("data", c_void_p), ("device_type", c_int32), ("device_id", c_int32), ("ndim", c_int32),
                ("code", c_uint8), ("bits", c_uint8), ("lanes", c_uint16), ("shape", POINTER(c_int64)),
                ("strides", POINTER(c_int64)), ("byte_offset", c_uint64)]


class Initializer(ctypes.Structure):
    _fields_ = [("struct_size", c_uint32), ("kind", c_int32), ("fan_mode", c_int32), ("nonlinearity", c_int32),
                ("distribution", c_int32), ("reserved", c_int32), ("groups", c_int64), ("p", c_double * 4)]


try:
    library = ctypes.CDLL(os.environ.get("UNITVAR_LIBRARY", "libunitvar.so.0"))
except OSError as error:
    sys.exit(f"{error}; UNITVAR_LIBRARY names the library")
library.unitvar_last_error.restype = library.unitvar_isa.restype = ctypes.c_char_p
library.unitvar_generator_destroy.restype = None


def last_error():
    return library.unitvar_last_error().decode()


def call(name, *arguments, place=""):
    """A function that gives a status; anything but success ends the run with the library's reason."""
    status = getattr(library, "unitvar_" + name)(*arguments)
    if status != 0:
        raise Failure(USAGE if status == INVALID_ARGUMENT else FAILED, place + last_error())


def isa():
    return library.unitvar_isa().decode()


def lengths(shape):
    return (c_int64 * max(len(shape), 1))(*shape)


class Generator:
    def __init__(self, make, *arguments, place=""):
        self.pointer = c_void_p()
        call("generator_" + make, *arguments, byref(self.pointer), place=place)

    def __del__(self):
        library.unitvar_generator_destroy(self.pointer)

    def copy(self):  # not every engine can seek
        return Generator("clone", self.pointer)

    def fork(self, name, place):
        return Generator("fork", self.pointer, name.encode(), place=place)


@dataclasses.dataclass
class DType:
    name: str
    code: int
    bits: int
    largest: float  # finite
    step: float  # the smallest subnormal: no two numbers are closer
    roundoff: float  # largest relative error of rounding to it
    orthogonality: float = 1e-6  # relative error of the root mean square of orthogonal matrices
    statistics_roundoff: float = 2.0**-24  # of parameters and measurements, which 16-bit tensors have in f32

    @property
    def bytes(self):
        return self.bits // 8

    def view(self, address, shape):
        return DLTensor(address, 1, 0, len(shape), self.code, self.bits, 1, lengths(shape), None, 0)


DTYPES = {
    d.name: d
    for d in (DType("f32", 2, 32, 2.0**128 - 2.0**104, 2.0**-149, 2.0**-24),
              DType("f64", 2, 64, sys.float_info.max, 5e-324, 2.0**-53, 5e-15, 2.0**-53),
              DType("bf16", 4, 16, 2.0**128 - 2.0**120, 2.0**-133, 2.0**-8),
              DType("f16", 2, 16, 65504.0, 2.0**-24, 2.0**-11))
}


class Memory:
    """Bytes on a page boundary, touched, so that no page fault is timed."""

    def __init__(self, size):
        self.map = mmap.mmap(-1, max(size, 1))
        self.address = ctypes.addressof(c_uint8.from_buffer(self.map))
        ctypes.memset(self.address, 1, size)

    def bytes(self, offset, size):
        return memoryview(self.map)[offset : offset + size]


# ---- What rules promise ----


@dataclasses.dataclass
class Expectation:
    mean: float
    deviation: float
    mean_error: float = 0.0  # standard errors of the two; 0 where chance plays no part
    deviation_error: float = 0.0
    exact: bool = False  # elements are 0 or 1: rounding plays no part either
    # The deviation is the root mean square, which orthogonality fixes but for the elements' relative rounding errors:
    # deviation_error is to be multiplied by those.
    orthogonal: bool = False


def independent(t, mean, deviation, kurtosis):
    return Expectation(mean, deviation, deviation / math.sqrt(t.elements),
                       deviation * math.sqrt((kurtosis - 1) / (4 * t.elements)))


def indicator(t, ones):
    share = ones / t.elements
    return Expectation(share, math.sqrt(share * (1 - share)), exact=True)


def truncated_normal(mean, std, a, b):
    """Mean, deviation and kurtosis of normal(mean, std) between a < b.

    The density is integrated by Simpson's rule in deviations s from the point of the largest density, t, relative to which
    it is exp(-s (s + 2 t) / 2), and cut off below e^-80: unlike the formula with erf and exp, that loses nothing where the
    bounds are close together or both far out in one tail.
    """
    cut, intervals = 80.0, 4000
    alpha, beta = (a - mean) / std, (b - mean) / std
    t, origin = (alpha, a) if alpha > 0 else (beta, b) if beta < 0 else (0.0, mean)
    reach = 2 * cut / (abs(t) + math.sqrt(t * t + 2 * cut))
    low = 0.0 if alpha > 0 else max(alpha - beta if beta < 0 else alpha, -reach)
    high = 0.0 if beta < 0 else min(beta - alpha if alpha > 0 else beta, reach)
    at = [low + (high - low) * i / intervals for i in range(intervals + 1)]
    weights = [1] + [4, 2] * (intervals // 2 - 1) + [4, 1]
    density = [math.exp(-0.5 * s * (s + 2 * t)) * w for s, w in zip(at, weights)]
    mass = math.fsum(density)
    center = 0.0 if alpha == -beta else math.fsum(s * d for s, d in zip(at, density)) / mass
    second = math.fsum((s - center) ** 2 * d for s, d in zip(at, density)) / mass
    fourth = math.fsum((s - center) ** 4 * d for s, d in zip(at, density)) / mass
    return origin + std * center, std * math.sqrt(second), fourth / second**2


UNIFORM, NORMAL = 1.8, 3.0  # kurtosis


def scaled(t, gain, fan_mode, kurtosis):
    """Deviation gain / sqrt(fan): what xavier (of the mean fan), kaiming and variance_scaling have in common."""
    fan_in, fan_out = c_int64(), c_int64()
    view = DTYPES["f32"].view(None, t.shape)
    call("calculate_fans", byref(view), byref(fan_in), byref(fan_out))
    fan = (fan_in.value, fan_out.value, 0.5 * (fan_in.value + fan_out.value))[fan_mode]
    return independent(t, 0.0, gain / math.sqrt(fan), kurtosis)


def kaiming(t, kurtosis):
    gain = c_double()
    call("calculate_gain", t.init.nonlinearity, c_double(t.init.p[0]), byref(gain))
    return scaled(t, gain.value, t.init.fan_mode, kurtosis)


def variance_scaling(t):
    kurtosis = (UNIFORM, NORMAL, truncated_normal(0.0, 1.0, -2.0, 2.0)[2])[t.init.distribution]
    return scaled(t, math.sqrt(t.init.p[0]), t.init.fan_mode, kurtosis)


def dirac(t):
    """Each group of out / groups filters passes as many channels on as it has, or as there are."""
    return indicator(t, t.init.groups * min(t.shape[0] // t.init.groups, t.shape[1]))


def orthonormal(t, vectors, of_matrix):
    """gain times so many orthonormal vectors: the sum of squares is gain^2 vectors, whatever is drawn.

    Elements of a Haar matrix have mean 0 and, the signs of its rows and columns being free, no correlation. Only the
    elements of the matrix, others being 0, are rounded.
    """
    deviation = abs(t.init.p[0]) * math.sqrt(vectors / t.elements)
    return Expectation(0.0, deviation, deviation / math.sqrt(t.elements), deviation / math.sqrt(of_matrix), False, True)


def sparse(t):
    """As many elements of each column stay as the definition says, so only they contribute to the errors."""
    kept = (t.shape[0] - math.ceil(t.init.p[0] * t.shape[0])) * t.shape[1]
    deviation = t.init.p[1] * math.sqrt(kept / t.elements)
    return Expectation(0.0, deviation, deviation / math.sqrt(t.elements), deviation / math.sqrt(2 * kept) if kept else 0.0)


# A letter for each parameter: d double, g groups, f fan mode, n nonlinearity, s distribution.
KINDS = {
    "zeros": ("", lambda t: indicator(t, 0)),
    "ones": ("", lambda t: indicator(t, t.elements)),
    "constant": ("d", lambda t: Expectation(t.init.p[0], 0.0)),
    "eye": ("", lambda t: indicator(t, min(t.shape))),
    "dirac": ("g", dirac),
    "uniform": ("dd", lambda t: independent(t, 0.5 * t.init.p[0] + 0.5 * t.init.p[1],
                                            (t.init.p[1] - t.init.p[0]) / math.sqrt(12.0), UNIFORM)),
    "normal": ("dd", lambda t: independent(t, t.init.p[0], t.init.p[1], NORMAL)),
    "trunc_normal": ("dddd", lambda t: independent(t, *truncated_normal(*t.init.p))),
    "xavier_uniform": ("d", lambda t: scaled(t, t.init.p[0], 2, UNIFORM)),
    "xavier_normal": ("d", lambda t: scaled(t, t.init.p[0], 2, NORMAL)),
    "kaiming_uniform": ("dfn", lambda t: kaiming(t, UNIFORM)),
    "kaiming_normal": ("dfn", lambda t: kaiming(t, NORMAL)),
    "orthogonal": ("d", lambda t: orthonormal(t, min(t.shape[0], t.elements // t.shape[0]), t.elements)),
    "delta_orthogonal": ("d", lambda t: orthonormal(t, t.shape[1], t.shape[0] * t.shape[1])),
    "sparse": ("dd", sparse),
    "variance_scaling": ("dfs", variance_scaling),
}
NAMED = {"f": ("fan_mode", "fan mode"), "n": ("nonlinearity", "nonlinearity"), "s": ("distribution", "distribution")}


def rounding(dtype, expected):
    """What rounding to the type may move mean and deviation by.

    No more than the largest rounding error of an element, half an ulp at 7 deviations. Where the type is fine beside the
    deviation, errors cancel but for Sheppard's corrections, of the order of ulp^2 / deviation (W. F. Sheppard, 1898); the
    smaller bound is allowed for.
    """
    mean, deviation = abs(expected.mean), expected.deviation
    arithmetic = 8 * dtype.statistics_roundoff * (mean + deviation)  # of the measurement
    if expected.exact:
        return arithmetic
    largest = dtype.roundoff * (mean + 7 * deviation) + 0.5 * dtype.step
    ulp = 2 * dtype.roundoff * math.hypot(mean, deviation) + dtype.step
    smooth = min(largest, ulp * ulp / deviation) if deviation > 0 else largest
    return arithmetic + smooth + (dtype.orthogonality * deviation if expected.orthogonal else 0.0)


def measure(dtype, t, address):
    """Expectation, mean, deviation, and the distance in standard errors: infinite where a constant is off, NaN for NaN."""
    expected = KINDS[t.kind][1](t)
    number = c_double if dtype.bytes == 8 else ctypes.c_float
    kept = DTYPES["f64" if dtype.bytes == 8 else "f32"]
    mean, variance = number(), number()
    x = dtype.view(address, t.shape)
    outputs = [kept.view(ctypes.addressof(v), []) for v in (mean, variance)]
    call("mean_var", byref(x), None, 0, c_double(0), byref(outputs[0]), byref(outputs[1]))
    square = mean.value**2 if expected.orthogonal else 0.0
    deviation = math.sqrt(variance.value + square)
    allowance = rounding(dtype, expected)

    def distance(measured, wanted, error):
        beyond = abs(measured - wanted) - allowance
        return 0.0 if beyond <= 0 else beyond / error if error > 0 else beyond * math.inf

    error = expected.deviation_error * (dtype.roundoff if expected.orthogonal else 1)
    off = [distance(mean.value, expected.mean, expected.mean_error), distance(deviation, expected.deviation, error)]
    return expected, mean.value, deviation, math.nan if math.isnan(sum(off)) else max(off)


# ---- Tables ----


@dataclasses.dataclass
class Tensor:
    name: str
    spelt: str  # its shape
    rule: str
    line: int
    place: str  # for messages
    shape: list = dataclasses.field(default_factory=list)
    elements: int = 1
    kind: str = ""
    init: Initializer = None
    # The slice that is written.
    selected: bool = True
    first_row: int = 0
    rows: int = 1
    whole: bool = True
    bytes: int = 0
    offset: int = 0  # its first byte in the whole
    digest: str = ""  # where orders are compared


def parse_shape(t, most_elements):
    for digits in t.spelt.split("x") if t.spelt != "scalar" else ():
        if not re.fullmatch("[0-9]+", digits):
            what = "is not positive" if digits[:1] == "-" else "is not a dimension; a shape looks like 768x3072, or is scalar"
            raise Failure(USAGE, f"bad shape '{t.spelt}': dimension '{digits}' {what}")
        if int(digits) == 0:
            raise Failure(USAGE, f"bad shape '{t.spelt}': dimension '{digits}' is not positive")
        t.elements *= int(digits)
        if t.elements > most_elements:
            raise Failure(USAGE, f"bad shape '{t.spelt}': too many elements for memory at dimension '{digits}'")
        t.shape.append(int(digits))


def parse_rule(t, dtype):
    match = re.fullmatch(r"([^(]*)(?:\(([^)]*)\))?", t.rule)
    if not match:
        raise Failure(USAGE, f"rule '{t.rule}' does not end with its one ')'")
    t.kind = match[1]
    if t.kind not in KINDS:
        raise Failure(USAGE, f"unknown rule '{t.kind}'; the rules are {' '.join(KINDS)}")
    wanted = KINDS[t.kind][0]
    given = [text.strip() for text in match[2].split(",")] if (match[2] or "").strip() else []
    if len(given) != len(wanted):
        raise Failure(USAGE, f"rule '{t.rule}' has {len(given)} parameters; {t.kind} takes {len(wanted)}")
    number = c_int32()
    call("initializer_from_name", t.kind.encode(), byref(number))
    t.init = Initializer(ctypes.sizeof(Initializer))
    call("initializer_defaults", byref(t.init), number)
    doubles = 0
    for i, (letter, text) in enumerate(zip(wanted, given), 1):
        place = f"rule '{t.rule}', parameter {i}: "
        if letter in NAMED:
            field, what = NAMED[letter]
            call(field + "_from_name", text.encode(), byref(number), place=f"{place}unknown {what} '{text}': ")
            setattr(t.init, field, number.value)
        elif letter == "g":
            if not re.fullmatch("[0-9]{1,18}", text):
                raise Failure(USAGE, f"{place}'{text}' is not a number of groups")
            t.init.groups = int(text)
        else:
            try:
                t.init.p[doubles] = float(text)
            except ValueError:
                raise Failure(USAGE, f"{place}'{text}' is not a number") from None
            if math.isnan(t.init.p[doubles]):
                raise Failure(USAGE, f"{place}'{text}' is not a number")
            if dtype.largest < abs(t.init.p[doubles]) < math.inf:
                raise Failure(USAGE, f"{place}'{text}' is not a number that {dtype.name} can hold")
            doubles += 1
    # The library has the last word: it checks every argument also where nothing is to be written, a slice of no rows.
    g = Generator("create", 1, c_uint64(0), c_uint64(0))
    element = c_uint64()
    slice_ = dtype.view(ctypes.addressof(element), [0] + t.shape[1:] if t.shape else [])
    call("init_shard", g.pointer, byref(t.init), byref(slice_), lengths(t.shape), lengths([0] * len(t.shape)),
         place=f"rule '{t.rule}': ")


def read_model(path, dtype):
    tensors, number = [], 0
    most_elements = (2**63 - 1) // (2 * dtype.bytes)  # leaves room to align and to count in 64 bits
    try:
        with open(path, newline="\n") as file:
            for number, line in enumerate(file, 1):
                line = line.rstrip("\r\n ")
                if not line or line[0] == "#":
                    continue
                fields = line.split("\t")
                if len(fields) != 3 or not all(field.strip() for field in fields):
                    columns = ("name", "shape", "rule")
                    empty = [name for name, field in zip(columns, fields) if not field.strip()]
                    what = (f"the {empty[0]} '' is empty" if empty else f"no {columns[len(fields)]} after '{fields[-1]}'"
                            if len(fields) < 3 else f"{len(fields) - 1} fields after '{fields[0]}'")
                    raise Failure(USAGE, f"{what}; a line has 3 fields, separated by tabs: name, shape, rule")
                t = Tensor(*fields, number, f"{path}:{number}: {fields[0]}: ")
                same = [other for other in tensors if other.name == t.name]
                if same:
                    raise Failure(USAGE, f"the name '{t.name}' is already on line {same[0].line}")
                parse_shape(t, most_elements)
                parse_rule(t, dtype)
                tensors.append(t)
                if sum(other.elements for other in tensors) > most_elements:
                    raise Failure(USAGE, f"with '{t.spelt}' the model has too many elements for memory")
        if not tensors:
            raise Failure(USAGE, "the file ends without a tensor")
    except Failure as failure:
        raise Failure(failure.status, f"{path}:{number}: {failure}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(USAGE, f"{path}: {error}") from None
    return tensors


# ---- One model ----


class Run:
    def __init__(self, path, tensors, options):
        self.path, self.tensors, self.options, self.dtype = path, tensors, options, DTYPES[options.dtype]
        rank, ranks = options.shard
        for t in tensors:
            rows = t.shape[0] if t.shape else 1
            # Ranges whose lengths differ by at most 1, the longer ones first; a scalar is one row.
            begin, end = (r * (rows // ranks) + min(r, rows % ranks) for r in (rank, rank + 1))
            row_bytes = t.elements // rows * self.dtype.bytes
            t.selected = options.only in t.name
            t.first_row, t.rows = begin, end - begin if t.selected else 0
            t.whole = t.rows == rows
            t.bytes, t.offset = t.rows * row_bytes, begin * row_bytes
        self.selected = [t for t in tensors if t.selected]
        if not self.selected:
            raise Failure(USAGE, f"--only: '{options.only}': no tensor of {path} has it in its name")
        self.parameters = sum(t.elements for t in tensors)
        self.held = sum(t.bytes for t in tensors)
        self.streamed = options.stream or self.parameters * self.dtype.bytes > STREAM_BYTES
        self.digested = options.digest or not self.streamed
        self.buffer_bytes = max(t.bytes for t in tensors)

    def initialise(self, generator, t, address, whole=False):
        """Writes the whole tensor or its slice, and leaves the generator behind the whole."""
        g = generator.fork(t.name, t.place) if self.options.by_name else generator
        if whole or t.whole:
            view = self.dtype.view(address, t.shape)
            call("init", g.pointer, byref(t.init), byref(view), place=t.place)
            return
        shape = t.shape or [1]  # a scalar, which cannot be cut, is the vector of one element that it equals
        view = self.dtype.view(address, [t.rows] + shape[1:])
        offset = lengths([t.first_row] + [0] * (len(shape) - 1))
        call("init_shard", g.pointer, byref(t.init), byref(view), lengths(shape), offset, place=t.place)

    def one_pass(self, what, visit=None, backwards=False):
        """Every tensor once, timed beside memset, then visited; seconds of both."""
        generator = self.start.copy()
        place = self.held if backwards else 0
        init = overwritten = 0.0
        for i, t in enumerate(reversed(self.tensors) if backwards else self.tensors, 1):
            if sys.stderr.isatty():
                print(f"\r\033[K{self.path}: {what}, tensor {i} of {len(self.tensors)}", end="\r", file=sys.stderr)
            place -= t.bytes if backwards else 0
            at = 0 if self.streamed else place
            place += 0 if backwards else t.bytes
            before = generator.copy() if self.options.shard[1] > 1 and visit else None
            # Not zeros: some processors write lines of them faster than memory takes other bytes.
            address = self.memory.address + at
            overwritten += seconds(lambda: ctypes.memset(address, 0xA5, t.bytes), time.perf_counter)
            init += seconds(lambda: self.initialise(generator, t, address), time.perf_counter)
            if visit and t.selected:
                visit(t, at, before)
        if sys.stderr.isatty():
            print("\033[K", end="", file=sys.stderr)
        return init, overwritten

    def introduce(self):
        o, size = self.options, self.dtype.bytes
        print(f"{self.path}: {len(self.tensors)} tensors, {self.parameters:,} parameters, "
              f"{1e-6 * self.parameters * size:.1f} MB of {o.dtype}")
        print(f"engine {o.engine}, seed {o.seed}, threads {library.unitvar_num_threads()}, instruction set {isa()}")
        if o.only:
            print(f"Only the {len(self.selected)} tensors with '{o.only}' in their names")
        if o.by_name:
            print("Each tensor has a generator of its own, forked by its name, so the order of tensors does not matter")
        if o.shard[1] > 1:
            print(f"Rank {o.shard[0]} of {o.shard[1]} holds {self.held:,} bytes ({1e-6 * self.held:.1f} MB), "
                  f"{self.held // size:,} parameters")
        if self.streamed:
            print("Streamed: the model does not stay in memory; its tensors go one by one through a buffer of "
                  f"{1e-6 * self.buffer_bytes:.1f} MB")

    def check(self):
        """Measures every tensor, and takes the digests; whole tensors are made again beside their slices."""
        names, shapes = (max(len(x) for x in column) for column in
                         zip(("tensor", "shape"), *((t.name, t.spelt) for t in self.tensors)))
        written, expected_bytes = hashlib.sha256(), hashlib.sha256()
        whole = Memory(max(t.elements for t in self.selected) * self.dtype.bytes if self.options.shard[1] > 1 else 0)
        results = []

        def visit(t, at, before):
            address = self.memory.address + at
            if self.digested:
                written.update(self.memory.bytes(at, t.bytes))
                t.digest = self.digest(t, at) if self.options.by_name else ""
            if before:
                self.initialise(before, t, whole.address, whole=True)
                address = whole.address
                if self.digested:
                    expected_bytes.update(whole.bytes(t.offset, t.bytes))
            expected, mean, deviation, off = measure(self.dtype, t, address)
            passes = off <= MOST_STANDARD_ERRORS
            results.append((not passes, off, t.name))
            if not self.options.quiet or not passes:
                print(f"{t.name:{names}}  {t.spelt:{shapes}}  {expected.mean:12.6g}  {mean:12.6g}  "
                      f"{expected.deviation:12.6g}  {deviation:12.6g}  {off:5.2f}  {t.rule}"
                      f"{'' if passes else '  <-- NOT AS EXPECTED'}")

        if not self.options.quiet:
            print(f"\n{'':{names + 2 + shapes}}  ---------- mean ----------  ------- deviation --------")
            print(f"{'tensor':{names}}  {'shape':{shapes}}  {'expected':>12}  {'measured':>12}  {'expected':>12}  "
                  f"{'measured':>12}  {'off':>5}  rule")
        times = self.one_pass("measured", visit)
        passed = sum(not failed for failed, _, _ in results)
        _, off, farthest = max(results)
        print(f"\n{passed} of {len(results)} tensors have the expected mean and deviation; the farthest off is {farthest}, "
              f"{off:.2f} standard errors (limit {MOST_STANDARD_ERRORS})")
        return times, passed == len(results), written.hexdigest(), expected_bytes.hexdigest()

    def digest(self, t, at):
        return hashlib.sha256(self.memory.bytes(at, t.bytes)).hexdigest()

    def print_times(self, name, runs, digest):
        times = summary([(overwritten, init) for init, overwritten in runs])
        init = times.other
        each, rate = (a / b if b else 0 for a, b in ((1e9 * init * self.dtype.bytes, self.held), (1e-9 * self.held, init)))
        print(f"{name:8} {len(runs):4}  {1e3 * init:8.2f} ms  {each:10.3f}  {rate:6.2f}  {1e3 * times.own:8.2f} ms  "
              f"{times.ratio:8.2f}  {digest if self.digested else ''}")

    def compare_isas(self, names, missing, digest):
        equal = True
        for name in names:
            call("set_isa", name.encode())
            runs, began = [], time.perf_counter()
            while len(runs) < LEAST_RUNS or (len(runs) < MOST_RUNS and time.perf_counter() - began < ENOUGH_SECONDS):
                runs.append(self.one_pass(f"{name}, run {len(runs) + 1}"))
            found = hashlib.sha256(self.memory.bytes(0, self.held)).hexdigest()
            self.print_times(name, runs, found)
            equal = equal and found == digest
        call("set_isa", names[0].encode())
        what = (f"DIFFERENT BYTES: the {len(names)} instruction sets do not agree" if not equal else
                f"The same bytes under all {len(names)} instruction sets" if len(names) > 1 else
                "One instruction set, nothing to compare")
        print(what + (f" (not available here: {' '.join(missing)})" if missing else ""))
        return equal

    def run(self, names, missing):
        o = self.options
        self.start = Generator("create", o.engine_number, c_uint64(o.seed), c_uint64(0))
        self.introduce()
        self.memory = Memory(self.buffer_bytes if self.streamed else self.held)
        once, good, digest, expected = self.check()
        print(f"\nInitialisation, {'tensor by tensor, once' if self.streamed else 'medians of the runs'}; memset (1 thread) "
              "overwrites the same memory before each")
        print(f"{'isa':8} {'runs':>4}  {'total time':>11}  {'ns/element':>10}  {'GB/s':>6}  {'memset':>11}  "
              f"{'x memset':>8}  {'SHA-256 of the model' if self.digested else ''}")
        if self.streamed:
            self.print_times(isa(), [once], digest)
        else:
            good &= self.compare_isas(names, missing, digest)
        if not self.digested:
            print("No SHA-256 was computed (--no-digest)" +
                  (", so neither slices nor orders were compared" if o.by_name or o.shard[1] > 1 else ""))
            return good
        if o.shard[1] > 1:
            print(f"{'The same bytes as in the whole' if digest == expected else 'DIFFERENT BYTES FROM THE WHOLE'}: "
                  f"rank {o.shard[0]}'s rows, cut out of whole tensors, have the SHA-256 {expected}")
            good &= digest == expected
        if o.by_name:
            same = []
            self.one_pass("in reverse order", lambda t, at, _: same.append(self.digest(t, at) == t.digest), backwards=True)
            print(f"{'The same bytes in reverse order' if all(same) else 'DIFFERENT BYTES IN REVERSE ORDER'}: initialised "
                  f"from the last to the first, {sum(same)} of {len(same)} tensors have the same SHA-256")
            good &= all(same)
        return good


# ---- The command line ----


def whole_number(option, text, most):
    if not re.fullmatch("[0-9]+|0x[0-9a-fA-F]+", text):
        raise Failure(USAGE, f"--{option}: '{text}': not a whole number, 0 or more, in digits")
    if int(text, 0 if "x" in text else 10) > most:
        raise Failure(USAGE, f"--{option}: '{text}': more than {most}")
    return int(text, 0 if "x" in text else 10)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--model", metavar="FILE", action="append", help="initialise the model of this table; may be repeated. "
        "Default: GPT-2 small, ResNet-50 and a perceptron")
    add("--dtype", default="f32", help="f32, f64, bf16 or f16; default f32")
    add("--by-name", action="store_true", help="each tensor from a generator of its own, forked by its name, so that their "
        "order does not matter; proved by initialising the model from the last tensor to the first, too")
    add("--shard", metavar="R/N", default="0/1", help="only the rows of rank R, 0 to N-1: each tensor's first dimension is "
        "cut into N ranges of nearly equal length; proved to be the slices of the whole by SHA-256")
    add("--only", metavar="TEXT", default="", help="only tensors with TEXT in their names, with their bytes in the whole")
    add("--stream", action="store_true", help="keep no model in memory: tensors go one by one through a buffer, once, under "
        "one instruction set. Chosen by itself for models of more than 2 GB")
    add("--no-digest", dest="digest", action="store_false", help="do not hash streamed models, which takes longer than "
        "initialising them")
    add("--seed", metavar="N", default="42", help="0 to 2^64-1, decimal or 0x...; default 42")
    add("--engine", metavar="NAME", default="pcg32", help="pcg32, philox4x32, ars4x32 or torch_mt19937, which has PyTorch's "
        "bits, one after the other and not by name; default pcg32")
    add("--isa", metavar="NAME", help="only this instruction set, auto for the best. Default: all")
    add("--threads", metavar="N", default="1", help="at most so many threads, 1 to 1024, or 0 for every processor; default "
        "1, so that the comparison with memset, which has one, is fair. Threads never change the bytes")
    add("--quiet", action="store_true", help="print no row for a tensor, unless it is not as expected")
    options = parser.parse_args()
    options.seed = whole_number("seed", options.seed, 2**64 - 1)
    options.threads = whole_number("threads", options.threads, 1024)
    if options.dtype not in DTYPES:
        raise Failure(USAGE, f"--dtype: '{options.dtype}': not one of {', '.join(DTYPES)}")
    match = re.fullmatch("([0-9]+)/([0-9]+)", options.shard)
    if not match or not 1 <= int(match[2]) <= 1000000:
        raise Failure(USAGE, f"--shard: '{options.shard}': not of the form R/N, such as 0/4, with N from 1 to 1000000")
    if int(match[1]) >= int(match[2]):
        raise Failure(USAGE, f"--shard: '{options.shard}': ranks are counted from 0, so R is less than N")
    options.shard = int(match[1]), int(match[2])
    number = c_int32()
    call("engine_from_name", options.engine.encode(), byref(number), place=f"--engine: '{options.engine}': ")
    options.engine_number = number.value
    if options.isa is not None:
        call("set_isa", options.isa.encode(), place=f"--isa: '{options.isa}': ")
    call("set_num_threads", options.threads)
    return options


def available_isas(only):
    """The one in force first, and then the others of this machine; and those that are not available."""
    best = isa()
    if best == "none":
        raise Failure(USAGE, f"UNITVAR_ISA: '{os.environ.get('UNITVAR_ISA')}' cannot be used here")
    others = [] if only is not None else [name for name in ("avx512", "avx2", "neon", "scalar") if name != best]
    here = [name for name in others if library.unitvar_set_isa(name.encode()) == 0]
    call("set_isa", best.encode())
    return [best] + here, [name for name in others if name not in here]


def main():
    options = parse_options()
    names, missing = available_isas(options.isa)
    paths = options.model or [str(MODELS / f"{name}.tsv") for name in ("gpt2-small", "resnet50", "mlp")]
    # Every table is read before the first run, so that a mistake in the last one is not reported after minutes.
    runs = [Run(path, read_model(path, DTYPES[options.dtype]), options) for path in paths]
    good = True
    for i, run in enumerate(runs):
        print("\n" if i else "", end="\n" if i else "")
        good &= run.run(names, missing)
        run.memory = None
    return OK if good else MISMATCH


if __name__ == "__main__":
    try:
        sys.exit(main())
    except Failure as failure:
        print(failure, file=sys.stderr)
        sys.exit(failure.status)
    except MemoryError:
        print("no memory for the parameters", file=sys.stderr)
        sys.exit(FAILED)
