"""Objects that give DLPack capsules of memory of their own, by the CPython API, and note what happens to them."""

import ctypes

import numpy as np
import unitvar

_new = ctypes.pythonapi.PyCapsule_New
_new.restype, _new.argtypes = ctypes.py_object, [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
_name = ctypes.pythonapi.PyCapsule_GetName
_name.restype, _name.argtypes = ctypes.c_char_p, [ctypes.py_object]
_DELETER = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Unversioned:
    """A producer of before DLPack 1.0: its capsules have no flags, and its method no max_version."""

    layout, name = unitvar._Managed, b"dltensor"

    def __init__(self, shape=(4,), *, device=(1, 0), flags=0, major=1):
        self.memory = np.full(shape, 7, np.float32)
        self.device, self.flags, self.major = device, flags, major
        #: What was asked for and given back, in this order.
        self.events = []
        self.given = {}

    def __setitem__(self, index, value):
        self.memory[index] = value

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, stream=None):
        return self.capsule()

    def capsule(self):
        self.events.append("given")
        shape = (ctypes.c_int64 * self.memory.ndim)(*self.memory.shape)
        tensor = unitvar._Tensor(self.memory.ctypes.data, unitvar._Device(*self.device), self.memory.ndim,
                                 unitvar._DType(2, 32, 1), shape, None, 0)
        managed = self.layout(tensor=tensor)
        deleter = _DELETER(self.delete)
        managed.deleter = ctypes.cast(deleter, ctypes.c_void_p).value
        if self.layout is unitvar._ManagedVersioned:
            managed.major, managed.flags = self.major, self.flags
        address = ctypes.addressof(managed)
        self.last = _new(address, self.name, None)
        self.given[address] = managed, shape, deleter, self.last
        return self.last

    def delete(self, address):
        # Kept: this very function is among it.
        managed, _, _, capsule = self.given[address]
        assert managed.deleter, "deleted twice"
        managed.deleter = None
        self.events.append("deleted " + _name(capsule).decode())


class Versioned(Unversioned):
    """A producer of DLPack 1: flags tell what is read-only or a copy."""

    layout, name = unitvar._ManagedVersioned, b"dltensor_versioned"

    def __dlpack__(self, *, stream=None, max_version=None, dl_device=None, copy=None):
        assert max_version == (1, 0), max_version
        return self.capsule()


class Immutable(Unversioned):
    """As jax.Array: unversioned capsules of what must not be written."""

    __module__ = "jaxlib._jax"
