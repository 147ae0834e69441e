"""Random weights, moments and norms, the same bits on every processor.

    >>> import numpy, unitvar
    >>> g = unitvar.Generator("pcg32", 42)
    >>> x = numpy.empty(1000, numpy.float32)
    >>> g.normal(x)
    >>> unitvar.init_kaiming_normal(g, torch_module.weight, nonlinearity="relu")
    >>> unitvar.layer_norm(x.reshape(10, 100), x.reshape(10, 100))

Where to look, help(unitvar.Generator) for one:

    Generator           an engine, a seed and a position: fills arrays with bits, uniforms, normals, permutations
    init_*              initialisers, named as PyTorch's; Initializer is any of them as a value, for slices of a tensor
    calculate_*         gains and fans
    *_norm, mean_var    normalisation and its statistics; *_norm_backward, the gradients
    relu, linear, ...   activations, the linear layer and their gradients
    Moments             count, mean and variance of data that comes in parts
    torch_*             what PyTorch draws elsewhere, for Generator("torch_mt19937", seed)
    Error               what every failure is one of
    isa, num_threads    what the library uses, and set_isa, set_num_threads

Arrays are read and written in place, never copied: whatever has a buffer (NumPy arrays, array.array, bytearray, ctypes
arrays), ``__array_interface__`` (ml_dtypes' bfloat16 too) or ``__dlpack__`` (PyTorch tensors). What is written must be
writable: NumPy scalars, bytes, read-only arrays and JAX's, which are immutable, are refused. Samplers fill contiguous
arrays; initialisers and norms take any strides.

Integers are whatever Python indexes with, numbers whatever float() takes but text and truth values; constants are
members of their enumeration, its numbers or names. An argument that cannot be used raises InvalidArgument (a
ValueError), or InvalidType (a TypeError too), which names it, its value and what was expected. What each function
computes, its errors and sources are in unitvar.h.

This is the C API by ctypes. The library is the file that the environment variable UNITVAR_LIBRARY names, else the one
beside this module, which a wheel has, else what the system finds as libunitvar.so.0. Calls release the GIL. A Generator
and a Moments belong to one thread at a time, and say so when two meet in them; os.fork waits for the calls that other
threads have in them.
"""

from __future__ import annotations

import ctypes
import enum
import functools
import math
import operator
import os
import re
import sys
import threading
import weakref
from ctypes import (
    POINTER, byref, c_char_p, c_double, c_int32, c_int64, c_size_t, c_ssize_t, c_uint8, c_uint16, c_uint32, c_uint64,
    c_void_p,
)
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple, Union

if TYPE_CHECKING:
    from typing import Protocol, SupportsFloat, SupportsIndex

    from typing_extensions import Buffer, Self

    class _HasArrayInterface(Protocol):
        @property
        def __array_interface__(self) -> Dict[str, Any]: ...

    class _HasDLPack(Protocol):
        def __dlpack__(self) -> Any: ...

    Array = Union[Buffer, _HasArrayInterface, _HasDLPack]
    Integer = SupportsIndex
    Number = Union[SupportsFloat, SupportsIndex]
    DimsLike = Union[Integer, Sequence[Integer]]
else:
    Array = Integer = Number = DimsLike = Any

__all__ = [
    "CorruptState", "Distribution", "Draw", "DrawKind", "Engine", "Error", "FanMode", "Generator", "Initializer",
    "Internal", "InvalidArgument", "InvalidType", "Kind", "Moments", "Nonlinearity", "OutOfMemory", "Status",
    "StreamExhausted", "Unsupported", "WeightLayout", "batch_moments", "batch_norm", "batch_norm_activation",
    "batch_norm_backward", "batch_norm_backward_given", "batch_norm_backward_sums", "batch_norm_given",
    "batch_norm_given_activation", "calculate_fans", "calculate_fans_axes", "calculate_fans_layout", "calculate_gain",
    "dropout", "group_norm", "group_norm_activation", "group_norm_backward",
    # from unitvar.h by cmake/bindings.py: names
    "init_constant", "init_delta_orthogonal", "init_delta_orthogonal_layout", "init_dirac", "init_eye",
    "init_glorot_normal", "init_glorot_uniform", "init_he_normal", "init_he_uniform", "init_identity",
    "init_kaiming_normal", "init_kaiming_uniform", "init_lecun_normal", "init_lecun_uniform", "init_normal",
    "init_ones", "init_orthogonal", "init_orthogonal_axis", "init_sparse", "init_trunc_normal", "init_uniform",
    "init_variance_scaling", "init_variance_scaling_fans", "init_xavier_normal", "init_xavier_uniform", "init_zeros",
    # end
    "init_values", "instance_norm", "instance_norm_activation", "instance_norm_backward", "isa", "layer_norm",
    "layer_norm_activation", "layer_norm_axes", "layer_norm_axes_backward", "layer_norm_backward", "layer_norm_given",
    "layer_norm_residual", "leaky_relu", "leaky_relu_backward", "linear", "linear_backward", "local_response_norm",
    "local_response_norm_backward", "local_response_norm_window", "local_response_norm_window_backward", "mean_var",
    "num_threads", "prelu", "prelu_backward", "relu", "relu_backward", "rms_norm", "rms_norm_activation",
    "rms_norm_axes", "rms_norm_axes_backward", "rms_norm_backward", "rms_norm_residual", "set_isa", "set_num_threads",
    "sobol", "sobol_normal", "stream_version", "switchable_norm", "switchable_norm_backward", "torch_bernoulli",
    "torch_cauchy", "torch_conv_reset", "torch_embedding_reset", "torch_exponential", "torch_geometric",
    "torch_linear_reset", "torch_log_normal", "torch_multinomial", "torch_randint", "torch_random", "version",
    "version_string",
]


# ---- The C API ------------------------------------------------------------------------------------------------------


class _DType(ctypes.Structure):
    """DLPack's DLDataType."""

    _fields_ = [
        # from unitvar.h by cmake/bindings.py: dtype
        ("code", c_uint8),
        ("bits", c_uint8),
        ("lanes", c_uint16),
        # end
    ]


class _Device(ctypes.Structure):
    """DLPack's DLDevice."""

    _fields_ = [
        # from unitvar.h by cmake/bindings.py: device
        ("device_type", c_int32),
        ("device_id", c_int32),
        # end
    ]


class _Tensor(ctypes.Structure):
    """DLPack's DLTensor."""

    _fields_ = [
        # from unitvar.h by cmake/bindings.py: tensor
        ("data", c_void_p),
        ("device", _Device),
        ("ndim", c_int32),
        ("dtype", _DType),
        ("shape", POINTER(c_int64)),
        ("strides", POINTER(c_int64)),
        ("byte_offset", c_uint64),
        # end
    ]


class _Initializer(ctypes.Structure):
    _fields_ = [
        # from unitvar.h by cmake/bindings.py: initializer
        ("struct_size", c_uint32),
        ("kind", c_int32),
        ("fan_mode", c_int32),
        ("nonlinearity", c_int32),
        ("distribution", c_int32),
        ("reserved", c_int32),
        ("groups", c_int64),
        ("p", c_double * 4),
        # end
    ]


class _Draw(ctypes.Structure):
    _fields_ = [
        # from unitvar.h by cmake/bindings.py: draw
        ("struct_size", c_uint32),
        ("kind", c_int32),
        ("dtype", _DType),
        ("reserved", c_int32),
        ("p", c_double * 4),
        ("k", c_int64 * 2),
        # end
    ]


class _Moments(ctypes.Structure):
    _fields_ = [
        # from unitvar.h by cmake/bindings.py: moments
        ("count", c_double),
        ("mean", c_double),
        ("m2", c_double),
        # end
    ]


class _WideMoments(ctypes.Structure):
    _fields_ = [
        # from unitvar.h by cmake/bindings.py: wide_moments
        ("count", c_double),
        ("mean", c_double),
        ("mean_low", c_double),
        ("m2", c_double),
        ("prescale", c_double),
        # end
    ]


