"""Random weights and moments, the same bits on every processor: Unitvar's C API by ctypes, without a build step.

    >>> import numpy, unitvar
    >>> g = unitvar.Generator(seed=42)
    >>> x = numpy.empty(1000, numpy.float32)
    >>> g.normal(x)
    >>> unitvar.init_kaiming_normal(g, torch_module.weight, nonlinearity="relu")

Arrays are written in place, never copied: NumPy arrays and whatever has ``__array_interface__``, PyTorch tensors and
whatever has ``__dlpack__``, ``array.array``, ``bytearray`` and whatever else has a writable buffer. Samplers fill
contiguous arrays; initialisers take any strides. What each function computes, its errors and sources are in unitvar.h.

The library is the file that the environment variable UNITVAR_LIBRARY names, else what the system finds as
libunitvar.so.0. A Generator belongs to one thread at a time, and says so when two meet in it; calls release the GIL.
"""

from __future__ import annotations

import ctypes
import enum
import math
import os
import threading
from ctypes import POINTER, byref, c_char_p, c_double, c_int32, c_int64, c_size_t, c_uint32, c_uint64, c_void_p
from typing import Any, Iterable, Optional, Sequence, Tuple, Union

__all__ = [
    "CorruptState", "Distribution", "Engine", "Error", "FanMode", "Generator", "Initializer", "Internal",
    "InvalidArgument", "Kind", "Moments", "Nonlinearity", "OutOfMemory", "Status", "StreamExhausted", "Unsupported",
    "batch_norm", "batch_norm_backward", "calculate_fans", "calculate_gain", "group_norm", "group_norm_backward",
    "init_constant", "init_delta_orthogonal", "init_dirac", "init_eye", "init_kaiming_normal", "init_kaiming_uniform",
    "init_normal", "init_ones", "init_orthogonal", "init_sparse", "init_trunc_normal", "init_uniform",
    "init_variance_scaling", "init_xavier_normal", "init_xavier_uniform", "init_zeros", "instance_norm",
    "instance_norm_backward", "isa", "layer_norm", "layer_norm_backward", "leaky_relu", "leaky_relu_backward",
    "linear", "linear_backward", "local_response_norm", "mean_var", "num_threads", "prelu", "prelu_backward", "relu",
    "relu_backward", "rms_norm", "rms_norm_backward", "set_isa", "set_num_threads", "stream_version",
    "switchable_norm", "torch_conv_reset", "torch_embedding_reset", "torch_linear_reset", "version", "version_string",
]


# ---- The C API ------------------------------------------------------------------------------------------------------


class _DType(ctypes.Structure):
    """DLPack's DLDataType."""

    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class _Device(ctypes.Structure):
    """DLPack's DLDevice."""

    _fields_ = [("device_type", c_int32), ("device_id", c_int32)]


class _Tensor(ctypes.Structure):
    """DLPack's DLTensor."""

    _fields_ = [
        ("data", c_void_p), ("device", _Device), ("ndim", c_int32), ("dtype", _DType),
        ("shape", POINTER(c_int64)), ("strides", POINTER(c_int64)), ("byte_offset", c_uint64),
    ]


class _Initializer(ctypes.Structure):
    _fields_ = [
        ("struct_size", c_uint32), ("kind", c_int32), ("fan_mode", c_int32), ("nonlinearity", c_int32),
        ("distribution", c_int32), ("reserved", c_int32), ("groups", c_int64), ("p", c_double * 4),
    ]


class _Moments(ctypes.Structure):
    _fields_ = [("count", c_double), ("mean", c_double), ("m2", c_double)]


_handle = c_void_p
_tensor = POINTER(_Tensor)
_out_handle = POINTER(c_void_p)
_out_int = POINTER(c_int32)


class _Failable(c_int32):
    """The result type of functions that give a status: they return None, or raise."""


def _raise_unless_ok(status: _Failable, function: Any, arguments: Any) -> None:
    if status.value != 0:
        raise _error(status.value)


# Every function: its result and its parameters.
_FUNCTIONS = {
    "version": (c_uint32,),
    "version_string": (c_char_p,),
    "stream_version": (c_uint32,),
    "status_name": (c_char_p, c_int32),
    "last_error": (c_char_p,),
    "isa": (c_char_p,),
    "set_isa": (_Failable, c_char_p),
    "set_num_threads": (_Failable, c_int32),
    "num_threads": (c_int32,),
    "engine_from_name": (_Failable, c_char_p, _out_int),
    "nonlinearity_from_name": (_Failable, c_char_p, _out_int),
    "fan_mode_from_name": (_Failable, c_char_p, _out_int),
    "distribution_from_name": (_Failable, c_char_p, _out_int),
    "initializer_from_name": (_Failable, c_char_p, _out_int),
    "status_from_name": (_Failable, c_char_p, _out_int),
    "initializer_name": (c_char_p, c_int32),
    "generator_create": (_Failable, c_int32, c_uint64, c_uint64, _out_handle),
    "generator_destroy": (None, _handle),
    "generator_clone": (_Failable, _handle, _out_handle),
    "generator_fork": (_Failable, _handle, c_char_p, _out_handle),
    "generator_seek": (_Failable, _handle, c_uint64),
    "generator_tell": (_Failable, _handle, POINTER(c_uint64)),
    "generator_save": (_Failable, _handle, c_void_p, c_size_t, POINTER(c_size_t)),
    "generator_load": (_Failable, c_char_p, c_size_t, _out_handle),
    "generator_save_torch": (_Failable, _handle, c_void_p, c_size_t, POINTER(c_size_t)),
    "bits_u32": (_Failable, _handle, c_void_p, c_size_t),
    "bits_u64": (_Failable, _handle, c_void_p, c_size_t),
    "uniform_f32": (_Failable, _handle, c_void_p, c_size_t, c_double, c_double),
    "uniform_f64": (_Failable, _handle, c_void_p, c_size_t, c_double, c_double),
    "normal_f32": (_Failable, _handle, c_void_p, c_size_t, c_double, c_double),
    "normal_f64": (_Failable, _handle, c_void_p, c_size_t, c_double, c_double),
    "normal_icdf_f32": (_Failable, _handle, c_void_p, c_size_t, c_double, c_double),
    "normal_icdf_f64": (_Failable, _handle, c_void_p, c_size_t, c_double, c_double),
    "trunc_normal_f32": (_Failable, _handle, c_void_p, c_size_t, c_double, c_double, c_double, c_double),
    "trunc_normal_f64": (_Failable, _handle, c_void_p, c_size_t, c_double, c_double, c_double, c_double),
    "permutation_i64": (_Failable, _handle, c_void_p, c_size_t),
    "calculate_gain": (_Failable, c_int32, c_double, POINTER(c_double)),
    "calculate_fans": (_Failable, _tensor, POINTER(c_int64), POINTER(c_int64)),
    "init_constant": (_Failable, _tensor, c_double),
    "init_zeros": (_Failable, _tensor),
    "init_ones": (_Failable, _tensor),
    "init_eye": (_Failable, _tensor),
    "init_dirac": (_Failable, _tensor, c_int64),
    "init_uniform": (_Failable, _handle, _tensor, c_double, c_double),
    "init_normal": (_Failable, _handle, _tensor, c_double, c_double),
    "init_trunc_normal": (_Failable, _handle, _tensor, c_double, c_double, c_double, c_double),
    "init_xavier_uniform": (_Failable, _handle, _tensor, c_double),
    "init_xavier_normal": (_Failable, _handle, _tensor, c_double),
    "init_kaiming_uniform": (_Failable, _handle, _tensor, c_double, c_int32, c_int32),
    "init_kaiming_normal": (_Failable, _handle, _tensor, c_double, c_int32, c_int32),
    "init_orthogonal": (_Failable, _handle, _tensor, c_double),
    "init_delta_orthogonal": (_Failable, _handle, _tensor, c_double),
    "init_sparse": (_Failable, _handle, _tensor, c_double, c_double),
    "init_variance_scaling": (_Failable, _handle, _tensor, c_double, c_int32, c_int32),
    "initializer_defaults": (_Failable, POINTER(_Initializer), c_int32),
    "init": (_Failable, _handle, POINTER(_Initializer), _tensor),
    "init_shard": (_Failable, _handle, POINTER(_Initializer), _tensor, POINTER(c_int64), POINTER(c_int64)),
    "torch_linear_reset": (_Failable, _handle, _tensor, _tensor),
    "torch_conv_reset": (_Failable, _handle, _tensor, _tensor),
    "torch_embedding_reset": (_Failable, _handle, _tensor),
    "moments_update_f32": (_Failable, POINTER(_Moments), c_void_p, c_size_t),
    "moments_update_f64": (_Failable, POINTER(_Moments), c_void_p, c_size_t),
    "moments_merge": (_Failable, POINTER(_Moments), POINTER(_Moments)),
    "moments_variance": (_Failable, POINTER(_Moments), c_double, POINTER(c_double)),
    "mean_var": (_Failable, _tensor, POINTER(c_int32), c_int32, c_double, _tensor, _tensor),
    "layer_norm": (_Failable, _tensor, c_int32, _tensor, _tensor, c_double, _tensor, _tensor, _tensor),
    "rms_norm": (_Failable, _tensor, c_int32, _tensor, c_double, _tensor, _tensor),
    "group_norm": (_Failable, _tensor, c_int64, _tensor, _tensor, c_double, _tensor, _tensor, _tensor),
    "batch_norm": (_Failable, _tensor, _tensor, _tensor, _tensor, _tensor, POINTER(c_int64), c_int32, c_double, c_double, _tensor, _tensor, _tensor),
    "instance_norm": (_Failable, _tensor, _tensor, _tensor, _tensor, _tensor, c_int32, c_double, c_double, _tensor),
    "switchable_norm": (_Failable, _tensor, _tensor, _tensor, POINTER(c_double), POINTER(c_double), _tensor, _tensor, c_int32, c_double, c_double, _tensor),
    "local_response_norm": (_Failable, _tensor, c_int64, c_double, c_double, c_double, _tensor),
    "layer_norm_backward": (_Failable, _tensor, _tensor, c_int32, _tensor, _tensor, _tensor, _tensor, _tensor, _tensor),
    "rms_norm_backward": (_Failable, _tensor, _tensor, c_int32, _tensor, _tensor, _tensor, _tensor),
    "group_norm_backward": (_Failable, _tensor, _tensor, c_int64, _tensor, _tensor, _tensor, _tensor, _tensor, _tensor),
    "batch_norm_backward": (_Failable, _tensor, _tensor, _tensor, _tensor, _tensor, c_int32, _tensor, _tensor, _tensor),
    "instance_norm_backward": (_Failable, _tensor, _tensor, _tensor, _tensor, _tensor, c_int32, c_double, _tensor, _tensor, _tensor),
    "relu": (_Failable, _tensor, _tensor),
    "leaky_relu": (_Failable, _tensor, c_double, _tensor),
    "prelu": (_Failable, _tensor, _tensor, _tensor),
    "linear": (_Failable, _tensor, _tensor, _tensor, _tensor),
    "relu_backward": (_Failable, _tensor, _tensor, _tensor),
    "leaky_relu_backward": (_Failable, _tensor, _tensor, c_double, _tensor),
    "prelu_backward": (_Failable, _tensor, _tensor, _tensor, _tensor, _tensor),
    "linear_backward": (_Failable, _tensor, _tensor, _tensor, _tensor, _tensor, _tensor),
}


def _load() -> ctypes.CDLL:
    library = ctypes.CDLL(os.environ.get("UNITVAR_LIBRARY", "libunitvar.so.0"))
    for name, (result, *parameters) in _FUNCTIONS.items():
        function = getattr(library, "unitvar_" + name)
        function.restype = result
        function.argtypes = parameters
        if result is _Failable:
            function.errcheck = _raise_unless_ok
        # Without the prefix, for the calls below.
        setattr(library, name, function)
    return library