# Every function: its parameters in C's order, each with its kind (a key of _KINDS), and its result, where that is not a
# status.
_FUNCTIONS = {
    # from unitvar.h by cmake/bindings.py: functions
    "version": "-> uint32",
    "version_string": "-> text",
    "stream_version": "-> uint32",
    "status_name": "status:int32 -> text",
    "last_error": "-> text",
    "isa": "-> text",
    "set_isa": "name:text?",
    "set_num_threads": "n:int32",
    "num_threads": "-> int32",
    "engine_from_name": "name:text out:&int32",
    "nonlinearity_from_name": "name:text out:&int32",
    "fan_mode_from_name": "name:text out:&int32",
    "distribution_from_name": "name:text out:&int32",
    "weight_layout_from_name": "name:text out:&int32",
    "initializer_from_name": "name:text out:&int32",
    "draw_from_name": "name:text out:&int32",
    "status_from_name": "name:text out:&int32",
    "initializer_name": "kind:int32 -> text",
    "draw_name": "kind:int32 -> text",
    "generator_create": "engine:engine seed:uint64 stream:uint64 out:&pointer",
    "generator_create_torch": "seed:uint64 release:int32 libm:int32 out:&pointer",
    "generator_destroy": "g:pointer -> nothing",
    "generator_clone": "g:g out:&pointer",
    "generator_fork": "g:g name:text out:&pointer",
    "generator_seek": "g:g block:uint64",
    "generator_tell": "g:g block:&uint64",
    "generator_save": "g:g buf:pointer capacity:size size:&size",
    "generator_load": "buf:pointer size:size out:&pointer",
    "generator_save_torch": "g:g buf:pointer capacity:size size:&size",
    "generator_load_torch": "buf:pointer size:size release:int32 libm:int32 out:&pointer",
    "bits_u32": "g:g dst:pointer n:size",
    "bits_u64": "g:g dst:pointer n:size",
    "uniform_f32": "g:g dst:pointer n:size low:real high:real",
    "uniform_f64": "g:g dst:pointer n:size low:real high:real",
    "normal_f32": "g:g dst:pointer n:size mean:real std:real",
    "normal_f64": "g:g dst:pointer n:size mean:real std:real",
    "normal_icdf_f32": "g:g dst:pointer n:size mean:real std:real",
    "normal_icdf_f64": "g:g dst:pointer n:size mean:real std:real",
    "trunc_normal_f32": "g:g dst:pointer n:size mean:real std:real a:real b:real",
    "trunc_normal_f64": "g:g dst:pointer n:size mean:real std:real a:real b:real",
    "permutation_i64": "g:g dst:pointer n:size",
    "choice_i64": "g:g dst:pointer n:size population:uint64",
    "sobol_f32": "g:g? dst:pointer points:size dimensions:size first:uint64",
    "sobol_f64": "g:g? dst:pointer points:size dimensions:size first:uint64",
    "sobol_normal_f32": "g:g? dst:pointer points:size dimensions:size first:uint64 mean:real std:real",
    "sobol_normal_f64": "g:g? dst:pointer points:size dimensions:size first:uint64 mean:real std:real",
    "exponential_f32": "g:g dst:pointer n:size scale:real",
    "exponential_f64": "g:g dst:pointer n:size scale:real",
    "laplace_f32": "g:g dst:pointer n:size location:real scale:real",
    "laplace_f64": "g:g dst:pointer n:size location:real scale:real",
    "logistic_f32": "g:g dst:pointer n:size location:real scale:real",
    "logistic_f64": "g:g dst:pointer n:size location:real scale:real",
    "gumbel_f32": "g:g dst:pointer n:size location:real scale:real",
    "gumbel_f64": "g:g dst:pointer n:size location:real scale:real",
    "cauchy_f32": "g:g dst:pointer n:size location:real scale:real",
    "cauchy_f64": "g:g dst:pointer n:size location:real scale:real",
    "weibull_f32": "g:g dst:pointer n:size shape:real scale:real",
    "weibull_f64": "g:g dst:pointer n:size shape:real scale:real",
    "rayleigh_f32": "g:g dst:pointer n:size scale:real",
    "rayleigh_f64": "g:g dst:pointer n:size scale:real",
    "log_normal_f32": "g:g dst:pointer n:size mean:real std:real",
    "log_normal_f64": "g:g dst:pointer n:size mean:real std:real",
    "integers_i32": "g:g dst:pointer n:size low:int64 high:int64",
    "integers_i64": "g:g dst:pointer n:size low:int64 high:int64",
    "bernoulli_u8": "g:g dst:pointer n:size p:real",
    "bernoulli_bits": "g:g dst:pointer n:size p:real",
    "uniform_bf16": "g:g dst:pointer n:size low:real high:real",
    "uniform_f16": "g:g dst:pointer n:size low:real high:real",
    "normal_bf16": "g:g dst:pointer n:size mean:real std:real",
    "normal_f16": "g:g dst:pointer n:size mean:real std:real",
    "trunc_normal_bf16": "g:g dst:pointer n:size mean:real std:real a:real b:real",
    "trunc_normal_f16": "g:g dst:pointer n:size mean:real std:real a:real b:real",
    "draw_defaults": "draw:&draw kind:draw_kind",
    "sample": "g:g draw:&draw dst:pointer n:size",
    "sample_at": "g:g draw:&draw first:uint64 dst:pointer n:size",
    "calculate_gain": "nonlinearity:nonlinearity param:real? gain:&real",
    "calculate_fans": "t:array fan_in:&int64 fan_out:&int64",
    "calculate_fans_layout": "t:array layout:layout groups:int64 fan_in:&int64 fan_out:&int64",
    "calculate_fans_axes": "t:array in_axes:axes num_in_axes:int32 out_axes:axes num_out_axes:int32 batch_axes:axes "
                           "num_batch_axes:int32 fan_in:&int64 fan_out:&int64",
    "init_constant": "t:out value:real",
    "init_zeros": "t:out",
    "init_ones": "t:out",
    "init_values": "t:out values:array",
    "init_eye": "t:out",
    "init_dirac": "t:out groups:int64",
    "init_uniform": "g:g t:out a:real b:real",
    "init_normal": "g:g t:out mean:real std:real",
    "init_trunc_normal": "g:g t:out mean:real std:real a:real b:real",
    "init_xavier_uniform": "g:g t:out gain:real",
    "init_xavier_normal": "g:g t:out gain:real",
    "init_kaiming_uniform": "g:g t:out a:real fan_mode:fan_mode nonlinearity:nonlinearity",
    "init_kaiming_normal": "g:g t:out a:real fan_mode:fan_mode nonlinearity:nonlinearity",
    "init_orthogonal": "g:g t:out gain:real",
    "init_delta_orthogonal": "g:g t:out gain:real",
    "init_sparse": "g:g t:out sparsity:real std:real",
    "init_variance_scaling": "g:g t:out scale:real fan_mode:fan_mode distribution:distribution",
    "init_variance_scaling_fans": "g:g t:out scale:real fan_in:real fan_out:real fan_mode:fan_mode "
                                  "distribution:distribution",
    "init_orthogonal_axis": "g:g t:out gain:real axis:int32",
    "init_delta_orthogonal_layout": "g:g t:out gain:real layout:layout",
    "init_glorot_uniform": "g:g t:out layout:layout",
    "init_glorot_normal": "g:g t:out layout:layout",
    "init_he_uniform": "g:g t:out layout:layout",
    "init_he_normal": "g:g t:out layout:layout",
    "init_lecun_uniform": "g:g t:out layout:layout",
    "init_lecun_normal": "g:g t:out layout:layout",
    "init_identity": "t:out gain:real",
    "initializer_defaults": "init:&initializer kind:kind",
    "init": "g:g? init:&initializer t:out",
    "init_shard": "g:g? init:&initializer local:out global_shape:lengths offset:lengths",
    "torch_linear_reset": "g:g weight:out bias:out?",
    "torch_conv_reset": "g:g weight:out bias:out?",
    "torch_embedding_reset": "g:g weight:out",
    "torch_random": "g:g t:out",
    "torch_randint": "g:g t:out low:int64 high:int64",
    "torch_bernoulli": "g:g t:out p:real",
    "torch_geometric": "g:g t:out p:real",
    "torch_exponential": "g:g t:out lambd:real",
    "torch_log_normal": "g:g t:out mean:real std:real",
    "torch_cauchy": "g:g t:out median:real sigma:real",
    "torch_multinomial": "g:g weights:array replacement:flag samples:out",
    "moments_update_f32": "m:&moments x:pointer n:size",
    "moments_update_f64": "m:&moments x:pointer n:size",
    "moments_update": "m:&moments x:array",
    "moments_merge": "into:&moments other:&moments",
    "moments_variance": "m:&moments correction:real out:&real",
    "wide_moments_update_f32": "m:m x:pointer n:size",
    "wide_moments_update_f64": "m:m x:pointer n:size",
    "wide_moments_update": "m:m x:array",
    "wide_moments_merge": "into:m other:&wide",
    "wide_moments_mean": "m:m out:&real",
    "wide_moments_variance": "m:m correction:real out:&real",
    "mean_var": "x:array axes:axes naxes:int32 correction:real mean:out? var:out?",
    "layer_norm": "x:array normalized_ndim:dims weight:array? bias:array? eps:real y:out mean:out? rstd:out?",
    "rms_norm": "x:array normalized_ndim:dims weight:array? eps:eps? y:out rstd:out?",
    "layer_norm_residual": "x:array residual:array normalized_ndim:dims weight:array? bias:array? eps:real sum:out? "
                           "y:out mean:out? rstd:out?",
    "rms_norm_residual": "x:array residual:array normalized_ndim:dims weight:array? eps:eps? sum:out? y:out rstd:out?",
    "layer_norm_axes": "x:array axes:axes naxes:int32 weight:array? bias:array? eps:real y:out mean:out? rstd:out?",
    "rms_norm_axes": "x:array axes:axes naxes:int32 weight:array? eps:eps? y:out rstd:out?",
    "layer_norm_given": "x:array normalized_ndim:dims mean:array rstd:array weight:array? bias:array? y:out",
    "group_norm": "x:array groups:int64 weight:array? bias:array? eps:real y:out mean:out? rstd:out?",
    "batch_norm": "x:array weight:array? bias:array? running_mean:out? running_var:out? num_batches_tracked:count? "
                  "training:flag momentum:real? eps:real y:out save_mean:out? save_rstd:out?",
    "batch_moments": "x:array moments:five! n:fives",
    "batch_norm_given": "x:array weight:array? bias:array? moments:five n:fives running_mean:out? running_var:out? "
                        "num_batches_tracked:count? momentum:real? eps:real y:out save_mean:out? save_rstd:out?",
    "instance_norm": "x:array weight:array? bias:array? running_mean:out? running_var:out? use_input_stats:flag "
                     "momentum:real eps:real y:out",
    "switchable_norm": "x:array weight:array? bias:array? mean_logits:three var_logits:three running_mean:out? "
                       "running_var:out? training:flag momentum:real? eps:real y:out",
    "local_response_norm": "x:array size:int64 alpha:real beta:real k:real y:out",
    "local_response_norm_window": "x:array before:int64 after:int64 size:int64 alpha:real beta:real k:real y:out",
    "layer_norm_backward": "grad_y:array x:array normalized_ndim:dims mean:array rstd:array weight:array? grad_x:out? "
                           "grad_weight:out? grad_bias:out?",
    "rms_norm_backward": "grad_y:array x:array normalized_ndim:dims rstd:array weight:array? grad_x:out? "
                         "grad_weight:out?",
    "layer_norm_axes_backward": "grad_y:array x:array axes:axes naxes:int32 mean:array rstd:array weight:array? "
                                "grad_x:out? grad_weight:out? grad_bias:out?",
    "rms_norm_axes_backward": "grad_y:array x:array axes:axes naxes:int32 rstd:array weight:array? grad_x:out? "
                              "grad_weight:out?",
    "group_norm_backward": "grad_y:array x:array groups:int64 mean:array rstd:array weight:array? grad_x:out? "
                           "grad_weight:out? grad_bias:out?",
    "batch_norm_backward": "grad_y:array x:array mean:array rstd:array weight:array? training:flag grad_x:out? "
                           "grad_weight:out? grad_bias:out?",
    "batch_norm_backward_sums": "grad_y:array x:array mean:array sums:triple! n:triples",
    "batch_norm_backward_given": "grad_y:array x:array mean:array rstd:array weight:array? sums:triple n:triples "
                                 "grad_x:out? grad_weight:out? grad_bias:out?",
    "instance_norm_backward": "grad_y:array x:array weight:array? running_mean:array? running_var:array? "
                              "use_input_stats:flag eps:real grad_x:out? grad_weight:out? grad_bias:out?",
    "switchable_norm_backward": "grad_y:array x:array weight:array? mean_logits:three var_logits:three "
                                "running_mean:array? running_var:array? training:flag eps:real grad_x:out? "
                                "grad_weight:out? grad_bias:out? grad_mean_logits:three_out? "
                                "grad_var_logits:three_out?",
    "local_response_norm_backward": "grad_y:array x:array size:int64 alpha:real beta:real k:real grad_x:out",
    "local_response_norm_window_backward": "grad_y:array x:array before:int64 after:int64 size:int64 alpha:real "
                                           "beta:real k:real grad_x:out",
    "relu": "x:array y:out",
    "leaky_relu": "x:array negative_slope:real y:out",
    "prelu": "x:array weight:array y:out",
    "linear": "x:array weight:array bias:array? y:out",
    "dropout": "g:g x:array p:real y:out",
    "layer_norm_activation": "x:array normalized_ndim:dims weight:array? bias:array? eps:real "
                             "nonlinearity:nonlinearity negative_slope:real y:out mean:out? rstd:out?",
    "rms_norm_activation": "x:array normalized_ndim:dims weight:array? eps:eps? nonlinearity:nonlinearity "
                           "negative_slope:real y:out rstd:out?",
    "group_norm_activation": "x:array groups:int64 weight:array? bias:array? eps:real nonlinearity:nonlinearity "
                             "negative_slope:real y:out mean:out? rstd:out?",
    "batch_norm_activation": "x:array weight:array? bias:array? running_mean:out? running_var:out? "
                             "num_batches_tracked:count? training:flag momentum:real? eps:real "
                             "nonlinearity:nonlinearity negative_slope:real y:out save_mean:out? save_rstd:out?",
    "batch_norm_given_activation": "x:array weight:array? bias:array? moments:five n:fives running_mean:out? "
                                   "running_var:out? num_batches_tracked:count? momentum:real? eps:real "
                                   "nonlinearity:nonlinearity negative_slope:real y:out save_mean:out? save_rstd:out?",
    "instance_norm_activation": "x:array weight:array? bias:array? running_mean:out? running_var:out? "
                                "use_input_stats:flag momentum:real eps:real nonlinearity:nonlinearity "
                                "negative_slope:real y:out",
    "relu_backward": "grad_y:array x:array grad_x:out",
    "leaky_relu_backward": "grad_y:array x:array negative_slope:real grad_x:out",
    "prelu_backward": "grad_y:array x:array weight:array grad_x:out? grad_weight:out?",
    "linear_backward": "grad_y:array x:array weight:array grad_x:out? grad_weight:out? grad_bias:out?",
    # end
}


# ---- Errors ---------------------------------------------------------------------------------------------------------


class Status(enum.IntEnum):
    """Why a call failed."""

    # from unitvar.h by cmake/bindings.py: Status
    OK = 0
    INVALID_ARGUMENT = 10
    UNSUPPORTED = 20
    OUT_OF_MEMORY = 30
    CORRUPT_STATE = 40
    STREAM_EXHAUSTED = 50
    INTERNAL = 90
    # end

    @classmethod
    def from_name(cls, name: str) -> Status:
        """The status that the C API calls ``name``, such as "UNITVAR_OK"."""
        return cls(_look_up("status", name))

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


class InvalidType(InvalidArgument, TypeError):
    """An argument is of a type that is not taken in its place."""


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


_ERRORS: Dict[int, Any] = {
    error.status: error
    for error in (InvalidArgument, Unsupported, OutOfMemory, CorruptState, StreamExhausted, Internal)
}


def _raise_unless_ok(status: int, function: Any, arguments: Any) -> None:
    """ctypes' errcheck."""
    if status != 0:
        raise _ERRORS.get(status, Internal)(_library.last_error().decode(errors="replace"))


# ---- Numbers, names and lists of them -------------------------------------------------------------------------------
#
# A kind of argument is one function: of its name, its value and the call's views, to what ctypes passes.


def _type_name(value: Any) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"


def _shown(value: Any) -> str:
    """A value for a message, on one line."""
    shape = getattr(value, "shape", ())
    if isinstance(shape, tuple) and shape:
        return f"a {_type_name(value)} of the shape {tuple(shape)}"
    text = " ".join(repr(value).split())
    return text if len(text) <= 80 else text[:77] + "..."


def _of_wrong_type(name: str, value: Any, expected: str) -> InvalidType:
    return InvalidType(f"{name} is {_shown(value)}, expected {expected}")


def _dtype_name(value: Any) -> str:
    """Of NumPy's and PyTorch's scalars; "" for others."""
    return str(getattr(value, "dtype", "")).rpartition(".")[2]


def _is_bool(value: Any) -> bool:
    return isinstance(value, bool) or _dtype_name(value) == "bool"


def _integer(name: str, value: Any, low: int, high: int) -> int:
    """ctypes would cut what is too long, and int() what is no integer."""
    try:
        if _is_bool(value):
            raise TypeError
        number = operator.index(value)
    except TypeError:
        raise _of_wrong_type(name, value, f"an integer of {low} to {high}") from None
    if not low <= number <= high:
        raise InvalidArgument(f"{name} is {number}, expected an integer of {low} to {high}")
    return number


_INT32 = (-(1 << 31), (1 << 31) - 1)
_INT64 = (-(1 << 63), (1 << 63) - 1)
_UINT64 = (0, (1 << 64) - 1)


def _int32(name: str, value: Any, views: Any = None) -> int:
    return _integer(name, value, *_INT32)


def _int64(name: str, value: Any, views: Any = None) -> int:
    return _integer(name, value, *_INT64)


def _uint64(name: str, value: Any, views: Any = None) -> int:
    return _integer(name, value, *_UINT64)


def _real(name: str, value: Any, views: Any = None) -> float:
    """float() would take text, truth values and the real part of a complex number."""
    if type(value) is float:
        return value
    try:
        if isinstance(value, (str, bytes, bytearray)) or _is_bool(value) or len(getattr(value, "shape", ())) != 0 or (
                _dtype_name(value).startswith(("complex", "datetime", "timedelta"))):
            raise TypeError
        return float(value)
    except OverflowError:
        raise InvalidArgument(f"{name} is {_shown(value)}, expected a number in the range of a double") from None
    except (TypeError, ValueError, RuntimeError):
        raise _of_wrong_type(name, value, "a number") from None


def _real_or_nan(name: str, value: Any, views: Any = None) -> float:
    return math.nan if value is None else _real(name, value)


def _flag(name: str, value: Any, views: Any = None) -> int:
    """A truth value; any object has one, so that a number in the wrong place would pass."""
    if _is_bool(value):
        return int(bool(value))
    try:
        number = operator.index(value)
    except TypeError:
        number = -1
    if number not in (0, 1):
        raise _of_wrong_type(name, value, "True or False")
    return number


def _text(name: str, value: Any, views: Any = None) -> bytes:
    """UTF-8 without NUL, which C takes for the end."""
    if not isinstance(value, str):
        raise _of_wrong_type(name, value, "text")
    try:
        encoded = value.encode()
    except UnicodeEncodeError:
        raise InvalidArgument(f"{name} is {value!r}, expected text that UTF-8 can have") from None
    if b"\0" in encoded:
        raise InvalidArgument(f"{name} is {value!r}, expected text without NUL")
    return encoded


def _text_or_null(name: str, value: Any, views: Any = None) -> Optional[bytes]:
    return None if value is None else _text(name, value)


def _is_list(value: Any) -> bool:
    """Whether it may be a list of numbers: iterable, but neither text nor an array without dimensions."""
    return hasattr(value, "__iter__") and not isinstance(value, (str, bytes, bytearray)) and (
        not hasattr(value, "shape") or len(value.shape) != 0)


def _list(name: str, value: Any, of: Callable[[str, Any], Any], element: Any, expected: str,
          n: Optional[int] = None) -> Any:
    """A C array of the elements."""
    if not _is_list(value):
        raise _of_wrong_type(name, value, expected)
    numbers = [of(f"{name}[{i}]", x) for i, x in enumerate(value)]
    if n is not None and len(numbers) != n:
        raise InvalidArgument(f"{name} is {_shown(value)}, expected {expected}")
    return (element * len(numbers))(*numbers)


def _three(name: str, value: Any, views: Any) -> Any:
    return _list(name, value, _real, c_double, "3 numbers", 3)


def _lengths(name: str, value: Any, views: _Views) -> Any:
    """As many as the array before has dimensions."""
    n = views.last.tensor.ndim
    return _list(name, value, _int64, c_int64, f"{n} integers, one for each dimension of {views.last.name}", n)


def _axes(value: Any, name: str = "axes") -> Any:
    """An axis, several, or None for all, which C has as NULL."""
    if value is None:
        return None
    if _is_list(value):
        return _list(name, value, _int32, c_int32, "integers")
    return (c_int32 * 1)(_int32(name, value))


def _dims(name: str, value: Any, views: _Views) -> int:
    """A number of dimensions, or the shape that they must have."""
    if not _is_list(value):
        return _int32(name, value)
    wanted = tuple(_int64(f"{name}[{i}]", length) for i, length in enumerate(value))
    shape = views.last.shape
    if not wanted or shape[-len(wanted):] != wanted:
        raise InvalidArgument(f"{name} is the shape {wanted}, expected the last lengths of {views.last.name}, whose "
                              f"shape is {shape}")
    return len(wanted)


def _eps_or_default(name: str, value: Any, views: _Views) -> float:
    """PyTorch's default: the distance of 1 to the next number in which it calculates, f32 for 16 bits."""
    if value is not None:
        return _real(name, value)
    return 2.0**-52 if views.first.tensor.dtype.bits == 64 else 2.0**-23


# ---- Constants ------------------------------------------------------------------------------------------------------


def _look_up(kind: str, name: Any) -> int:
    """The number of a constant, by the C API's own table of names."""
    value = c_int32()
    getattr(_library, kind + "_from_name")(name, byref(value))
    return value.value


class _Constant(enum.IntEnum):
    """Constants that may be given by name as well."""

    @classmethod
    def from_name(cls, name: str) -> Self:
        """The constant that the C API calls ``name``."""
        return cls(_look_up(cls._look_up_name(), name))

    @classmethod
    def _look_up_name(cls) -> str:
        raise NotImplementedError

    @classmethod
    def _convert(cls, name: str, value: Any, views: Any = None) -> int:
        if isinstance(value, str):
            try:
                return _look_up(cls._look_up_name(), value)
            except InvalidArgument as error:
                raise InvalidArgument(f"{name}: {error}") from None
        try:
            return _int32(name, value)
        except InvalidType:
            raise _of_wrong_type(name, value, f"a {cls.__name__}, its number or its name") from None


class Engine(_Constant):
    """What turns (seed, stream, position) into 32-bit words."""

    # from unitvar.h by cmake/bindings.py: Engine
    PCG32 = 1
    PHILOX4X32 = 2
    TORCH_MT19937 = 3
    ARS4X32 = 4
    # end

    @classmethod
    def _look_up_name(cls) -> str:
        return "engine"


class FanMode(_Constant):
    """What the variance is divided by."""

    # from unitvar.h by cmake/bindings.py: FanMode
    FAN_IN = 0
    FAN_OUT = 1
    FAN_AVG = 2
    FAN_GEO_AVG = 3
    # end

    @classmethod
    def _look_up_name(cls) -> str:
        return "fan_mode"


class Nonlinearity(_Constant):
    """What stands behind a layer."""

    # from unitvar.h by cmake/bindings.py: Nonlinearity
    LINEAR = 0
    SIGMOID = 1
    TANH = 2
    RELU = 3
    LEAKY_RELU = 4
    SELU = 5
    GELU = 6
    SILU = 7
    ELU = 8
    SOFTPLUS = 9
    MISH = 10
    GAIN = 11
    # end

    @classmethod
    def _look_up_name(cls) -> str:
        return "nonlinearity"


class WeightLayout(_Constant):
    """Where a weight has its outputs, its inputs and the positions of its kernel."""

    # from unitvar.h by cmake/bindings.py: WeightLayout
    OUT_IN_K = 0
    K_IN_OUT = 1
    IN_OUT_K = 2
    # end

    @classmethod
    def _look_up_name(cls) -> str:
        return "weight_layout"


class Distribution(_Constant):
    """That of init_variance_scaling."""

    # from unitvar.h by cmake/bindings.py: Distribution
    UNIFORM = 0
    NORMAL = 1
    TRUNCATED_NORMAL = 2
    # end

    @classmethod
    def _look_up_name(cls) -> str:
        return "distribution"


class Kind(_Constant):
    """That of an Initializer; each is a function init_*."""

    # from unitvar.h by cmake/bindings.py: Kind
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
    VARIANCE_SCALING_FANS = 17
    ORTHOGONAL_AXIS = 18
    DELTA_ORTHOGONAL_LAYOUT = 19
    GLOROT_UNIFORM = 20
    GLOROT_NORMAL = 21
    HE_UNIFORM = 22
    HE_NORMAL = 23
    LECUN_UNIFORM = 24
    LECUN_NORMAL = 25
    IDENTITY = 26
    # end

    @classmethod
    def _look_up_name(cls) -> str:
        return "initializer"

    @property
    def c_name(self) -> str:
        """The name of its function, behind init_."""
        return _library.initializer_name(self).decode()


class DrawKind(_Constant):
    """That of a Draw; each is a sampler of Generator."""

    # from unitvar.h by cmake/bindings.py: DrawKind
    BITS = 1
    UNIFORM = 2
    NORMAL = 3
    NORMAL_ICDF = 4
    TRUNC_NORMAL = 5
    EXPONENTIAL = 6
    LAPLACE = 7
    LOGISTIC = 8
    GUMBEL = 9
    CAUCHY = 10
    WEIBULL = 11
    LOG_NORMAL = 12
    RAYLEIGH = 13
    INTEGERS = 14
    BERNOULLI = 15
    BERNOULLI_BITS = 16
    # end

    @classmethod
    def _look_up_name(cls) -> str:
        return "draw"

    @property
    def c_name(self) -> str:
        """The name of its sampler."""
        return _library.draw_name(self).decode()


EngineLike = Union[Engine, int, str]
FanModeLike = Union[FanMode, int, str]
WeightLayoutLike = Union[WeightLayout, int, str]
NonlinearityLike = Union[Nonlinearity, int, str]
DistributionLike = Union[Distribution, int, str]
KindLike = Union[Kind, int, str]
DrawKindLike = Union[DrawKind, int, str]


# ---- Arrays in place ------------------------------------------------------------------------------------------------
#
# A view is the memory of an array for one call: its owner is kept until release(), which comes after the call. A buffer
# comes first, because its owner then cannot move or free it; __array_interface__ is an address alone, whose memory may
# live as long as the dictionary; DLPack's capsule owns the memory and has a function to give it back.

_CPU = 1
_U8, _U32, _U64, _I64, _F32, _F64, _BF16 = (1, 8), (1, 32), (1, 64), (0, 64), (2, 32), (2, 64), (4, 16)
_I32, _F16 = (0, 32), (2, 16)
_DTYPE_NAMES = {_U8: "uint8", _U32: "uint32", _U64: "uint64", _I64: "int64", _F32: "float32", _F64: "float64",
                _I32: "int32", _F16: "float16", _BF16: "bfloat16"}

# DLPack's code for letters of struct's formats and for kinds of __array_interface__'s typestr.
_FORMAT_CODES = {**dict.fromkeys("efd", 2), **dict.fromkeys("bhilqn", 0), **dict.fromkeys("BHILQN", 1), "?": 6}
_TYPESTR_CODES = {"f": 2, "i": 0, "u": 1, "b": 6}
_NATIVE_ORDER = "<" if sys.byteorder == "little" else ">"

# Frameworks whose arrays are immutable, which their capsules, unversioned ones, do not say.
_IMMUTABLE = ("jax", "jaxlib", "tensorflow")


class _Buffer(ctypes.Structure):
    """CPython's Py_buffer."""

    _fields_ = [
        ("buf", c_void_p), ("obj", c_void_p), ("len", c_ssize_t), ("itemsize", c_ssize_t), ("readonly", ctypes.c_int),
        ("ndim", ctypes.c_int), ("format", c_char_p), ("shape", POINTER(c_ssize_t)), ("strides", POINTER(c_ssize_t)),
        ("suboffsets", POINTER(c_ssize_t)), ("internal", c_void_p),
    ]


class _Managed(ctypes.Structure):
    """DLPack's DLManagedTensor."""

    _fields_ = [("tensor", _Tensor), ("context", c_void_p), ("deleter", c_void_p)]


class _ManagedVersioned(ctypes.Structure):
    """DLPack's DLManagedTensorVersioned, since 1.0."""

    _fields_ = [
        ("major", c_uint32), ("minor", c_uint32), ("context", c_void_p), ("deleter", c_void_p), ("flags", c_uint64),
        ("tensor", _Tensor),
    ]


def _python(name: str, result: Any, *parameters: Any) -> Any:
    """A function of CPython's, called with the GIL; what it raises is raised. The attributes of ctypes.pythonapi are
    everybody's: another module may give them other types."""
    return ctypes.PYFUNCTYPE(result, *parameters)((name, ctypes.pythonapi))


_has_buffer = _python("PyObject_CheckBuffer", ctypes.c_int, ctypes.py_object)
_get_buffer = _python("PyObject_GetBuffer", ctypes.c_int, ctypes.py_object, POINTER(_Buffer), ctypes.c_int)
_release_buffer = _python("PyBuffer_Release", None, POINTER(_Buffer))
_is_capsule = _python("PyCapsule_IsValid", ctypes.c_int, ctypes.py_object, c_char_p)
_get_pointer = _python("PyCapsule_GetPointer", c_void_p, ctypes.py_object, c_char_p)
_rename = _python("PyCapsule_SetName", ctypes.c_int, ctypes.py_object, c_char_p)
_STRIDED = 0x18  # PyBUF_STRIDES
_deleter = functools.lru_cache(None)(ctypes.PYFUNCTYPE(None, c_void_p))
_READ_ONLY, _COPIED = 1, 2  # flags of DLPack
# A capsule keeps the address of its name: these live as long as the module.
_CAPSULES = (
    (b"dltensor_versioned", b"used_dltensor_versioned", _ManagedVersioned),
    (b"dltensor", b"used_dltensor", _Managed),
)


@functools.lru_cache(256)
def _code_of_format(format: str, itemsize: int) -> Optional[int]:
    """DLPack's code for struct's format, such as "f", "<f" or "@d"; None for what is no native number."""
    order, letter = (format[0], format[1:]) if format.startswith(("@", "=", "<", ">", "!")) else ("@", format)
    if itemsize > 1 and order not in ("@", "=", _NATIVE_ORDER):
        return None
    return _FORMAT_CODES.get(letter)