# ---- Errors and constants -------------------------------------------------------------------------------------------


class Status(enum.IntEnum):
    """Why a call failed."""

    OK = 0
    INVALID_ARGUMENT = 10
    UNSUPPORTED = 20
    OUT_OF_MEMORY = 30
    CORRUPT_STATE = 40
    STREAM_EXHAUSTED = 50
    INTERNAL = 90

    @classmethod
    def from_name(cls, name: str) -> "Status":
        """The status that the C API calls ``name``, such as "UNITVAR_OK"."""
        return cls(_look_up(_library.status_from_name, name))

    @property
    def c_name(self) -> str:
        """The name in unitvar.h."""
        return _library.status_name(self).decode()


class Error(Exception):
    """A failed call; the message names the argument, its value and what was expected."""

    #: Why it failed.
    status = Status.INTERNAL


class InvalidArgument(Error, ValueError):
    """An argument is out of its documented range."""

    status = Status.INVALID_ARGUMENT


class Unsupported(Error, NotImplementedError):
    """Well-formed, but not available: a device, a dtype, an instruction set."""

    status = Status.UNSUPPORTED


class OutOfMemory(Error, MemoryError):
    """The system has no memory left."""

    status = Status.OUT_OF_MEMORY


class CorruptState(Error, ValueError):
    """Saved bytes that cannot be loaded."""

    status = Status.CORRUPT_STATE


class StreamExhausted(Error, OverflowError):
    """Fewer blocks are left in the stream than the call needs."""

    status = Status.STREAM_EXHAUSTED


class Internal(Error, RuntimeError):
    """A fault in Unitvar itself."""


_ERRORS = {e.status: e for e in (InvalidArgument, Unsupported, OutOfMemory, CorruptState, StreamExhausted, Internal)}


def _error(status: int) -> Error:
    return _ERRORS.get(status, Internal)(_library.last_error().decode(errors="replace"))


def _name(name: str) -> bytes:
    """A name for C, which cannot have a NUL within."""
    encoded = name.encode()
    if b"\0" in encoded:
        raise InvalidArgument(f"name is {name!r}, expected a name without NUL")
    return encoded


def _look_up(function: Any, name: str) -> int:
    value = c_int32()
    function(_name(name), byref(value))
    return value.value


def _integer(low: int, high: int) -> Any:
    """A check that ctypes does not make: it cuts integers that are too long."""

    def check(name: str, value: int) -> int:
        if not low <= value <= high:
            raise InvalidArgument(f"{name} is {value}, expected {low} to {high}")
        return int(value)

    return check


_int32 = _integer(-(1 << 31), (1 << 31) - 1)
_int64 = _integer(-(1 << 63), (1 << 63) - 1)
_uint64 = _integer(0, (1 << 64) - 1)


class _Constant(enum.IntEnum):
    """Constants that may be given by name as well."""

    @classmethod
    def from_name(cls, name: str):
        """The constant that the C API calls ``name``."""
        return cls(_look_up(getattr(_library, cls._look_up_name()), name))

    @classmethod
    def _look_up_name(cls) -> str:
        raise NotImplementedError

    @classmethod
    def _of(cls, value: Union["_Constant", int, str]) -> int:
        if isinstance(value, str):
            return _look_up(getattr(_library, cls._look_up_name()), value)
        return _int32(cls.__name__.lower(), value)


class Engine(_Constant):
    """What turns (seed, stream, position) into 32-bit words."""

    PCG32 = 1
    PHILOX4X32 = 2
    TORCH_MT19937 = 3

    @classmethod
    def _look_up_name(cls) -> str:
        return "engine_from_name"


class FanMode(_Constant):
    """What the variance is divided by."""

    FAN_IN = 0
    FAN_OUT = 1
    FAN_AVG = 2

    @classmethod
    def _look_up_name(cls) -> str:
        return "fan_mode_from_name"


class Nonlinearity(_Constant):
    """What stands behind a layer."""

    LINEAR = 0
    SIGMOID = 1
    TANH = 2
    RELU = 3
    LEAKY_RELU = 4
    SELU = 5

    @classmethod
    def _look_up_name(cls) -> str:
        return "nonlinearity_from_name"


class Distribution(_Constant):
    """That of init_variance_scaling."""

    UNIFORM = 0
    NORMAL = 1
    TRUNCATED_NORMAL = 2

    @classmethod
    def _look_up_name(cls) -> str:
        return "distribution_from_name"


class Kind(_Constant):
    """That of an Initializer; each is a function init_*."""

    CONSTANT = 1
    ZEROS = 2
    ONES = 3
    EYE = 4
    DIRAC = 5
    UNIFORM = 6
    NORMAL = 7
    TRUNC_NORMAL = 8
    XAVIER_UNIFORM = 9
    XAVIER_NORMAL = 10
    KAIMING_UNIFORM = 11
    KAIMING_NORMAL = 12
    ORTHOGONAL = 13
    DELTA_ORTHOGONAL = 14
    SPARSE = 15
    VARIANCE_SCALING = 16

    @classmethod
    def _look_up_name(cls) -> str:
        return "initializer_from_name"

    @property
    def c_name(self) -> str:
        """The name of its function, behind init_."""
        return _library.initializer_name(self).decode()


# ---- Arrays in place ------------------------------------------------------------------------------------------------

_CPU = 1
_TYPESTR = {"f": 2, "i": 0, "u": 1}  # of __array_interface__, to DLPack's codes
_FORMAT = {"e": (2, 2), "f": (2, 4), "d": (2, 8), "i": (0, 4), "I": (1, 4), "B": (1, 1),
           "l": (0, ctypes.sizeof(ctypes.c_long)), "L": (1, ctypes.sizeof(ctypes.c_ulong)), "q": (0, 8), "Q": (1, 8)}
_get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
_get_pointer.restype = c_void_p
_get_pointer.argtypes = [ctypes.py_object, c_char_p]