def _tensor(name: str, address: Optional[int], dtype: Tuple[int, int], shape: Sequence[int],
            strides: Optional[Sequence[int]]) -> _Tensor:
    """strides: in bytes."""
    n, itemsize, steps = len(shape), dtype[1] // 8, None
    integers = _lengths_type(n)
    if itemsize not in (1, 2, 4, 8, 16):
        raise InvalidType(f"{name} has elements of {itemsize} bytes, expected native floats or integers")
    if strides is not None:
        for stride in strides:
            if stride % itemsize != 0:
                raise InvalidArgument(f"a stride of {name} is {stride} bytes, expected a multiple of the {itemsize} "
                                      "of an element")
        steps = integers(*(stride // itemsize for stride in strides))
    return _Tensor(address or None, _HOST, n, _dtype_struct(dtype), integers(*shape), steps, 0)


_HOST = _Device(_CPU, 0)


@functools.lru_cache(64)
def _lengths_type(n: int) -> Any:
    return c_int64 * n


@functools.lru_cache(64)
def _dtype_struct(dtype: Tuple[int, int]) -> _DType:
    return _DType(*dtype, 1)


class _View:
    """The memory of an array as a _Tensor, for one call."""

    __slots__ = ("name", "tensor", "read_only")

    name: str
    tensor: _Tensor
    #: Why it cannot be written, or "".
    read_only: str

    def release(self) -> None:
        """Gives the memory back."""

    @property
    def shape(self) -> Tuple[int, ...]:
        return tuple(self.tensor.shape[: self.tensor.ndim])

    @property
    def dtype(self) -> Tuple[int, int]:
        dtype = self.tensor.dtype
        return dtype.code, dtype.bits * dtype.lanes

    @property
    def dtype_name(self) -> str:
        code, bits = self.dtype
        return f"{ {0: 'int', 1: 'uint', 2: 'float', 4: 'bfloat'}.get(code, f'code {code}, bits ') }{bits}"

    def contiguous(self) -> Tuple[Optional[int], int]:
        """Address and number of elements of a contiguous array."""
        tensor = self.tensor
        n, shape, strides = tensor.ndim, self.shape, tensor.strides
        if tensor.device.device_type != _CPU:
            raise Unsupported(f"{self.name} is on the device {tensor.device.device_type}, expected 1, the CPU")
        count = math.prod(shape)
        if strides and count > 1:
            step = 1
            for i in range(n - 1, -1, -1):
                length = shape[i]
                if length != 1 and strides[i] != step:
                    raise InvalidArgument(f"{self.name} has the strides {strides[:n]} for the shape {list(shape)}, "
                                          "expected a contiguous array")
                step *= length
        return tensor.data and tensor.data + tensor.byte_offset, count


class _Pin:
    """The address of a buffer for which ctypes has no view, one that is read-only or strided, by CPython itself."""

    __slots__ = ("_buffer", "address")

    def __init__(self, memory: memoryview) -> None:
        self._buffer = _Buffer()
        _get_buffer(memory, byref(self._buffer), _STRIDED)
        self.address: Optional[int] = self._buffer.buf

    def __del__(self) -> None:
        _release_buffer(byref(self._buffer))


class _BufferView(_View):
    """PEP 3118's."""

    __slots__ = ("_owners",)

    def __init__(self, name: str, array: Any) -> None:
        memory = memoryview(array)
        format, itemsize = memory.format, memory.itemsize
        read_only, contiguous = memory.readonly, memory.c_contiguous
        code = _code_of_format(format, itemsize)
        if code is None or memory.suboffsets:
            raise InvalidType(f"{name} has the format {format!r}, expected native floats or integers")
        pin: Any = None
        address: Optional[int] = None
        if memory.nbytes != 0:
            if contiguous and not read_only:
                pin = ctypes.c_char.from_buffer(memory)
                address = ctypes.addressof(pin)
            else:
                pin = _Pin(memory)
                address = pin.address
        # While they are there the array cannot move or free its memory.
        self._owners: Any = (pin, memory)
        self.name, self.read_only = name, "read-only" if read_only else ""
        self.tensor = _tensor(name, address, (code, 8 * itemsize), memory.shape or (),
                              None if contiguous else memory.strides)

    def release(self) -> None:
        self._owners = None


class _InterfaceView(_View):
    """NumPy's array interface, version 3."""

    __slots__ = ("_owners",)

    #: What keeps the memory, the view of a buffer last.
    _owners: Tuple[Any, ...]

    def __init__(self, name: str, array: Any, interface: Any) -> None:
        owner = None
        try:
            typestr, data = interface["typestr"], interface.get("data")
            shape = [_int64(f"a length of {name}", length) for length in interface["shape"]]
            strides = interface.get("strides")
            strides = None if strides is None else [_int64(f"a stride of {name}", stride) for stride in strides]
            order, kind, itemsize = typestr[0], typestr[1], int(typestr[2:])
            masked = interface.get("mask") is not None
            if isinstance(data, tuple):
                address, read_only = _uint64(f"the address of {name}", data[0]), bool(data[1])
            else:  # a buffer, the array's own where there is no data
                owner = _BufferView(name, memoryview(array if data is None else data).cast("B"))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise InvalidType(f"{name} is a {_type_name(array)}, whose __array_interface__ cannot be read "
                              f"({type(error).__name__}: {error})") from error
        code = _TYPESTR_CODES.get(kind)
        if kind == "V" and itemsize == 2 and _dtype_name(array) == "bfloat16":
            code = _BF16[0]
        if code is None or masked or (itemsize > 1 and order not in ("=", "|", _NATIVE_ORDER)):
            raise InvalidType(f"{name} has the type {typestr!r}{' and a mask' if masked else ''}, expected native "
                              "floats or integers")
        if strides is not None and len(strides) != len(shape):
            raise InvalidArgument(f"{name} has the strides {strides} for the shape {shape}, expected as many")
        if owner is not None:
            read_only, size = bool(owner.read_only), owner.shape[0]
            start = _int64(f"the offset of {name}", interface.get("offset", 0))
            first, last = _extent(shape, strides, itemsize)
            if start + first < 0 or start + last > size:
                raise InvalidArgument(f"{name} has the shape {shape} in the bytes {start + first} to {start + last} of "
                                      f"its data, expected them in its {size}")
            address = (owner.tensor.data or 0) + start
        self.name, self._owners = name, (array, interface, owner)
        self.read_only = "read-only" if read_only else ""
        self.tensor = _tensor(name, address, (code, 8 * itemsize), shape, strides)

    def release(self) -> None:
        owner = self._owners[-1]
        if owner is not None:
            owner.release()
        self._owners = (None,)


def _extent(shape: Sequence[int], strides: Optional[Sequence[int]], itemsize: int) -> Tuple[int, int]:
    """The first byte of all elements and that behind the last one, from the element with all indices 0."""
    if 0 in shape:
        return 0, 0
    if strides is None:
        return 0, itemsize * math.prod(shape)
    reaches = [(length - 1) * stride for length, stride in zip(shape, strides)]
    return sum(reach for reach in reaches if reach < 0), sum(reach for reach in reaches if reach > 0) + itemsize


class _DLPackView(_View):
    """DLPack's, 0 and 1: the capsule is taken, and its deleter called once."""

    __slots__ = ("_managed",)

    def __init__(self, name: str, array: Any) -> None:
        self._managed: Any = None
        try:
            device = array.__dlpack_device__()
            capsule = self._capsule_of(array) if device[0] == _CPU else None
        except Exception as error:  # the array's own
            raise InvalidArgument(f"{name} is a {_type_name(array)} that DLPack cannot have ({error})") from error
        if device[0] != _CPU:
            raise Unsupported(f"{name} is on the device {tuple(map(int, device))}, expected (1, 0), the CPU")
        for fresh, used, layout in _CAPSULES:
            if _is_capsule(capsule, fresh):
                self._managed = layout.from_address(_get_pointer(capsule, fresh))
                _rename(capsule, used)  # its own destructor then leaves the deleter to us
                break
        else:
            raise InvalidArgument(f"{name} is a {_type_name(array)} that gives {_shown(capsule)}, expected a capsule "
                                  "of DLPack that nobody has taken")
        major, flags = getattr(self._managed, "major", 0), getattr(self._managed, "flags", 0)
        if major > 1:
            self.release()
            raise Unsupported(f"{name} has DLPack's version {major}, expected 0 or 1")
        self.name, self.tensor = name, self._managed.tensor
        if flags & _READ_ONLY or (layout is _Managed and _is_immutable(array)):
            self.read_only = "read-only"
        else:
            self.read_only = "copied" if flags & _COPIED else ""

    @staticmethod
    def _capsule_of(array: Any) -> Any:
        if getattr(array, "requires_grad", False):
            array = array.detach()  # the same memory, without the record of gradients
        if getattr(array, "is_neg", bool)():
            raise ValueError("its elements are the negatives of its memory, resolve_neg() has their own")
        try:
            return array.__dlpack__(max_version=(1, 0))
        except TypeError:  # of before version 1
            return array.__dlpack__()

    def release(self) -> None:
        managed, self._managed = self._managed, None
        if managed is not None and managed.deleter:
            _deleter(managed.deleter)(ctypes.addressof(managed))

    __del__ = release


def _is_immutable(array: Any) -> bool:
    return any(base.__module__.partition(".")[0] in _IMMUTABLE for base in type(array).__mro__)


def _opened(name: str, array: Any) -> _View:
    reason = ""
    if _has_buffer(array):
        try:
            return _BufferView(name, array)
        except InvalidArgument:
            raise
        except Exception as error:  # the array's own: bfloat16, for one, has no buffer
            reason = f" ({error})"
    interface = getattr(array, "__array_interface__", None)
    if interface is not None:
        return _InterfaceView(name, array, interface)
    if hasattr(array, "__dlpack__"):
        return _DLPackView(name, array)
    raise _of_wrong_type(name, array, f"an array: a buffer, __array_interface__ or __dlpack__{reason}")


def _view(name: str, array: Any, writable: bool) -> _View:
    view = _opened(name, array)
    if writable and view.read_only:
        view.release()
        raise InvalidArgument(f"{name} is a {view.read_only} {_type_name(array)}, expected memory to write to")
    return view


class _Views:
    """Those of one call."""

    __slots__ = ("_all", "records")

    def __init__(self) -> None:
        self._all: List[_View] = []
        #: How many the last array of them has.
        self.records = 0

    def open(self, name: str, array: Any, writable: bool) -> _View:
        view = _view(name, array, writable)
        self._all.append(view)
        return view

    @property
    def first(self) -> _View:
        return self._all[0]

    @property
    def last(self) -> _View:
        return self._all[-1]

    def release(self) -> None:
        while self._all:
            self._all.pop().release()


def _array(name: str, value: Any, views: _Views) -> Any:
    return byref(views.open(name, value, False).tensor)


def _array_or_null(name: str, value: Any, views: _Views) -> Any:
    return None if value is None else _array(name, value, views)


def _out(name: str, value: Any, views: _Views) -> Any:
    return byref(views.open(name, value, True).tensor)


def _out_or_null(name: str, value: Any, views: _Views) -> Any:
    return None if value is None else _out(name, value, views)


class _Elements:
    """What makes the address of a contiguous array of so many elements of a dtype, or of None."""

    __slots__ = ("dtype", "number", "expected")

    def __init__(self, dtype: Tuple[int, int], number: int, expected: str) -> None:
        self.dtype, self.number, self.expected = dtype, number, expected

    def __call__(self, name: str, value: Any, views: _Views) -> Optional[int]:
        if value is None:
            return None
        view = views.open(name, value, True)
        address, n = view.contiguous()
        if view.dtype != self.dtype or n != self.number:
            raise InvalidType(f"{name} has the dtype {view.dtype_name} and {n} elements, expected {self.expected}")
        return address


# PyTorch's num_batches_tracked, and gradients of three logits.
_count_or_null = _Elements(_I64, 1, "int64 and 1 element")
_three_or_null = _Elements(_F64, 3, "float64 and 3 elements")


class _Records:
    """What makes the address of a contiguous float64 array of records of some numbers each."""

    __slots__ = ("width", "writable")

    def __init__(self, width: int, writable: bool) -> None:
        self.width, self.writable = width, writable

    def __call__(self, name: str, value: Any, views: _Views) -> Optional[int]:
        view = views.open(name, value, self.writable)
        address, n = view.contiguous()
        if view.dtype != _F64 or not view.shape or view.shape[-1] != self.width:
            raise InvalidType(f"{name} has the dtype {view.dtype_name} and the shape {view.shape}, expected float64 and "
                              f"(..., {self.width})")
        views.records = n // self.width
        return address


def _records_before(name: str, value: Any, views: _Views) -> int:
    """How many the array before has."""
    return views.records


# ---- One thread at a time -------------------------------------------------------------------------------------------


class _Exclusive:
    """What one thread at a time may be in. A second one is refused, and a process is forked when nobody is in it: the
    child gets it whole and unlocked."""

    def __init__(self) -> None:
        # Reentrant, so that a thread that is in it can fork.
        self._busy = threading.RLock()
        with _fork_gate:
            _exclusives.add(self)

    def _pointer(self) -> Any:
        """What C has; raises where it is gone."""
        raise NotImplementedError

    def _refuse(self, who: str) -> InvalidArgument:
        kind = type(self).__name__
        return InvalidArgument(f"the {kind} is in use by {who}, expected one of this thread's own")

    def _call(self, function: Any, *arguments: Any) -> None:
        """Alone, with C's pointer first. Whatever interrupts it leaves the lock as it was."""
        busy = self._busy
        if busy._is_owned():  # type: ignore[attr-defined]
            raise self._refuse("the call of this thread that a signal handler or finalizer interrupted")
        try:
            if _fork_count % 2 == 1 or not busy.acquire(False):
                self._enter_unless_used()
            function(self._pointer(), *arguments)
        finally:
            if busy._is_owned():  # type: ignore[attr-defined]
                busy.release()

    def _enter_unless_used(self) -> None:
        """Another thread's fork comes first, so that it waits for one call at most, and may be what holds the lock."""
        while True:
            forks = _fork_count
            forking = forks % 2 == 1 and not _fork_gate._is_owned()  # type: ignore[attr-defined]
            if not forking:
                if self._busy.acquire(False):
                    return
                if forks == _fork_count:
                    raise self._refuse("another thread")
            with _fork_gate:
                pass


_fork_gate = threading.RLock()
_fork_count = 0  # odd during a fork
_fork_holds: List[Any] = []
_exclusives: weakref.WeakSet[_Exclusive] = weakref.WeakSet()


def _before_fork() -> None:
    global _fork_count
    _fork_gate.acquire()
    _fork_count += 1
    for one in list(_exclusives):
        one._busy.acquire()
        _fork_holds.append(one._busy)


def _after_fork() -> None:
    global _fork_count
    while _fork_holds:
        _fork_holds.pop().release()
    _fork_count += 1
    _fork_gate.release()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork)


# ---- Functions ------------------------------------------------------------------------------------------------------


def _generator(name: str, value: Any, views: Any = None) -> Generator:
    if not isinstance(value, Generator):
        raise _of_wrong_type(name, value, "a Generator")
    return value


def _generator_or_none(name: str, value: Any, views: Any = None) -> Optional[Generator]:
    return None if value is None else _generator(name, value)


class _Kind(NamedTuple):
    """Of an argument: how C takes it, and what makes that of a name, a value and the call's views."""

    type: Any
    convert: Optional[Callable[[str, Any, _Views], Any]] = None


_KINDS = {
    "int32": _Kind(c_int32, _int32), "int64": _Kind(c_int64, _int64), "uint64": _Kind(c_uint64, _uint64),
    "real": _Kind(c_double, _real), "real?": _Kind(c_double, _real_or_nan), "eps?": _Kind(c_double, _eps_or_default),
    "flag": _Kind(c_int32, _flag), "text": _Kind(c_char_p, _text), "text?": _Kind(c_char_p, _text_or_null),
    "engine": _Kind(c_int32, Engine._convert), "fan_mode": _Kind(c_int32, FanMode._convert),
    "layout": _Kind(c_int32, WeightLayout._convert),
    "nonlinearity": _Kind(c_int32, Nonlinearity._convert), "distribution": _Kind(c_int32, Distribution._convert),
    "kind": _Kind(c_int32, Kind._convert), "dims": _Kind(c_int32, _dims), "axes": _Kind(POINTER(c_int32)),
    "three": _Kind(POINTER(c_double), _three), "lengths": _Kind(POINTER(c_int64), _lengths),
    "array": _Kind(POINTER(_Tensor), _array), "array?": _Kind(POINTER(_Tensor), _array_or_null),
    "out": _Kind(POINTER(_Tensor), _out), "out?": _Kind(POINTER(_Tensor), _out_or_null),
    "count?": _Kind(c_void_p, _count_or_null),
    # Records of some doubles each, and behind them how many there are.
    "five": _Kind(c_void_p, _Records(5, False)), "five!": _Kind(c_void_p, _Records(5, True)),
    "fives": _Kind(c_size_t, _records_before), "triple": _Kind(c_void_p, _Records(3, False)),
    "triple!": _Kind(c_void_p, _Records(3, True)), "triples": _Kind(c_size_t, _records_before),
    "three_out?": _Kind(c_void_p, _three_or_null),
    # The first parameter of what is done alone.
    "g": _Kind(c_void_p, _generator), "g?": _Kind(c_void_p, _generator_or_none), "m": _Kind(POINTER(_WideMoments)),
    "&wide": _Kind(POINTER(_WideMoments)),
    # What this module makes itself.
    "pointer": _Kind(c_void_p), "size": _Kind(c_size_t), "&pointer": _Kind(POINTER(c_void_p)),
    "&int32": _Kind(POINTER(c_int32)), "&int64": _Kind(POINTER(c_int64)), "&uint64": _Kind(POINTER(c_uint64)),
    "&size": _Kind(POINTER(c_size_t)), "&real": _Kind(POINTER(c_double)), "&moments": _Kind(POINTER(_Moments)),
    "&initializer": _Kind(POINTER(_Initializer)), "&draw": _Kind(POINTER(_Draw)),
    "draw_kind": _Kind(c_int32, DrawKind._convert),
}
_RESULTS = {"uint32": c_uint32, "int32": c_int32, "text": c_char_p, "nothing": None}


class _Function:
    """A function of the C API for what Python has: arguments are checked and converted by their kinds."""

    __slots__ = ("raw", "parameters", "_alone")

    def __init__(self, raw: Any, signature: str) -> None:
        parameters, _, result = signature.partition("->")
        pairs = [parameter.split(":") for parameter in parameters.split()]
        self.parameters = [(name, _KINDS[kind].convert) for name, kind in pairs]
        self._alone = bool(pairs) and pairs[0][1] in ("g", "g?", "m")
        self.raw = raw
        raw.argtypes = [_KINDS[kind].type for _, kind in pairs]
        if result:
            raw.restype = _RESULTS[result.strip()]
        else:
            raw.restype, raw.errcheck = c_int32, _raise_unless_ok

    def __call__(self, *arguments: Any) -> Any:
        views = _Views()
        try:
            passed = [argument if convert is None else convert(name, argument, views)
                      for (name, convert), argument in zip(self.parameters, arguments)]
            if self._alone and passed[0] is not None:
                return passed[0]._call(self.raw, *passed[1:])
            return self.raw(*passed)
        finally:
            views.release()


class _Library:
    """The functions, by their names without the prefix."""

    def __init__(self, path: str) -> None:
        self.path = path
        library = ctypes.CDLL(path)
        for name, signature in _FUNCTIONS.items():
            setattr(self, name, _Function(getattr(library, "unitvar_" + name), signature))

    if TYPE_CHECKING:

        def __getattr__(self, name: str) -> _Function: ...


class _ByDType:
    """A function that C has once for each type of elements of one contiguous array."""

    __slots__ = ("functions", "numbers", "_by_format", "_expected")

    def __init__(self, **functions: str) -> None:
        dtypes = {"u32": _U32, "u64": _U64, "i64": _I64, "f32": _F32, "f64": _F64, "bf16": _BF16, "f16": _F16,
                  "i32": _I32, "u8": _U8}
        found = {dtypes[name]: getattr(_library, function) for name, function in functions.items()}
        self.functions = {dtype: function.raw for dtype, function in found.items()}
        #: The parameters behind the array's length.
        self.numbers = next(iter(found.values())).parameters[3:]
        self._by_format = {format: self.functions[code, 8 * ctypes.sizeof(kind)] for format, code, kind in _FORMATS
                           if (code, 8 * ctypes.sizeof(kind)) in self.functions}
        self._expected = " or ".join(_DTYPE_NAMES[dtype] for dtype in self.functions)

    def call(self, owner: _Exclusive, name: str, array: Any, writable: bool, *numbers: Any) -> None:
        converted = [convert(number_name, number, None)
                     for (number_name, convert), number in zip(self.numbers, numbers)]
        # The usual case in a third of the time: a buffer that can be written to, and so gives its address.
        memory = None
        try:
            buffer = memoryview(array)
            function = self._by_format[buffer.format]
            memory = ctypes.c_char.from_buffer(buffer)
        except (KeyError, TypeError, ValueError, BufferError):
            pass
        if memory is None:
            self._call_view(owner, name, array, writable, converted)
            return
        try:
            owner._call(function, ctypes.addressof(memory), buffer.nbytes // buffer.itemsize, *converted)
        finally:
            del memory, buffer

    def _call_view(self, owner: _Exclusive, name: str, array: Any, writable: bool, numbers: List[Any]) -> None:
        view = _view(name, array, writable)
        try:
            function = self.functions.get(view.dtype)
            if function is None:
                raise InvalidType(f"{name} has the dtype {view.dtype_name}, expected {self._expected}")
            address, n = view.contiguous()
            owner._call(function, address, n, *numbers)
        finally:
            view.release()


_FORMATS = (("f", 2, ctypes.c_float), ("d", 2, ctypes.c_double), ("I", 1, ctypes.c_uint), ("L", 1, ctypes.c_ulong),
            ("Q", 1, ctypes.c_ulonglong), ("l", 0, ctypes.c_long), ("q", 0, ctypes.c_longlong),
            ("i", 0, ctypes.c_int), ("B", 1, ctypes.c_ubyte))
_FILE = "libunitvar.so.0"


def _found() -> str:
    """A wheel's own library lies beside the module."""
    beside = os.path.join(os.path.dirname(os.path.abspath(__file__)), _FILE)
    return os.environ.get("UNITVAR_LIBRARY", beside if os.path.exists(beside) else _FILE)


_library = _Library(_found())


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
    _library.set_isa(name)


def num_threads() -> int:
    """The most threads that a call may use."""
    return _library.num_threads()


def set_num_threads(n: Integer) -> None:
    """Sets it; 0 is every processor of the process."""
    _library.set_num_threads(n)


# ---- Generators and samplers ----------------------------------------------------------------------------------------

_NEEDED: Any = None  # a default that is refused, behind parameters that have one


def _dialect(torch: Optional[str], libm: Integer) -> Optional[Tuple[int, int]]:
    """release and libm as the C functions take them; None where neither was given."""
    glibc = _integer("libm", libm, *_INT32)
    if torch is None:
        return None if glibc == 0 else (0, glibc)
    parts = re.match(r"([0-9]{1,3})\.([0-9]{1,2})(?![0-9])", torch) if isinstance(torch, str) else None
    if parts is None:
        raise InvalidArgument(f"torch is {torch!r}, expected a release of PyTorch as \"2.13\"")
    return int(parts[1]) * 100 + int(parts[2]), glibc


class Generator(_Exclusive):
    """(engine, seed, stream) and a position in blocks of 64 words of 32 bits; every call starts at a block boundary.

    ``Generator("pcg32", 42)``. A seed is an integer of 0 to 2^64 - 1; that of "torch_mt19937" may be negative down to
    -2^63 and is then taken modulo 2^64, as by torch.manual_seed.

    torch is the release of PyTorch that a "torch_mt19937" follows, "2.13" or all of torch.__version__, by default the
    newest known; libm the glibc that it ran on, 228 for 2.28 to 2.40 or 241 for 2.41 and later, by default the latter.

    It may be copied and pickled, and is closed at the end of a ``with`` block or when nobody refers to it. It belongs
    to one thread at a time: a call while another thread is in one raises InvalidArgument.
    """

    def __init__(self, engine: EngineLike = Engine.PCG32, seed: Integer = _NEEDED,
                 stream: Integer = 0, torch: Optional[str] = None, libm: Integer = 0) -> None:
        self._handle: Optional[int] = None
        number = Engine._convert("engine", engine)
        low = _INT64[0] if number == Engine.TORCH_MT19937 else 0
        first = _integer("seed", seed, low, _UINT64[1])
        handle = c_void_p()
        dialect = _dialect(torch, libm)
        of_dialect = ""
        if dialect is None:
            _library.generator_create(number, first % (1 << 64), stream, byref(handle))
        else:
            if number != Engine.TORCH_MT19937:
                raise InvalidArgument(f"engine is {number}, expected 3 (torch_mt19937), which torch and libm are for")
            _integer("stream", stream, 0, 0)
            _library.generator_create_torch(first % (1 << 64), *dialect, byref(handle))
            of_dialect = f", torch={torch!r}, libm={operator.index(libm)}"
        origin = f"{_constant_shown(Engine, number)}, seed={first}, stream={operator.index(stream)}"
        self._own(handle, origin + of_dialect)

    def _own(self, handle: c_void_p, origin: str) -> Generator:
        self._handle = handle.value
        self._origin = origin
        _Exclusive.__init__(self)
        return self

    def _pointer(self) -> int:
        if self._handle is None:
            raise InvalidArgument("the Generator is closed, expected an open one")
        return self._handle

    def _new(self, function: Any, origin: str, *arguments: Any) -> Generator:
        handle = c_void_p()
        function(self, *arguments, byref(handle))
        return Generator.__new__(Generator)._own(handle, origin)

    def close(self) -> None:
        """Frees it; a second call does nothing."""
        if self._handle is None:
            return
        try:
            self._call(self._destroy)
        except InvalidArgument:
            if self._handle is not None:
                raise

    def _destroy(self, handle: int) -> None:
        self._handle = None
        _library.generator_destroy(handle)

    def __del__(self) -> None:
        handle = getattr(self, "_handle", None)
        if handle is not None:
            self._destroy(handle)

    def __enter__(self) -> Generator:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<unitvar.Generator({self._origin}){' closed' if self._handle is None else ''}>"

    def clone(self) -> Generator:
        """An independent generator in the same state."""
        return self._new(_library.generator_clone, self._origin)

    def __copy__(self) -> Generator:
        return self.clone()

    def __deepcopy__(self, _: Any) -> Generator:
        return self.clone()

    def __reduce__(self) -> Any:
        return _loaded, (self.save(), self._origin)

    def fork(self, name: str) -> Generator:
        """A generator of its own for a name, whatever the position of this one."""
        return self._new(_library.generator_fork, f"{self._origin}, fork={name!r}", name)

    def seek(self, block: Integer) -> None:
        """Goes to a block."""
        _library.generator_seek(self, block)

    def tell(self) -> int:
        """The position in blocks."""
        block = c_uint64()
        _library.generator_tell(self, byref(block))
        return block.value

    def save(self) -> bytes:
        """The complete state, the same bytes on every machine."""
        return self._saved(_library.generator_save.raw)

    def save_torch(self) -> bytes:
        """The state of a generator of "torch_mt19937" as torch.get_rng_state() gives it."""
        return self._saved(_library.generator_save_torch.raw)

    def _saved(self, function: Any) -> bytes:
        states = []

        def save(handle: int) -> None:
            size = c_size_t()
            function(handle, None, 0, byref(size))
            buffer = ctypes.create_string_buffer(size.value)
            function(handle, buffer, size.value, byref(size))
            states.append(buffer.raw[: size.value])

        self._call(save)
        return states[0]

    @staticmethod
    def load(state: Array, torch: Optional[str] = None, libm: Integer = 0) -> Generator:
        """A generator from what save() or save_torch() gave, or from torch.get_rng_state(). The latter do not say of which
        PyTorch they are: torch and libm do, as for Generator()."""
        return _loaded(state, "loaded", _dialect(torch, libm))

    def bits(self, dst: Array) -> None:
        """Fills a uint32 array with the words themselves, a uint64 array with pairs of them, the low one first."""
        _BITS.call(self, "dst", dst, True)

    def uniform(self, dst: Array, low: Number = 0.0, high: Number = 1.0) -> None:
        """Fills an array of floats from [low, high)."""
        _UNIFORM.call(self, "dst", dst, True, low, high)

    def normal(self, dst: Array, mean: Number = 0.0, std: Number = 1.0) -> None:
        """Fills an array of floats with normals, by Box and Muller."""
        _NORMAL.call(self, "dst", dst, True, mean, std)

    def normal_icdf(self, dst: Array, mean: Number = 0.0, std: Number = 1.0) -> None:
        """Fills with normals, by the inverse of the distribution function: monotone in the words."""
        _NORMAL_ICDF.call(self, "dst", dst, True, mean, std)

    def trunc_normal(self, dst: Array, mean: Number = 0.0, std: Number = 1.0, a: Number = -2.0,
                     b: Number = 2.0) -> None:
        """Fills with normals between the bounds a and b, which are values, not deviations."""
        _TRUNC_NORMAL.call(self, "dst", dst, True, mean, std, a, b)

    # from unitvar.h by cmake/bindings.py: samplers
    def exponential(self, dst: Array, scale: Number = 1.0) -> None:
        """Exponential with mean scale."""
        _EXPONENTIAL.call(self, "dst", dst, True, scale)

    def laplace(self, dst: Array, location: Number = 0.0, scale: Number = 1.0) -> None:
        """Laplace."""
        _LAPLACE.call(self, "dst", dst, True, location, scale)

    def logistic(self, dst: Array, location: Number = 0.0, scale: Number = 1.0) -> None:
        """Logistic."""
        _LOGISTIC.call(self, "dst", dst, True, location, scale)

    def gumbel(self, dst: Array, location: Number = 0.0, scale: Number = 1.0) -> None:
        """Gumbel, the greatest of many."""
        _GUMBEL.call(self, "dst", dst, True, location, scale)

    def cauchy(self, dst: Array, location: Number = 0.0, scale: Number = 1.0) -> None:
        """Cauchy."""
        _CAUCHY.call(self, "dst", dst, True, location, scale)

    def weibull(self, dst: Array, shape: Number, scale: Number = 1.0) -> None:
        """Weibull."""
        _WEIBULL.call(self, "dst", dst, True, shape, scale)

    def rayleigh(self, dst: Array, scale: Number = 1.0) -> None:
        """Rayleigh, the length of two normals of deviation scale."""
        _RAYLEIGH.call(self, "dst", dst, True, scale)

    def log_normal(self, dst: Array, mean: Number = 0.0, std: Number = 1.0) -> None:
        """Log-normal."""
        _LOG_NORMAL.call(self, "dst", dst, True, mean, std)

    def integers(self, dst: Array, low: Integer, high: Integer) -> None:
        """Integers of [low, high)."""
        _INTEGERS.call(self, "dst", dst, True, low, high)

    def bernoulli(self, dst: Array, p: Number = 0.5) -> None:
        """Bernoulli draws as bytes."""
        _BERNOULLI.call(self, "dst", dst, True, p)

    # end

    def bernoulli_bits(self, dst: Array, p: Number = 0.5) -> None:
        """Fills a uint8 array with Bernoulli draws as bits, 8 a byte, the first the least of the first byte."""
        p = _real("p", p, None)
        view = _view("dst", dst, True)
        try:
            if view.dtype != _U8:
                raise InvalidType(f"dst has the dtype {view.dtype_name}, expected uint8")
            address, n = view.contiguous()
            self._call(_library.bernoulli_bits.raw, address, 8 * n, p)
        finally:
            view.release()

    def sample(self, draw: Draw, dst: Array) -> None:
        """Fills an array as the draw says."""
        self._sample(_library.sample, draw, dst)

    def sample_at(self, draw: Draw, first: Integer, dst: Array) -> None:
        """Fills with elements first and on of what sample() would write; the generator stays where it is. So a stream goes
        on element by element: the caller counts them."""
        self._sample(_library.sample_at, draw, dst, _uint64("first", first))

    def _sample(self, function: _Function, draw: Draw, dst: Array, *first: int) -> None:
        if not isinstance(draw, Draw):
            raise _of_wrong_type("draw", draw, "a Draw")
        view = _view("dst", dst, True)
        try:
            address, n = view.contiguous()
            raw = _Draw.from_buffer_copy(draw._raw)
            raw.dtype = _dtype_struct(view.dtype)
            self._call(function.raw, byref(raw), *first, address, n)
        finally:
            view.release()

    def permutation(self, dst: Array) -> None:
        """Fills an int64 array with a permutation of 0 to n - 1."""
        _PERMUTATION.call(self, "dst", dst, True)

    def choice(self, dst: Array, population: Integer) -> None:
        """Fills an int64 array with different numbers of 0 to population - 1 in a random order: sampling without
        replacement."""
        _CHOICE.call(self, "dst", dst, True, population)


_BITS = _ByDType(u32="bits_u32", u64="bits_u64")
_UNIFORM = _ByDType(f32="uniform_f32", f64="uniform_f64", bf16="uniform_bf16", f16="uniform_f16")
_NORMAL = _ByDType(f32="normal_f32", f64="normal_f64", bf16="normal_bf16", f16="normal_f16")
_NORMAL_ICDF = _ByDType(f32="normal_icdf_f32", f64="normal_icdf_f64")
_TRUNC_NORMAL = _ByDType(f32="trunc_normal_f32", f64="trunc_normal_f64", bf16="trunc_normal_bf16",
                         f16="trunc_normal_f16")
_PERMUTATION = _ByDType(i64="permutation_i64")
_CHOICE = _ByDType(i64="choice_i64")


def _sobol(names: Dict[Tuple[int, int], str], dst: Array, first: Integer, g: Optional[Generator],
           *numbers: Number) -> None:
    view = _view("dst", dst, True)
    try:
        name = names.get(view.dtype)
        if name is None:
            raise InvalidType(f"dst has the dtype {view.dtype_name}, expected float32 or float64")
        address, n = view.contiguous()
        dimensions = view.shape[-1] if len(view.shape) > 1 else 1
        getattr(_library, name)(g, address, n // max(dimensions, 1), dimensions, first, *numbers)
    finally:
        view.release()


def sobol(dst: Array, first: Integer = 0, g: Optional[Generator] = None) -> None:
    """Fills a float32 or float64 array (points, dimensions) with Sobol's points, the first and on, uniform on [0, 1);
    an array of one dimension has one coordinate a point. A generator scrambles them and stays where it is."""
    _sobol({_F32: "sobol_f32", _F64: "sobol_f64"}, dst, first, g)


def sobol_normal(dst: Array, first: Integer = 0, g: Optional[Generator] = None, mean: Number = 0.0,
                 std: Number = 1.0) -> None:
    """sobol() with normals, by the inverse of the distribution function."""
    _sobol({_F32: "sobol_normal_f32", _F64: "sobol_normal_f64"}, dst, first, g, mean, std)
# from unitvar.h by cmake/bindings.py: by_dtype
_EXPONENTIAL = _ByDType(f32="exponential_f32", f64="exponential_f64")
_LAPLACE = _ByDType(f32="laplace_f32", f64="laplace_f64")
_LOGISTIC = _ByDType(f32="logistic_f32", f64="logistic_f64")
_GUMBEL = _ByDType(f32="gumbel_f32", f64="gumbel_f64")
_CAUCHY = _ByDType(f32="cauchy_f32", f64="cauchy_f64")
_WEIBULL = _ByDType(f32="weibull_f32", f64="weibull_f64")
_RAYLEIGH = _ByDType(f32="rayleigh_f32", f64="rayleigh_f64")
_LOG_NORMAL = _ByDType(f32="log_normal_f32", f64="log_normal_f64")
_INTEGERS = _ByDType(i32="integers_i32", i64="integers_i64")
_BERNOULLI = _ByDType(u8="bernoulli_u8")
# end


class Draw:
    """A sampler of Generator as a value, for Generator.sample and sample_at. A kind looks only at what its function takes.

    Starts with the standard parameters of the kind; parameters and integers are the function's numbers and whole numbers,
    in its order, and may be fewer than it has.
    """

    def __init__(self, kind: DrawKindLike, *, parameters: Iterable[Number] = (),
                 integers: Iterable[Integer] = ()) -> None:
        self._raw = raw = _Draw(struct_size=ctypes.sizeof(_Draw), dtype=_dtype_struct(_F32))
        _library.draw_defaults(byref(raw), kind)
        for name, given, convert, kind_of, what, into in (
                ("parameters", parameters, _real, c_double, "numbers", raw.p),
                ("integers", integers, _int64, c_int64, "whole numbers", raw.k)):
            numbers = _list(name, given, convert, kind_of, what)
            if len(numbers) > len(into):
                raise InvalidArgument(f"{name} is {_shown(given)}, expected at most {len(into)} {what}")
            into[: len(numbers)] = numbers

    def __bytes__(self) -> bytes:
        return bytes(self._raw)

    def __eq__(self, other: object) -> bool:
        return bytes(self) == bytes(other) if isinstance(other, Draw) else NotImplemented

    def __hash__(self) -> int:
        return hash(bytes(self))

    def __repr__(self) -> str:
        raw = self._raw
        return (f"unitvar.Draw({_constant_shown(DrawKind, raw.kind)}, parameters={list(raw.p)}, "
                f"integers={list(raw.k)})")


def _loaded(state: Any, origin: str, dialect: Optional[Tuple[int, int]] = None) -> Generator:
    view = _view("state", state, False)
    try:
        address, n = view.contiguous()
        if view.dtype != _U8:
            raise InvalidType(f"state has the dtype {view.dtype_name}, expected bytes")
        handle = c_void_p()
        # An empty buffer may have no address, which C would take for a missing one.
        start = address or ctypes.addressof(handle)
        if dialect is None:
            _library.generator_load(start, n, byref(handle))
        else:
            _library.generator_load_torch(start, n, *dialect, byref(handle))
    finally:
        view.release()
    return Generator.__new__(Generator)._own(handle, origin)


def _constant_shown(kind: Any, number: int) -> str:
    """The member's name, or the number of one that is newer than this module."""
    return f'"{kind(number).name.lower()}"' if number in kind._value2member_map_ else str(number)


# ---- Initialisers ---------------------------------------------------------------------------------------------------
#
# Weights are (out, in, k...), as PyTorch has them. Kernels of JAX and Keras are (k..., in, out): a transposed view has
# the same memory and the right fans, such as kernel.transpose(3, 2, 0, 1) of one with two positions.


def calculate_gain(nonlinearity: NonlinearityLike, param: Optional[Number] = None) -> float:
    """The gain, as torch.nn.init.calculate_gain; param is the negative slope of "leaky_relu", None for 0.01,
    or what "gain" gives back."""
    gain = c_double()
    _library.calculate_gain(nonlinearity, param, byref(gain))
    return gain.value


def calculate_fans(t: Array) -> Tuple[int, int]:
    """(fan_in, fan_out) of a weight of t's shape, (out, in, k...)."""
    fan_in, fan_out = c_int64(), c_int64()
    _library.calculate_fans(t, byref(fan_in), byref(fan_out))
    return fan_in.value, fan_out.value


def calculate_fans_layout(t: Array, layout: WeightLayoutLike, groups: Integer = 1) -> Tuple[int, int]:
    """The same of any layout, and of a convolution in groups. "k_in_out" has Keras' fans of 0 and 1 dimensions."""
    fan_in, fan_out = c_int64(), c_int64()
    _library.calculate_fans_layout(t, layout, groups, byref(fan_in), byref(fan_out))
    return fan_in.value, fan_out.value


def calculate_fans_axes(t: Array, in_axes: Union[Integer, Sequence[Integer]] = -2,
                        out_axes: Union[Integer, Sequence[Integer]] = -1,
                        batch_axes: Union[Integer, Sequence[Integer]] = ()) -> Tuple[int, int]:
    """The same of axes, as JAX's variance_scaling has them; negative ones count from the last dimension."""
    fan_in, fan_out = c_int64(), c_int64()
    lists: Any = []
    for name, axes in (("in_axes", in_axes), ("out_axes", out_axes), ("batch_axes", batch_axes)):
        if axes is None:
            raise InvalidType(f"{name} is None, expected an axis or a list of them")
        numbers = _axes(axes, name)
        lists += [numbers, len(numbers)]
    _library.calculate_fans_axes(t, *lists, byref(fan_in), byref(fan_out))
    return fan_in.value, fan_out.value


def init_values(t: Array, values: Array) -> None:
    """The elements of values, of any of the floating dtypes, by NumPy's broadcasting."""
    _library.init_values(t, values)


# from unitvar.h by cmake/bindings.py: initialisers


def init_constant(t: Array, value: Number) -> None:
    """One value everywhere."""
    _library.init_constant(t, value)


def init_zeros(t: Array) -> None:
    """0 everywhere."""
    _library.init_zeros(t)


def init_ones(t: Array) -> None:
    """1 everywhere."""
    _library.init_ones(t)


def init_eye(t: Array) -> None:
    """The identity matrix."""
    _library.init_eye(t)


def init_dirac(t: Array, groups: Integer = 1) -> None:
    """The identity of a convolution (out, in, k...) in groups."""
    _library.init_dirac(t, groups)


def init_uniform(g: Generator, t: Array, a: Number = 0.0, b: Number = 1.0) -> None:
    """Uniform numbers of [a, b)."""
    _library.init_uniform(g, t, a, b)


def init_normal(g: Generator, t: Array, mean: Number = 0.0, std: Number = 1.0) -> None:
    """Normal numbers."""
    _library.init_normal(g, t, mean, std)


def init_trunc_normal(g: Generator, t: Array, mean: Number = 0.0, std: Number = 1.0, a: Number = -2.0,
                      b: Number = 2.0) -> None:
    """Normal numbers between the bounds a and b."""
    _library.init_trunc_normal(g, t, mean, std, a, b)


def init_xavier_uniform(g: Generator, t: Array, gain: Number = 1.0) -> None:
    """Glorot and Bengio's uniform weights (out, in, k...)."""
    _library.init_xavier_uniform(g, t, gain)


def init_xavier_normal(g: Generator, t: Array, gain: Number = 1.0) -> None:
    """Glorot and Bengio's normal weights (out, in, k...)."""
    _library.init_xavier_normal(g, t, gain)


def init_kaiming_uniform(g: Generator, t: Array, a: Number = 0.0, fan_mode: FanModeLike = FanMode.FAN_IN,
                         nonlinearity: NonlinearityLike = Nonlinearity.LEAKY_RELU) -> None:
    """He's uniform weights (out, in, k...); a is leaky_relu's slope."""
    _library.init_kaiming_uniform(g, t, a, fan_mode, nonlinearity)


def init_kaiming_normal(g: Generator, t: Array, a: Number = 0.0, fan_mode: FanModeLike = FanMode.FAN_IN,
                        nonlinearity: NonlinearityLike = Nonlinearity.LEAKY_RELU) -> None:
    """He's normal weights (out, in, k...); a is leaky_relu's slope."""
    _library.init_kaiming_normal(g, t, a, fan_mode, nonlinearity)


def init_orthogonal(g: Generator, t: Array, gain: Number = 1.0) -> None:
    """Gain times a Haar-distributed orthogonal matrix."""
    _library.init_orthogonal(g, t, gain)


def init_delta_orthogonal(g: Generator, t: Array, gain: Number = 1.0) -> None:
    """An orthogonal matrix at the centre of a convolution (out, in, k...)."""
    _library.init_delta_orthogonal(g, t, gain)


def init_sparse(g: Generator, t: Array, sparsity: Number, std: Number = 0.01) -> None:
    """Normal numbers, the fraction sparsity of each column 0."""
    _library.init_sparse(g, t, sparsity, std)


def init_variance_scaling(g: Generator, t: Array, scale: Number = 1.0, fan_mode: FanModeLike = FanMode.FAN_IN,
                          distribution: DistributionLike = Distribution.TRUNCATED_NORMAL) -> None:
    """Weights (out, in, k...) of the deviation sqrt(scale / fan)."""
    _library.init_variance_scaling(g, t, scale, fan_mode, distribution)


def init_variance_scaling_fans(g: Generator, t: Array, scale: Number, fan_in: Number, fan_out: Number,
                               fan_mode: FanModeLike = FanMode.FAN_IN,
                               distribution: DistributionLike = Distribution.TRUNCATED_NORMAL) -> None:
    """Weights of the deviation sqrt(scale / fan), of fans that are given."""
    _library.init_variance_scaling_fans(g, t, scale, fan_in, fan_out, fan_mode, distribution)


def init_orthogonal_axis(g: Generator, t: Array, gain: Number, axis: Integer) -> None:
    """Gain times an orthogonal matrix with any axis for its rows."""
    _library.init_orthogonal_axis(g, t, gain, axis)


def init_delta_orthogonal_layout(g: Generator, t: Array, gain: Number = 1.0,
                                 layout: WeightLayoutLike = WeightLayout.K_IN_OUT) -> None:
    """An orthogonal matrix at the centre of a convolution of any layout."""
    _library.init_delta_orthogonal_layout(g, t, gain, layout)


def init_glorot_uniform(g: Generator, t: Array, layout: WeightLayoutLike = WeightLayout.OUT_IN_K) -> None:
    """JAX's and Keras' glorot_uniform."""
    _library.init_glorot_uniform(g, t, layout)


def init_glorot_normal(g: Generator, t: Array, layout: WeightLayoutLike = WeightLayout.OUT_IN_K) -> None:
    """JAX's and Keras' glorot_normal."""
    _library.init_glorot_normal(g, t, layout)


def init_he_uniform(g: Generator, t: Array, layout: WeightLayoutLike = WeightLayout.OUT_IN_K) -> None:
    """JAX's and Keras' he_uniform."""
    _library.init_he_uniform(g, t, layout)


def init_he_normal(g: Generator, t: Array, layout: WeightLayoutLike = WeightLayout.OUT_IN_K) -> None:
    """JAX's and Keras' he_normal."""
    _library.init_he_normal(g, t, layout)


def init_lecun_uniform(g: Generator, t: Array, layout: WeightLayoutLike = WeightLayout.OUT_IN_K) -> None:
    """JAX's and Keras' lecun_uniform."""
    _library.init_lecun_uniform(g, t, layout)


def init_lecun_normal(g: Generator, t: Array, layout: WeightLayoutLike = WeightLayout.OUT_IN_K) -> None:
    """JAX's and Keras' lecun_normal."""
    _library.init_lecun_normal(g, t, layout)


def init_identity(t: Array, gain: Number = 1.0) -> None:
    """Gain times the identity matrix."""
    _library.init_identity(t, gain)
# end


class Initializer:
    """An initialiser as a value, for tables of parameters and for shards. A kind looks only at what its function takes.

    Starts with PyTorch's defaults for the kind; keywords change them. parameters are the function's numbers, in its
    order, and may be fewer than it has.
    """

    def __init__(self, kind: KindLike, *, fan_mode: Optional[FanModeLike] = None,
                 nonlinearity: Optional[NonlinearityLike] = None, distribution: Optional[DistributionLike] = None,
                 groups: Optional[Integer] = None, parameters: Iterable[Number] = ()) -> None:
        self._raw = raw = _Initializer(struct_size=ctypes.sizeof(_Initializer))
        _library.initializer_defaults(byref(raw), kind)
        if fan_mode is not None:
            raw.fan_mode = FanMode._convert("fan_mode", fan_mode)
        if nonlinearity is not None:
            raw.nonlinearity = Nonlinearity._convert("nonlinearity", nonlinearity)
        if distribution is not None:
            raw.distribution = Distribution._convert("distribution", distribution)
        if groups is not None:
            raw.groups = _int64("groups", groups)
        numbers = _list("parameters", parameters, _real, c_double, "numbers")
        if len(numbers) > len(raw.p):
            raise InvalidArgument(f"parameters is {_shown(parameters)}, expected at most {len(raw.p)} numbers")
        raw.p[: len(numbers)] = numbers

    def __bytes__(self) -> bytes:
        return bytes(self._raw)

    def __eq__(self, other: object) -> bool:
        return bytes(self) == bytes(other) if isinstance(other, Initializer) else NotImplemented

    def __hash__(self) -> int:
        return hash(bytes(self))

    def __repr__(self) -> str:
        raw = self._raw
        constants = ", ".join(f"{name}={_constant_shown(kind, getattr(raw, name))}" for name, kind in (
            ("fan_mode", FanMode), ("nonlinearity", Nonlinearity), ("distribution", Distribution)))
        return (f"unitvar.Initializer({_constant_shown(Kind, raw.kind)}, {constants}, groups={raw.groups}, "
                f"parameters={list(raw.p)})")

    def write(self, g: Optional[Generator], t: Array) -> None:
        """Initialises t. g may be None for kinds that draw nothing."""
        _library.init(g, byref(self._raw), t)

    def write_shard(self, g: Optional[Generator], local: Array, global_shape: Sequence[Integer],
                    offset: Sequence[Integer]) -> None:
        """Writes one rectangular slice of the tensor of shape global_shape that write would write; offset is where it
        begins. The generator advances as for the whole."""
        _library.init_shard(g, byref(self._raw), local, global_shape, offset)


# ---- PyTorch's layers -----------------------------------------------------------------------------------------------


def torch_linear_reset(g: Generator, weight: Array, bias: Optional[Array] = None) -> None:
    """What nn.Linear constructs, with a generator of "torch_mt19937": weight (out, in), then bias (out)."""
    _library.torch_linear_reset(g, weight, bias)


def torch_conv_reset(g: Generator, weight: Array, bias: Optional[Array] = None) -> None:
    """What nn.Conv1d to nn.Conv3d and their transposed kinds construct."""
    _library.torch_conv_reset(g, weight, bias)


def torch_embedding_reset(g: Generator, weight: Array) -> None:
    """What nn.Embedding constructs: weight (count, dim)."""
    _library.torch_embedding_reset(g, weight)


# ---- PyTorch's draws beside initialisers ----------------------------------------------------------------------------
#
# With a generator of "torch_mt19937" each writes what the method of that name writes into a tensor. random, randint and
# bernoulli take arrays of floats, signed integers, uint8 and bool, geometric all of these but bool, the others floats.


def torch_random(g: Generator, t: Array) -> None:
    """t.random_(): integers from 0 on, as far as the type counts."""
    _library.torch_random(g, t)


def torch_randint(g: Generator, t: Array, low: Integer, high: Integer) -> None:
    """t.random_(low, high) and torch.randint: integers of [low, high)."""
    _library.torch_randint(g, t, low, high)


def torch_bernoulli(g: Generator, t: Array, p: Number = 0.5) -> None:
    """t.bernoulli_(p): 1 with the probability p, else 0. Dropout of q has the mask of p = 1 - q."""
    _library.torch_bernoulli(g, t, p)


def torch_geometric(g: Generator, t: Array, p: Number) -> None:
    """t.geometric_(p): how many trials of probability p the first success takes."""
    _library.torch_geometric(g, t, p)


def torch_exponential(g: Generator, t: Array, lambd: Number = 1.0) -> None:
    """t.exponential_(lambd)."""
    _library.torch_exponential(g, t, lambd)


def torch_log_normal(g: Generator, t: Array, mean: Number = 1.0, std: Number = 2.0) -> None:
    """t.log_normal_(mean, std)."""
    _library.torch_log_normal(g, t, mean, std)


def torch_cauchy(g: Generator, t: Array, median: Number = 0.0, sigma: Number = 1.0) -> None:
    """t.cauchy_(median, sigma)."""
    _library.torch_cauchy(g, t, median, sigma)


def torch_multinomial(g: Generator, weights: Array, samples: Array, replacement: bool = False) -> None:
    """torch.multinomial: categories drawn by weights (n,) or (rows, n) into samples of int64, (k,) or (rows, k)."""
    _library.torch_multinomial(g, weights, replacement, samples)


# ---- Norms, activations and the linear layer ------------------------------------------------------------------------
#
# Arrays that are None are not there or not wanted. y may be x, and grad_x may be grad_y or x. Defaults are those of the
# functions of torch.nn.functional. normalized_ndim is a number of dimensions, or the shape that they have.


def mean_var(x: Array, axes: Union[None, Integer, Sequence[Integer]] = None, correction: Number = 1.0,
             mean: Optional[Array] = None, var: Optional[Array] = None) -> None:
    """Mean and variance of x along axes, None for all of them; negative ones count from the last dimension.

    correction 1 gives the unbiased variance, 0 the biased one. mean and var have x's shape without the axes, or with 1
    in their places."""
    numbers = _axes(axes)
    _library.mean_var(x, numbers, 0 if numbers is None else len(numbers), correction, mean, var)


def layer_norm(x: Array, y: Array, normalized_ndim: DimsLike = 1, weight: Optional[Array] = None,
               bias: Optional[Array] = None, eps: Number = 1e-5, mean: Optional[Array] = None,
               rstd: Optional[Array] = None) -> None:
    """Over the last normalized_ndim dimensions, a number or their shape. mean and rstd get the statistics."""
    _library.layer_norm(x, normalized_ndim, weight, bias, eps, y, mean, rstd)


def rms_norm(x: Array, y: Array, normalized_ndim: DimsLike = 1, weight: Optional[Array] = None,
             eps: Optional[Number] = None, rstd: Optional[Array] = None) -> None:
    """By the root of the mean of squares of the last normalized_ndim dimensions, a number or their shape.

    eps None is PyTorch's default, finfo(dtype).eps: 2^-23 for float32, 2^-52 for float64."""
    _library.rms_norm(x, normalized_ndim, weight, eps, y, rstd)


def layer_norm_residual(x: Array, residual: Array, y: Array, normalized_ndim: DimsLike = 1,
                        weight: Optional[Array] = None, bias: Optional[Array] = None, eps: Number = 1e-5,
                        sum: Optional[Array] = None, mean: Optional[Array] = None,
                        rstd: Optional[Array] = None) -> None:
    """layer_norm of x + residual, which is rounded first and which sum gets.

    sum and y may be x and residual, each another one."""
    _library.layer_norm_residual(x, residual, normalized_ndim, weight, bias, eps, sum, y, mean, rstd)


def rms_norm_residual(x: Array, residual: Array, y: Array, normalized_ndim: DimsLike = 1,
                      weight: Optional[Array] = None, eps: Optional[Number] = None, sum: Optional[Array] = None,
                      rstd: Optional[Array] = None) -> None:
    """rms_norm of x + residual, as layer_norm_residual."""
    _library.rms_norm_residual(x, residual, normalized_ndim, weight, eps, sum, y, rstd)


def layer_norm_axes(x: Array, y: Array, axes: Union[None, Integer, Sequence[Integer]], weight: Optional[Array] = None,
                    bias: Optional[Array] = None, eps: Number = 1e-5, mean: Optional[Array] = None,
                    rstd: Optional[Array] = None) -> None:
    """layer_norm along axes, None for all of them; negative ones count from the last dimension.

    weight and bias have the lengths of those dimensions in x's order. mean and rstd have x's shape without the axes, or
    with 1 in their places."""
    numbers = _axes(axes)
    _library.layer_norm_axes(x, numbers, 0 if numbers is None else len(numbers), weight, bias, eps, y, mean, rstd)


def rms_norm_axes(x: Array, y: Array, axes: Union[None, Integer, Sequence[Integer]], weight: Optional[Array] = None,
                  eps: Optional[Number] = None, rstd: Optional[Array] = None) -> None:
    """rms_norm along axes, as layer_norm_axes."""
    numbers = _axes(axes)
    _library.rms_norm_axes(x, numbers, 0 if numbers is None else len(numbers), weight, eps, y, rstd)


def layer_norm_given(x: Array, y: Array, mean: Array, rstd: Array, normalized_ndim: DimsLike = 1,
                     weight: Optional[Array] = None, bias: Optional[Array] = None) -> None:
    """layer_norm with statistics that are given, of the shapes that it writes; nothing is reduced."""
    _library.layer_norm_given(x, normalized_ndim, mean, rstd, weight, bias, y)


def group_norm(x: Array, y: Array, groups: Integer, weight: Optional[Array] = None, bias: Optional[Array] = None,
               eps: Number = 1e-5, mean: Optional[Array] = None, rstd: Optional[Array] = None) -> None:
    """Over groups of channels of each image. mean and rstd, (N, groups), get the statistics."""
    _library.group_norm(x, groups, weight, bias, eps, y, mean, rstd)


def batch_norm(x: Array, y: Array, weight: Optional[Array] = None, bias: Optional[Array] = None,
               running_mean: Optional[Array] = None, running_var: Optional[Array] = None,
               num_batches_tracked: Optional[Array] = None, training: bool = False, momentum: Optional[Number] = 0.1,
               eps: Number = 1e-5, save_mean: Optional[Array] = None, save_rstd: Optional[Array] = None) -> None:
    """Over a channel of all images. momentum None is the average of all batches.

    num_batches_tracked is an int64 array of one element, which training raises by 1. save_mean and save_rstd get what
    normalised."""
    _library.batch_norm(x, weight, bias, running_mean, running_var, num_batches_tracked, training, momentum, eps, y,
                        save_mean, save_rstd)


def batch_moments(x: Array, moments: Array) -> None:
    """The moments of each channel of one part of a batch that lies in several places, into moments: float64, (C, 5).

    All parts' moments, gathered as (parts, C, 5), are what batch_norm_given takes."""
    _library.batch_moments(x, moments, None)


def batch_norm_given(x: Array, y: Array, moments: Array, weight: Optional[Array] = None, bias: Optional[Array] = None,
                     running_mean: Optional[Array] = None, running_var: Optional[Array] = None,
                     num_batches_tracked: Optional[Array] = None, momentum: Optional[Number] = 0.1,
                     eps: Number = 1e-5, save_mean: Optional[Array] = None, save_rstd: Optional[Array] = None) -> None:
    """batch_norm in training of one part of a batch, from the moments of all parts: float64, (parts, C, 5), which are
    merged in their order. x may have no images; it records the running statistics all the same."""
    _library.batch_norm_given(x, weight, bias, moments, None, running_mean, running_var, num_batches_tracked, momentum,
                              eps, y, save_mean, save_rstd)


def instance_norm(x: Array, y: Array, weight: Optional[Array] = None, bias: Optional[Array] = None,
                  running_mean: Optional[Array] = None, running_var: Optional[Array] = None,
                  use_input_stats: bool = True, momentum: Number = 0.1, eps: Number = 1e-5) -> None:
    """Over each channel of each image."""
    _library.instance_norm(x, weight, bias, running_mean, running_var, use_input_stats, momentum, eps, y)


def switchable_norm(x: Array, y: Array, mean_logits: Sequence[Number], var_logits: Sequence[Number],
                    weight: Optional[Array] = None, bias: Optional[Array] = None,
                    running_mean: Optional[Array] = None, running_var: Optional[Array] = None, training: bool = False,
                    momentum: Optional[Number] = 0.1, eps: Number = 1e-5) -> None:
    """Instance, layer and batch statistics mixed by the softmax of three logits each."""
    _library.switchable_norm(x, weight, bias, mean_logits, var_logits, running_mean, running_var, training, momentum,
                             eps, y)


def local_response_norm(x: Array, y: Array, size: Integer, alpha: Number = 1e-4, beta: Number = 0.75,
                        k: Number = 1.0) -> None:
    """By a power of the squares of neighbouring channels."""
    _library.local_response_norm(x, size, alpha, beta, k, y)


def local_response_norm_window(x: Array, y: Array, before: Integer, after: Integer, size: Integer,
                               alpha: Number = 1e-4, beta: Number = 0.75, k: Number = 1.0) -> None:
    """local_response_norm over the channels c - before to c + after, whose sum is divided by size. ONNX's window of size
    n is (n - 1) // 2, n // 2; oneDNN's (n - 1) // 2 on both sides."""
    _library.local_response_norm_window(x, before, after, size, alpha, beta, k, y)


def layer_norm_backward(grad_y: Array, x: Array, normalized_ndim: DimsLike, mean: Array, rstd: Array,
                        weight: Optional[Array] = None, grad_x: Optional[Array] = None,
                        grad_weight: Optional[Array] = None, grad_bias: Optional[Array] = None) -> None:
    """The gradients of layer_norm, from the statistics that it gave."""
    _library.layer_norm_backward(grad_y, x, normalized_ndim, mean, rstd, weight, grad_x, grad_weight, grad_bias)


def rms_norm_backward(grad_y: Array, x: Array, normalized_ndim: DimsLike, rstd: Array,
                      weight: Optional[Array] = None, grad_x: Optional[Array] = None,
                      grad_weight: Optional[Array] = None) -> None:
    """The gradients of rms_norm, from the statistic that it gave."""
    _library.rms_norm_backward(grad_y, x, normalized_ndim, rstd, weight, grad_x, grad_weight)


def layer_norm_axes_backward(grad_y: Array, x: Array, axes: Union[None, Integer, Sequence[Integer]], mean: Array,
                             rstd: Array, weight: Optional[Array] = None, grad_x: Optional[Array] = None,
                             grad_weight: Optional[Array] = None, grad_bias: Optional[Array] = None) -> None:
    """The gradients of layer_norm_axes, from the statistics that it gave."""
    numbers = _axes(axes)
    _library.layer_norm_axes_backward(grad_y, x, numbers, 0 if numbers is None else len(numbers), mean, rstd, weight,
                                      grad_x, grad_weight, grad_bias)


def rms_norm_axes_backward(grad_y: Array, x: Array, axes: Union[None, Integer, Sequence[Integer]], rstd: Array,
                           weight: Optional[Array] = None, grad_x: Optional[Array] = None,
                           grad_weight: Optional[Array] = None) -> None:
    """The gradients of rms_norm_axes, from the statistic that it gave."""
    numbers = _axes(axes)
    _library.rms_norm_axes_backward(grad_y, x, numbers, 0 if numbers is None else len(numbers), rstd, weight, grad_x,
                                    grad_weight)


def group_norm_backward(grad_y: Array, x: Array, groups: Integer, mean: Array, rstd: Array,
                        weight: Optional[Array] = None, grad_x: Optional[Array] = None,
                        grad_weight: Optional[Array] = None, grad_bias: Optional[Array] = None) -> None:
    """The gradients of group_norm, from the statistics that it gave."""
    _library.group_norm_backward(grad_y, x, groups, mean, rstd, weight, grad_x, grad_weight, grad_bias)


def batch_norm_backward(grad_y: Array, x: Array, mean: Array, rstd: Array, weight: Optional[Array] = None,
                        grad_x: Optional[Array] = None, grad_weight: Optional[Array] = None,
                        grad_bias: Optional[Array] = None, *, training: bool) -> None:
    """The gradients of batch_norm, from the statistics that it saved. training: as it had it, False where they were the
    running ones, on which x has no part."""
    _library.batch_norm_backward(grad_y, x, mean, rstd, weight, training, grad_x, grad_weight, grad_bias)


def batch_norm_backward_sums(grad_y: Array, x: Array, mean: Array, sums: Array) -> None:
    """What the gradients of batch_norm_given need of one part of the batch, into sums: float64, (C, 3), which are added
    to those of other parts."""
    _library.batch_norm_backward_sums(grad_y, x, mean, sums, None)


def batch_norm_backward_given(grad_y: Array, x: Array, mean: Array, rstd: Array, sums: Array,
                              weight: Optional[Array] = None, grad_x: Optional[Array] = None,
                              grad_weight: Optional[Array] = None, grad_bias: Optional[Array] = None) -> None:
    """The gradients of batch_norm_given from the sums of all parts, float64, (parts, C, 3), or of their total.
    grad_weight and grad_bias are those of all parts that sums has."""
    _library.batch_norm_backward_given(grad_y, x, mean, rstd, weight, sums, None, grad_x, grad_weight, grad_bias)


def instance_norm_backward(grad_y: Array, x: Array, weight: Optional[Array] = None,
                           running_mean: Optional[Array] = None, running_var: Optional[Array] = None,
                           use_input_stats: bool = True, eps: Number = 1e-5, grad_x: Optional[Array] = None,
                           grad_weight: Optional[Array] = None, grad_bias: Optional[Array] = None) -> None:
    """The gradients of instance_norm, which takes the statistics of x again."""
    _library.instance_norm_backward(grad_y, x, weight, running_mean, running_var, use_input_stats, eps, grad_x,
                                    grad_weight, grad_bias)


def switchable_norm_backward(grad_y: Array, x: Array, mean_logits: Sequence[Number], var_logits: Sequence[Number],
                             weight: Optional[Array] = None, running_mean: Optional[Array] = None,
                             running_var: Optional[Array] = None, training: bool = False, eps: Number = 1e-5,
                             grad_x: Optional[Array] = None, grad_weight: Optional[Array] = None,
                             grad_bias: Optional[Array] = None, grad_mean_logits: Optional[Array] = None,
                             grad_var_logits: Optional[Array] = None) -> None:
    """The gradients of switchable_norm, which takes the statistics of x again. Those of the logits are float64 arrays of
    three elements."""
    _library.switchable_norm_backward(grad_y, x, weight, mean_logits, var_logits, running_mean, running_var, training,
                                      eps, grad_x, grad_weight, grad_bias, grad_mean_logits, grad_var_logits)


def local_response_norm_backward(grad_y: Array, x: Array, grad_x: Array, size: Integer, alpha: Number = 1e-4,
                                 beta: Number = 0.75, k: Number = 1.0) -> None:
    """The gradient of local_response_norm."""
    _library.local_response_norm_backward(grad_y, x, size, alpha, beta, k, grad_x)


def local_response_norm_window_backward(grad_y: Array, x: Array, grad_x: Array, before: Integer, after: Integer,
                                        size: Integer, alpha: Number = 1e-4, beta: Number = 0.75,
                                        k: Number = 1.0) -> None:
    """The gradient of local_response_norm_window."""
    _library.local_response_norm_window_backward(grad_y, x, before, after, size, alpha, beta, k, grad_x)


def dropout(g: Generator, x: Array, y: Array, p: Number = 0.5) -> None:
    """x / (1 - p) with probability 1 - p, else 0, without a mask: the same elements stay whenever the generator is at the
    same position, so that backward is the same call on the gradient."""
    _library.dropout(g, x, p, y)


def relu(x: Array, y: Array) -> None:
    """max(0, x)."""
    _library.relu(x, y)


def leaky_relu(x: Array, y: Array, negative_slope: Number = 0.01) -> None:
    """A slope below 0."""
    _library.leaky_relu(x, negative_slope, y)


def prelu(x: Array, y: Array, weight: Array) -> None:
    """A slope for each channel below 0."""
    _library.prelu(x, weight, y)


def linear(x: Array, y: Array, weight: Array, bias: Optional[Array] = None) -> None:
    """y = x weight^T + bias, for x (..., in), weight (out, in), bias (out) and y (..., out)."""
    _library.linear(x, weight, bias, y)


def layer_norm_activation(x: Array, y: Array, normalized_ndim: DimsLike = 1, weight: Optional[Array] = None,
                          bias: Optional[Array] = None, eps: Number = 1e-5,
                          nonlinearity: NonlinearityLike = Nonlinearity.RELU, negative_slope: Number = 0.01,
                          mean: Optional[Array] = None, rstd: Optional[Array] = None) -> None:
    """layer_norm and then relu, or "leaky_relu", of y in place, in one pass and with the same bits; so the ones below.

    Gradients: those of relu or, for a slope of at least 0, of leaky_relu, with y for x, and then those of the norm."""
    _library.layer_norm_activation(x, normalized_ndim, weight, bias, eps, nonlinearity, negative_slope, y, mean, rstd)


def rms_norm_activation(x: Array, y: Array, normalized_ndim: DimsLike = 1, weight: Optional[Array] = None,
                        eps: Optional[Number] = None, nonlinearity: NonlinearityLike = Nonlinearity.RELU,
                        negative_slope: Number = 0.01, rstd: Optional[Array] = None) -> None:
    """rms_norm and an activation."""
    _library.rms_norm_activation(x, normalized_ndim, weight, eps, nonlinearity, negative_slope, y, rstd)


def group_norm_activation(x: Array, y: Array, groups: Integer, weight: Optional[Array] = None,
                          bias: Optional[Array] = None, eps: Number = 1e-5,
                          nonlinearity: NonlinearityLike = Nonlinearity.RELU, negative_slope: Number = 0.01,
                          mean: Optional[Array] = None, rstd: Optional[Array] = None) -> None:
    """group_norm and an activation."""
    _library.group_norm_activation(x, groups, weight, bias, eps, nonlinearity, negative_slope, y, mean, rstd)


def batch_norm_activation(x: Array, y: Array, weight: Optional[Array] = None, bias: Optional[Array] = None,
                          running_mean: Optional[Array] = None, running_var: Optional[Array] = None,
                          num_batches_tracked: Optional[Array] = None, training: bool = False,
                          momentum: Optional[Number] = 0.1, eps: Number = 1e-5,
                          nonlinearity: NonlinearityLike = Nonlinearity.RELU, negative_slope: Number = 0.01,
                          save_mean: Optional[Array] = None, save_rstd: Optional[Array] = None) -> None:
    """batch_norm and an activation."""
    _library.batch_norm_activation(x, weight, bias, running_mean, running_var, num_batches_tracked, training, momentum,
                                   eps, nonlinearity, negative_slope, y, save_mean, save_rstd)


def batch_norm_given_activation(x: Array, y: Array, moments: Array, weight: Optional[Array] = None,
                                bias: Optional[Array] = None, running_mean: Optional[Array] = None,
                                running_var: Optional[Array] = None, num_batches_tracked: Optional[Array] = None,
                                momentum: Optional[Number] = 0.1, eps: Number = 1e-5,
                                nonlinearity: NonlinearityLike = Nonlinearity.RELU, negative_slope: Number = 0.01,
                                save_mean: Optional[Array] = None, save_rstd: Optional[Array] = None) -> None:
    """batch_norm_given and an activation."""
    _library.batch_norm_given_activation(x, weight, bias, moments, None, running_mean, running_var, num_batches_tracked,
                                         momentum, eps, nonlinearity, negative_slope, y, save_mean, save_rstd)


def instance_norm_activation(x: Array, y: Array, weight: Optional[Array] = None, bias: Optional[Array] = None,
                             running_mean: Optional[Array] = None, running_var: Optional[Array] = None,
                             use_input_stats: bool = True, momentum: Number = 0.1, eps: Number = 1e-5,
                             nonlinearity: NonlinearityLike = Nonlinearity.RELU,
                             negative_slope: Number = 0.01) -> None:
    """instance_norm and an activation."""
    _library.instance_norm_activation(x, weight, bias, running_mean, running_var, use_input_stats, momentum, eps,
                                      nonlinearity, negative_slope, y)


def relu_backward(grad_y: Array, x: Array, grad_x: Array) -> None:
    """The gradient of relu."""
    _library.relu_backward(grad_y, x, grad_x)


def leaky_relu_backward(grad_y: Array, x: Array, grad_x: Array, negative_slope: Number = 0.01) -> None:
    """The gradient of leaky_relu."""
    _library.leaky_relu_backward(grad_y, x, negative_slope, grad_x)


def prelu_backward(grad_y: Array, x: Array, weight: Array, grad_x: Optional[Array] = None,
                   grad_weight: Optional[Array] = None) -> None:
    """The gradients of prelu."""
    _library.prelu_backward(grad_y, x, weight, grad_x, grad_weight)


def linear_backward(grad_y: Array, x: Array, weight: Array, grad_x: Optional[Array] = None,
                    grad_weight: Optional[Array] = None, grad_bias: Optional[Array] = None) -> None:
    """The gradients of linear."""
    _library.linear_backward(grad_y, x, weight, grad_x, grad_weight, grad_bias)


# ---- Moments --------------------------------------------------------------------------------------------------------


class Moments(_Exclusive):
    """Count, mean and sum of squared deviations of a sequence, without cancellation, however many parts it comes in.

    It may be copied and pickled. It belongs to one thread at a time: a call while another thread is in one raises
    InvalidArgument. Threads take one each and merge them, in an order of their own choice, which the last bits show.
    """

    def __init__(self) -> None:
        self._raw = _WideMoments()
        _Exclusive.__init__(self)

    def _pointer(self) -> Any:
        return byref(self._raw)

    def _value(self) -> _WideMoments:
        """A copy."""
        copy = _WideMoments()
        self._call(lambda raw: ctypes.pointer(copy).__setitem__(0, self._raw))
        return copy

    def __copy__(self) -> Moments:
        return _moments_of(bytes(self._value()))

    def __deepcopy__(self, _: Any) -> Moments:
        return self.__copy__()

    def __reduce__(self) -> Any:
        return _moments_of, (bytes(self._value()),)

    def __repr__(self) -> str:
        return f"<unitvar.Moments count={self.count:.17g} mean={self.mean:.17g} m2={self.m2:.17g}>"

    def update(self, x: Array) -> None:
        """Appends the elements of an array of float32, float64, float16 or bfloat16, in the order of their indices."""
        _library.wide_moments_update(self, x)

    def merge(self, other: Moments) -> None:
        """Appends another sequence."""
        if not isinstance(other, Moments):
            raise _of_wrong_type("other", other, "a Moments")
        _library.wide_moments_merge(self, byref(other._value()))

    def variance(self, correction: Number = 1.0) -> float:
        """The sum of squared deviations / (count - correction): 0 for the biased, 1 for the unbiased variance."""
        variance = c_double()
        _library.wide_moments_variance(self, correction, byref(variance))
        return variance.value

    @property
    def count(self) -> float:
        """How many elements."""
        return self._value().count

    @property
    def mean(self) -> float:
        """Their mean; 0 of none."""
        mean = c_double()
        _library.wide_moments_mean(self, byref(mean))
        return mean.value if self.count else 0.0

    @property
    def m2(self) -> float:
        """The sum of squared deviations from the mean; infinite where that is no number."""
        raw = self._value()
        return raw.m2 / raw.prescale / raw.prescale if raw.count else 0.0


def _moments_of(state: bytes) -> Moments:
    moments = Moments()
    moments._raw = _WideMoments.from_buffer_copy(state)
    return moments