class _View:
    """The memory of an array as a _Tensor, and what keeps it alive for the call."""

    __slots__ = ("tensor", "keep")

    def __init__(self, array: Any, writable: bool) -> None:
        interface = getattr(array, "__array_interface__", None)
        if interface is not None:
            self._from_interface(array, interface, writable)
        elif hasattr(array, "__dlpack__"):
            self._from_dlpack(array)
        else:
            self._from_buffer(array, writable)

    def _set(self, address: int, code: int, itemsize: int, shape: Sequence[int], strides: Optional[Sequence[int]]) -> None:
        n = len(shape)
        lengths = (c_int64 * n)(*shape)
        steps = None
        if strides is not None:
            for stride in strides:
                if stride % itemsize != 0:
                    raise InvalidArgument(f"a stride is {stride} bytes, expected a multiple of the {itemsize} of an element")
            steps = (c_int64 * n)(*(stride // itemsize for stride in strides))
        self.tensor = _Tensor(address or None, _Device(_CPU, 0), n, _DType(code, 8 * itemsize, 1), lengths, steps, 0)

    def _from_interface(self, array: Any, interface: dict, writable: bool) -> None:
        typestr = interface["typestr"]
        order, kind, itemsize = typestr[0], typestr[1], int(typestr[2:])
        if kind not in _TYPESTR or order == ">":
            raise TypeError(f"the array has the type {typestr!r}, expected native floats or integers")
        address, read_only = interface["data"]
        if writable and read_only:
            raise InvalidArgument("the array is read-only, expected one to write to")
        self.keep = array
        self._set(address, _TYPESTR[kind], itemsize, interface["shape"], interface.get("strides"))

    def _from_dlpack(self, array: Any) -> None:
        if getattr(array, "requires_grad", False):
            array = array.detach()  # the same memory, without the record of gradients
        device = array.__dlpack_device__()
        if int(device[0]) != _CPU:
            raise Unsupported(f"the tensor is on the device {tuple(map(int, device))}, expected (1, 0), the CPU")
        capsule = array.__dlpack__()
        # The tensor comes first in DLManagedTensor. The capsule keeps its name, so its own destructor frees it.
        self.keep = capsule
        self.tensor = _Tensor.from_address(_get_pointer(capsule, b"dltensor"))

    def _from_buffer(self, array: Any, writable: bool) -> None:
        try:
            view = memoryview(array)
        except TypeError:
            raise TypeError(f"{type(array).__name__} is no array: it has no __array_interface__, no __dlpack__ and no "
                            "buffer") from None
        if view.format not in _FORMAT:
            raise TypeError(f"the buffer has the format {view.format!r}, expected native floats or integers")
        if writable and view.readonly:
            raise InvalidArgument("the buffer is read-only, expected one to write to")
        if not view.c_contiguous:
            raise InvalidArgument("the buffer has gaps, expected a contiguous one")
        # A read-only buffer has no from_buffer: what is only read may be copied.
        memory = (ctypes.c_char * view.nbytes)
        self.keep = memory.from_buffer_copy(view) if view.readonly else memory.from_buffer(view.cast("B"))
        self._set(ctypes.addressof(self.keep), *_FORMAT[view.format], view.shape, None)

    def __str__(self) -> str:
        dtype = self.tensor.dtype
        return f"{ {0: 'int', 1: 'uint', 2: 'float', 4: 'bfloat'}.get(dtype.code, dtype.code) }{dtype.bits}"

    def buffer(self) -> Tuple[Optional[int], int]:
        """Address and number of elements of a contiguous array."""
        tensor = self.tensor
        if tensor.device.device_type != _CPU:
            raise Unsupported(f"the device is {tensor.device.device_type}, expected 1, the CPU")
        if tensor.ndim == 1 and not tensor.strides:
            return tensor.data and tensor.data + tensor.byte_offset, tensor.shape[0]
        shape = tensor.shape[: tensor.ndim]
        count = math.prod(shape)
        if tensor.strides and count > 1:
            step = 1
            for length, stride in zip(reversed(shape), reversed(tensor.strides[: tensor.ndim])):
                if length != 1 and stride != step:
                    raise InvalidArgument(f"the strides are {tensor.strides[:tensor.ndim]} elements for the shape {shape}, "
                                          "expected a contiguous array")
                step *= length
        return tensor.data and tensor.data + tensor.byte_offset, count


_U32, _U64, _I64, _F32, _F64 = (1, 32), (1, 64), (0, 64), (2, 32), (2, 64)


_TYPES = {"<u4": _U32, "<u8": _U64, "<i8": _I64, "<f4": _F32, "<f8": _F64}


def _contiguous(array: Any, functions: dict, writable: bool) -> Tuple[Any, Optional[int], int, Any]:
    """The function for the array's dtype, address and number of elements, and what keeps the memory alive."""
    # The usual case without a _Tensor: a contiguous NumPy array of the right type.
    interface = getattr(array, "__array_interface__", None)
    if interface is not None and interface.get("strides") is None:
        address, read_only = interface["data"]
        function = functions.get(_TYPES.get(interface["typestr"]))
        if function is not None and not (writable and read_only):
            return function, address, math.prod(interface["shape"]), array
    view = _View(array, writable)
    return (_of_dtype(view, functions), *view.buffer(), view)


def _of_dtype(view: _View, functions: dict) -> Any:
    dtype = view.tensor.dtype
    function = functions.get((dtype.code, dtype.bits)) if dtype.lanes == 1 else None
    if function is None:
        expected = " or ".join({_U32: "uint32", _U64: "uint64", _I64: "int64", _F32: "float32", _F64: "float64"}[key]
                               for key in functions)
        raise TypeError(f"the array has the dtype {view}, expected {expected}")
    return function


_library = _load()

# ---- Library --------------------------------------------------------------------------------------------------------


def version() -> int:
    """major*10000 + minor*100 + patch of the library that is loaded."""
    return _library.version()


def version_string() -> str:
    """ "major.minor.patch" of the library that is loaded."""
    return _library.version_string().decode()


def stream_version() -> int:
    """It rises when any bit of a sampler or an initialiser changes for the same arguments."""
    return _library.stream_version()


def isa() -> str:
    """The instruction set in use: "avx512", "avx2", "neon" or "scalar"; "none" where UNITVAR_ISA cannot be used."""
    return _library.isa().decode()


def set_isa(name: Optional[str] = None) -> None:
    """Forces an instruction set, None for the best. It changes speed, never results."""
    _library.set_isa(None if name is None else _name(name))


def num_threads() -> int:
    """The most threads that a call may use."""
    return _library.num_threads()


def set_num_threads(n: int) -> None:
    """Sets it; 0 is every processor of the process."""
    _library.set_num_threads(_int32("n", n))


# ---- Generators and samplers ----------------------------------------------------------------------------------------


class Generator:
    """(engine, seed, stream) and a position in blocks of 64 words of 32 bits; every call starts at a block boundary.

    It may be copied and pickled. A call while another thread is in one raises InvalidArgument.
    """

    _BITS = {_U32: _library.bits_u32, _U64: _library.bits_u64}
    _UNIFORM = {_F32: _library.uniform_f32, _F64: _library.uniform_f64}
    _NORMAL = {_F32: _library.normal_f32, _F64: _library.normal_f64}
    _NORMAL_ICDF = {_F32: _library.normal_icdf_f32, _F64: _library.normal_icdf_f64}
    _TRUNC_NORMAL = {_F32: _library.trunc_normal_f32, _F64: _library.trunc_normal_f64}
    _PERMUTATION = {_I64: _library.permutation_i64}

    def __init__(self, engine: Union[Engine, int, str] = Engine.PCG32, *, seed: int, stream: int = 0) -> None:
        self._handle: Optional[int] = None
        handle = c_void_p()
        _library.generator_create(Engine._of(engine), _uint64("seed", seed), _uint64("stream", stream), byref(handle))
        self._own(handle)

    def _own(self, handle: c_void_p) -> "Generator":
        self._handle = handle.value
        self._busy = threading.Lock()
        return self

    def _call(self, function: Any, *arguments: Any) -> None:
        if not self._busy.acquire(False):
            raise InvalidArgument("the generator is in use by another thread, expected one of this thread's own")
        try:
            if self._handle is None:
                raise InvalidArgument("the generator is closed, expected an open one")
            function(self._handle, *arguments)
        finally:
            self._busy.release()

    def _new(self, function: Any, *arguments: Any) -> "Generator":
        handle = c_void_p()
        self._call(function, *arguments, byref(handle))
        return Generator.__new__(Generator)._own(handle)

    def close(self) -> None:
        """Frees it; a second call does nothing."""
        if self._handle is not None:
            self._call(_library.generator_destroy)
            self._handle = None

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            _library.generator_destroy(self._handle)
            self._handle = None

    def __enter__(self) -> "Generator":
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def clone(self) -> "Generator":
        """An independent generator in the same state."""
        return self._new(_library.generator_clone)

    def __copy__(self) -> "Generator":
        return self.clone()

    def __deepcopy__(self, _: Any) -> "Generator":
        return self.clone()

    def __reduce__(self) -> Any:
        return Generator.load, (self.save(),)

    def fork(self, name: str) -> "Generator":
        """A generator of its own for a name, whatever the position of this one."""
        return self._new(_library.generator_fork, _name(name))

    def seek(self, block: int) -> None:
        """Goes to a block."""
        self._call(_library.generator_seek, _uint64("block", block))

    def tell(self) -> int:
        """The position in blocks."""
        block = c_uint64()
        self._call(_library.generator_tell, byref(block))
        return block.value

    def save(self) -> bytes:
        """The complete state, the same bytes on every machine."""
        return self._saved(_library.generator_save)

    def save_torch(self) -> bytes:
        """The state of a generator of "torch_mt19937" as torch.get_rng_state() gives it."""
        return self._saved(_library.generator_save_torch)

    def _saved(self, function: Any) -> bytes:
        size = c_size_t()
        self._call(function, None, 0, byref(size))
        buffer = ctypes.create_string_buffer(size.value)
        self._call(function, buffer, size.value, byref(size))
        return buffer.raw[: size.value]

    @staticmethod
    def load(state: bytes) -> "Generator":
        """A generator from what save() or save_torch() gave."""
        handle = c_void_p()
        _library.generator_load(bytes(state), len(state), byref(handle))
        return Generator.__new__(Generator)._own(handle)

    def _fill(self, functions: dict, dst: Any, *arguments: float) -> None:
        function, address, n, _keep = _contiguous(dst, functions, True)
        self._call(function, address, n, *arguments)

    def bits(self, dst: Any) -> None:
        """Fills a uint32 array with the words themselves, a uint64 array with pairs of them, the low one first."""
        self._fill(self._BITS, dst)

    def uniform(self, dst: Any, low: float = 0.0, high: float = 1.0) -> None:
        """Fills a float32 or float64 array from [low, high)."""
        self._fill(self._UNIFORM, dst, low, high)

    def normal(self, dst: Any, mean: float = 0.0, std: float = 1.0) -> None:
        """Fills a float32 or float64 array with normals, by Box and Muller."""
        self._fill(self._NORMAL, dst, mean, std)

    def normal_icdf(self, dst: Any, mean: float = 0.0, std: float = 1.0) -> None:
        """Fills with normals, by the inverse of the distribution function: monotone in the words."""
        self._fill(self._NORMAL_ICDF, dst, mean, std)

    def trunc_normal(self, dst: Any, mean: float = 0.0, std: float = 1.0, a: float = -2.0, b: float = 2.0) -> None:
        """Fills with normals between the bounds a and b."""
        self._fill(self._TRUNC_NORMAL, dst, mean, std, a, b)

    def permutation(self, dst: Any) -> None:
        """Fills an int64 array with a permutation of 0 to n - 1."""
        self._fill(self._PERMUTATION, dst)


# ---- Initialisers ---------------------------------------------------------------------------------------------------


def calculate_gain(nonlinearity: Union[Nonlinearity, int, str], param: Optional[float] = None) -> float:
    """The gain, as torch.nn.init.calculate_gain; param is the negative slope of "leaky_relu", None for 0.01."""
    gain = c_double()
    _library.calculate_gain(Nonlinearity._of(nonlinearity), math.nan if param is None else param, byref(gain))
    return gain.value


def calculate_fans(t: Any) -> Tuple[int, int]:
    """(fan_in, fan_out) of a weight of t's shape."""
    fan_in, fan_out = c_int64(), c_int64()
    _library.calculate_fans(byref(_View(t, False).tensor), byref(fan_in), byref(fan_out))
    return fan_in.value, fan_out.value


def _write(function: Any, t: Any, *arguments: Any) -> None:
    view = _View(t, True)
    function(byref(view.tensor), *arguments)


def _draw(g: Generator, function: Any, t: Any, *arguments: Any) -> None:
    view = _View(t, True)
    g._call(function, byref(view.tensor), *arguments)


def init_constant(t: Any, value: float) -> None:
    """Every element value."""
    _write(_library.init_constant, t, value)


def init_zeros(t: Any) -> None:
    """Every element 0."""
    _write(_library.init_zeros, t)


def init_ones(t: Any) -> None:
    """Every element 1."""
    _write(_library.init_ones, t)


def init_eye(t: Any) -> None:
    """The identity matrix."""
    _write(_library.init_eye, t)


def init_dirac(t: Any, groups: int = 1) -> None:
    """The identity of a convolution in groups."""
    _write(_library.init_dirac, t, _int64("groups", groups))


def init_uniform(g: Generator, t: Any, a: float = 0.0, b: float = 1.0) -> None:
    """Uniform on [a, b)."""
    _draw(g, _library.init_uniform, t, a, b)


def init_normal(g: Generator, t: Any, mean: float = 0.0, std: float = 1.0) -> None:
    """Normal."""
    _draw(g, _library.init_normal, t, mean, std)


def init_trunc_normal(g: Generator, t: Any, mean: float = 0.0, std: float = 1.0, a: float = -2.0,
                      b: float = 2.0) -> None:
    """Normal between the bounds a and b."""
    _draw(g, _library.init_trunc_normal, t, mean, std, a, b)


def init_xavier_uniform(g: Generator, t: Any, gain: float = 1.0) -> None:
    """Glorot and Bengio's, uniform."""
    _draw(g, _library.init_xavier_uniform, t, gain)


def init_xavier_normal(g: Generator, t: Any, gain: float = 1.0) -> None:
    """Glorot and Bengio's, normal."""
    _draw(g, _library.init_xavier_normal, t, gain)


def init_kaiming_uniform(g: Generator, t: Any, a: float = 0.0, fan_mode: Union[FanMode, int, str] = FanMode.FAN_IN,
                         nonlinearity: Union[Nonlinearity, int, str] = Nonlinearity.LEAKY_RELU) -> None:
    """He's, uniform; a is the negative slope of "leaky_relu"."""
    _draw(g, _library.init_kaiming_uniform, t, a, FanMode._of(fan_mode), Nonlinearity._of(nonlinearity))


def init_kaiming_normal(g: Generator, t: Any, a: float = 0.0, fan_mode: Union[FanMode, int, str] = FanMode.FAN_IN,
                        nonlinearity: Union[Nonlinearity, int, str] = Nonlinearity.LEAKY_RELU) -> None:
    """He's, normal; a is the negative slope of "leaky_relu"."""
    _draw(g, _library.init_kaiming_normal, t, a, FanMode._of(fan_mode), Nonlinearity._of(nonlinearity))


def init_orthogonal(g: Generator, t: Any, gain: float = 1.0) -> None:
    """gain times a Haar-distributed orthogonal matrix."""
    _draw(g, _library.init_orthogonal, t, gain)


def init_delta_orthogonal(g: Generator, t: Any, gain: float = 1.0) -> None:
    """An orthogonal matrix at the centre of a convolution."""
    _draw(g, _library.init_delta_orthogonal, t, gain)


def init_sparse(g: Generator, t: Any, sparsity: float, std: float = 0.01) -> None:
    """Normal, with the fraction sparsity of each column 0."""
    _draw(g, _library.init_sparse, t, sparsity, std)


def init_variance_scaling(g: Generator, t: Any, scale: float = 1.0,
                          fan_mode: Union[FanMode, int, str] = FanMode.FAN_IN,
                          distribution: Union[Distribution, int, str] = Distribution.TRUNCATED_NORMAL) -> None:
    """Variance scaling as in JAX and Keras."""
    _draw(g, _library.init_variance_scaling, t, scale, FanMode._of(fan_mode), Distribution._of(distribution))


class Initializer:
    """An initialiser as a value, for tables of parameters and for shards. A kind looks only at what its function takes.

    Starts with PyTorch's defaults for the kind; keywords change them.
    """

    def __init__(self, kind: Union[Kind, int, str], *, fan_mode: Union[FanMode, int, str, None] = None,
                 nonlinearity: Union[Nonlinearity, int, str, None] = None,
                 distribution: Union[Distribution, int, str, None] = None, groups: Optional[int] = None,
                 parameters: Iterable[float] = ()) -> None:
        self._raw = _Initializer(struct_size=ctypes.sizeof(_Initializer))
        _library.initializer_defaults(byref(self._raw), Kind._of(kind))
        if fan_mode is not None:
            self._raw.fan_mode = FanMode._of(fan_mode)
        if nonlinearity is not None:
            self._raw.nonlinearity = Nonlinearity._of(nonlinearity)
        if distribution is not None:
            self._raw.distribution = Distribution._of(distribution)
        if groups is not None:
            self._raw.groups = _int64("groups", groups)
        parameters = tuple(parameters)
        if len(parameters) > 4:
            raise InvalidArgument(f"parameters are {parameters}, expected at most 4")
        self._raw.p[: len(parameters)] = parameters

    def __bytes__(self) -> bytes:
        return bytes(self._raw)

    def _call(self, function: Any, g: Optional[Generator], *arguments: Any) -> None:
        if g is None:
            function(None, *arguments)
        else:
            g._call(function, *arguments)

    def write(self, g: Optional[Generator], t: Any) -> None:
        """Initialises t. g may be None for kinds that draw nothing."""
        view = _View(t, True)
        self._call(_library.init, g, byref(self._raw), byref(view.tensor))

    def write_shard(self, g: Optional[Generator], local: Any, global_shape: Sequence[int], offset: Sequence[int]) -> None:
        """Writes one rectangular slice of the tensor of shape global_shape that write would write; offset is where it
        begins. The generator advances as for the whole."""
        view = _View(local, True)
        n = view.tensor.ndim
        for name, numbers in (("global_shape", global_shape), ("offset", offset)):
            if len(numbers) != n:
                raise InvalidArgument(f"{name} is {tuple(numbers)}, expected {n} numbers as local has")
        lists = [(c_int64 * n)(*(_int64("a length or index", x) for x in numbers)) for numbers in (global_shape, offset)]
        self._call(_library.init_shard, g, byref(self._raw), byref(view.tensor), *lists)


# ---- PyTorch's layers -----------------------------------------------------------------------------------------------


def _reset(g: Generator, function: Any, weight: Any, bias: Any) -> None:
    weights, biases = _View(weight, True), None if bias is None else _View(bias, True)
    g._call(function, byref(weights.tensor), biases and byref(biases.tensor))


def torch_linear_reset(g: Generator, weight: Any, bias: Any = None) -> None:
    """What nn.Linear constructs, with a generator of "torch_mt19937": weight [out, in], then bias [out]."""
    _reset(g, _library.torch_linear_reset, weight, bias)


def torch_conv_reset(g: Generator, weight: Any, bias: Any = None) -> None:
    """What nn.Conv1d to nn.Conv3d and their transposed kinds construct."""
    _reset(g, _library.torch_conv_reset, weight, bias)


def torch_embedding_reset(g: Generator, weight: Any) -> None:
    """What nn.Embedding constructs: weight [count, dim]."""
    _draw(g, _library.torch_embedding_reset, weight)


# ---- Norms, activations and the linear layer ------------------------------------------------------------------------
#
# Arrays that are None are not there or not wanted. y may be x, and grad_x may be grad_y or x.


def _apply(function: Any, outputs: Iterable[int], *arguments: Any) -> None:
    """Calls with the arrays among the arguments as tensors; those at the places ``outputs`` are written."""
    views = []
    passed = list(arguments)
    written = set(outputs)
    for i, argument in enumerate(arguments):
        if argument is not None and not isinstance(argument, (int, float, ctypes.Array)):
            view = _View(argument, i in written)
            views.append(view)
            passed[i] = byref(view.tensor)
    function(*passed)


def mean_var(x: Any, axes: Optional[Sequence[int]] = None, correction: float = 1.0, mean: Any = None,
             var: Any = None) -> None:
    """Mean and variance of x along axes, None for all of them; negative ones count from the last dimension."""
    n = 0 if axes is None else len(axes)
    numbers = None if axes is None else (c_int32 * n)(*(_int32("an axis", axis) for axis in axes))
    _apply(_library.mean_var, (4, 5), x, numbers, n, correction, mean, var)


def layer_norm(x: Any, y: Any, normalized_ndim: int = 1, weight: Any = None, bias: Any = None, eps: float = 1e-5,
               mean: Any = None, rstd: Any = None) -> None:
    """Over the last normalized_ndim dimensions."""
    n = _int32("normalized_ndim", normalized_ndim)
    _apply(_library.layer_norm, (5, 6, 7), x, n, weight, bias, eps, y, mean, rstd)


def rms_norm(x: Any, y: Any, normalized_ndim: int = 1, weight: Any = None, eps: float = 1e-5, rstd: Any = None) -> None:
    """By the root of the mean of squares of the last normalized_ndim dimensions."""
    _apply(_library.rms_norm, (4, 5), x, _int32("normalized_ndim", normalized_ndim), weight, eps, y, rstd)


def group_norm(x: Any, y: Any, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5, mean: Any = None,
               rstd: Any = None) -> None:
    """Over groups of channels of each image."""
    _apply(_library.group_norm, (5, 6, 7), x, _int64("groups", groups), weight, bias, eps, y, mean, rstd)


def _counter(count: Any) -> Any:
    """An int64 array of one element, as PyTorch's num_batches_tracked."""
    if count is None:
        return None
    view = _View(count, True)
    address, n = _of_dtype(view, {_I64: view.buffer})()
    if n != 1:
        raise InvalidArgument(f"num_batches_tracked has {n} elements, expected 1")
    counter = (c_int64 * 1).from_address(address)
    counter.keep = view
    return counter


def batch_norm(x: Any, y: Any, weight: Any = None, bias: Any = None, running_mean: Any = None, running_var: Any = None,
               num_batches_tracked: Any = None, training: bool = False, momentum: Optional[float] = 0.1,
               eps: float = 1e-5, save_mean: Any = None, save_rstd: Any = None) -> None:
    """Over a channel of all images. momentum None is the average of all batches."""
    _apply(_library.batch_norm, (3, 4, 9, 10, 11), x, weight, bias, running_mean, running_var,
           _counter(num_batches_tracked), bool(training), math.nan if momentum is None else momentum, eps, y, save_mean,
           save_rstd)


def instance_norm(x: Any, y: Any, weight: Any = None, bias: Any = None, running_mean: Any = None,
                  running_var: Any = None, use_input_stats: bool = True, momentum: float = 0.1,
                  eps: float = 1e-5) -> None:
    """Over each channel of each image."""
    _apply(_library.instance_norm, (3, 4, 8), x, weight, bias, running_mean, running_var, bool(use_input_stats),
           momentum, eps, y)


def _three(name: str, numbers: Sequence[float]) -> Any:
    if len(numbers) != 3:
        raise InvalidArgument(f"{name} has {len(numbers)} numbers, expected 3")
    return (c_double * 3)(*numbers)


def switchable_norm(x: Any, y: Any, mean_logits: Sequence[float], var_logits: Sequence[float], weight: Any = None,
                    bias: Any = None, running_mean: Any = None, running_var: Any = None, training: bool = False,
                    momentum: Optional[float] = 0.1, eps: float = 1e-5) -> None:
    """Instance, layer and batch statistics mixed by the softmax of three logits each."""
    _apply(_library.switchable_norm, (5, 6, 10), x, weight, bias, _three("mean_logits", mean_logits),
           _three("var_logits", var_logits), running_mean, running_var, bool(training), momentum, eps, y)


def local_response_norm(x: Any, y: Any, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
    """By a power of the squares of neighbouring channels."""
    _apply(_library.local_response_norm, (5,), x, _int64("size", size), alpha, beta, k, y)


def layer_norm_backward(grad_y: Any, x: Any, normalized_ndim: int, mean: Any, rstd: Any, weight: Any = None,
                        grad_x: Any = None, grad_weight: Any = None, grad_bias: Any = None) -> None:
    """The gradients of layer_norm."""
    n = _int32("normalized_ndim", normalized_ndim)
    _apply(_library.layer_norm_backward, (6, 7, 8), grad_y, x, n, mean, rstd, weight, grad_x, grad_weight, grad_bias)


def rms_norm_backward(grad_y: Any, x: Any, normalized_ndim: int, rstd: Any, weight: Any = None, grad_x: Any = None,
                      grad_weight: Any = None) -> None:
    """The gradients of rms_norm."""
    n = _int32("normalized_ndim", normalized_ndim)
    _apply(_library.rms_norm_backward, (5, 6), grad_y, x, n, rstd, weight, grad_x, grad_weight)


def group_norm_backward(grad_y: Any, x: Any, groups: int, mean: Any, rstd: Any, weight: Any = None, grad_x: Any = None,
                        grad_weight: Any = None, grad_bias: Any = None) -> None:
    """The gradients of group_norm."""
    n = _int64("groups", groups)
    _apply(_library.group_norm_backward, (6, 7, 8), grad_y, x, n, mean, rstd, weight, grad_x, grad_weight, grad_bias)


def batch_norm_backward(grad_y: Any, x: Any, mean: Any, rstd: Any, weight: Any = None, training: bool = True,
                        grad_x: Any = None, grad_weight: Any = None, grad_bias: Any = None) -> None:
    """The gradients of batch_norm, from the statistics that it saved."""
    _apply(_library.batch_norm_backward, (6, 7, 8), grad_y, x, mean, rstd, weight, bool(training), grad_x, grad_weight,
           grad_bias)


def instance_norm_backward(grad_y: Any, x: Any, weight: Any = None, running_mean: Any = None, running_var: Any = None,
                           use_input_stats: bool = True, eps: float = 1e-5, grad_x: Any = None, grad_weight: Any = None,
                           grad_bias: Any = None) -> None:
    """The gradients of instance_norm."""
    _apply(_library.instance_norm_backward, (7, 8, 9), grad_y, x, weight, running_mean, running_var,
           bool(use_input_stats), eps, grad_x, grad_weight, grad_bias)


def relu(x: Any, y: Any) -> None:
    """max(0, x)."""
    _apply(_library.relu, (1,), x, y)


def leaky_relu(x: Any, y: Any, negative_slope: float = 0.01) -> None:
    """A slope below 0."""
    _apply(_library.leaky_relu, (2,), x, negative_slope, y)


def prelu(x: Any, y: Any, weight: Any) -> None:
    """A slope for each channel below 0."""
    _apply(_library.prelu, (2,), x, weight, y)


def linear(x: Any, y: Any, weight: Any, bias: Any = None) -> None:
    """y = x weight^T + bias."""
    _apply(_library.linear, (3,), x, weight, bias, y)


def relu_backward(grad_y: Any, x: Any, grad_x: Any) -> None:
    """The gradient of relu."""
    _apply(_library.relu_backward, (2,), grad_y, x, grad_x)


def leaky_relu_backward(grad_y: Any, x: Any, grad_x: Any, negative_slope: float = 0.01) -> None:
    """The gradient of leaky_relu."""
    _apply(_library.leaky_relu_backward, (3,), grad_y, x, negative_slope, grad_x)


def prelu_backward(grad_y: Any, x: Any, weight: Any, grad_x: Any = None, grad_weight: Any = None) -> None:
    """The gradients of prelu."""
    _apply(_library.prelu_backward, (3, 4), grad_y, x, weight, grad_x, grad_weight)


def linear_backward(grad_y: Any, x: Any, weight: Any, grad_x: Any = None, grad_weight: Any = None,
                    grad_bias: Any = None) -> None:
    """The gradients of linear."""
    _apply(_library.linear_backward, (3, 4, 5), grad_y, x, weight, grad_x, grad_weight, grad_bias)


# ---- Moments --------------------------------------------------------------------------------------------------------


class Moments:
    """Count, mean and sum of squared deviations of a sequence, without cancellation."""

    _UPDATE = {_F32: _library.moments_update_f32, _F64: _library.moments_update_f64}

    def __init__(self) -> None:
        self._raw = _Moments()

    def update(self, x: Any) -> None:
        """Appends the elements of a contiguous float32 or float64 array."""
        function, address, n, _keep = _contiguous(x, self._UPDATE, False)
        function(byref(self._raw), address, n)

    def merge(self, other: "Moments") -> None:
        """Appends another sequence."""
        _library.moments_merge(byref(self._raw), byref(other._raw))

    def variance(self, correction: float = 1.0) -> float:
        """The sum of squared deviations / (count - correction): 0 for the biased, 1 for the unbiased variance."""
        variance = c_double()
        _library.moments_variance(byref(self._raw), correction, byref(variance))
        return variance.value

    @property
    def count(self) -> float:
        """How many elements."""
        return self._raw.count

    @property
    def mean(self) -> float:
        """Their mean."""
        return self._raw.mean

    @property
    def m2(self) -> float:
        """The sum of squared deviations from the mean."""
        return self._raw.m2
