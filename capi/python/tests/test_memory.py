"""What is written is memory that can be written, whose owner lives until the call is over: buffers, the array interface
with its dictionary, and DLPack's capsules, which are taken and given back once."""

import array
import ctypes
import gc
import mmap
import struct
import unittest
import weakref

import numpy as np
import unitvar
from capsules import Immutable, Unversioned, Versioned
from unitvar import InvalidArgument, InvalidType, Unsupported

try:
    import ml_dtypes
except ImportError:
    ml_dtypes = None


def pcg32():
    return unitvar.Generator("pcg32", 42)


def normals(n, dtype=np.float32):
    x = np.empty(n, dtype)
    pcg32().normal(x)
    return x


class Interface:
    """An object with an array interface and nothing else."""

    def __init__(self, **interface):
        self.__array_interface__ = {"version": 3, "typestr": "<f4", **interface}


class Temporary:
    """Makes its memory in a property: nothing but the dictionary has it."""

    def __init__(self):
        self.owners = []

    @property
    def __array_interface__(self):
        memory = np.full((2, 3), 5, np.float32)
        self.owners.append(weakref.ref(memory))
        return {**memory.__array_interface__, "memory": memory}


class Looks:
    """An argument behind another, which looks whether the first one's memory still lives."""

    def __init__(self, first):
        self.first, self.memory, self.seen = first, np.zeros((2, 3), np.float32), None

    @property
    def __array_interface__(self):
        self.seen = self.first.owners[-1]() is not None
        return self.memory.__array_interface__


class Lifetimes(unittest.TestCase):
    def test_memory_that_only_the_dictionary_has_lives_until_the_call_is_over(self):
        x = Temporary()
        y = Looks(x)
        unitvar.relu(x, y)
        self.assertTrue(y.seen)
        self.assertEqual(y.memory.tolist(), [[5, 5, 5]] * 2)
        self.assertIsNone(x.owners[-1](), "and no longer")

    def test_numpy_scalars_are_read_and_not_written(self):
        x, y = np.ones((1, 1, 1), np.float32), np.zeros((1, 1, 1), np.float32)
        for call in (lambda: pcg32().normal(np.float32(0)), lambda: unitvar.init_zeros(np.float64(0)),
                     lambda: unitvar.mean_var(x, mean=np.float32(0)), lambda: unitvar.relu(x, np.float32(0)),
                     lambda: unitvar.batch_norm(np.ones((2, 1), np.float32), np.ones((2, 1), np.float32), training=True,
                                                num_batches_tracked=np.int64(5))):
            with self.assertRaisesRegex(InvalidArgument, r"is a read-only numpy\.(float32|float64|int64)"):
                call()
        unitvar.relu(np.float32(3), y[0, 0, 0, ...])
        self.assertEqual(y[0, 0, 0], 3)

    def test_a_buffer_cannot_be_resized_during_the_call_and_can_after_it(self):
        x = bytearray(16)

        class Resizes:
            memory = np.zeros(16, np.uint8)

            @property
            def __array_interface__(self):
                with_error.append(False)
                try:
                    x.extend(bytes(1 << 20))
                except BufferError:
                    with_error.append(True)
                return self.memory.__array_interface__

        with_error = []
        with self.assertRaises(Unsupported):  # bytes are no floats, as the library says in the end
            unitvar.relu(x, Resizes())
        self.assertEqual(with_error, [False, True])
        x.extend(b"x")

    def test_a_failed_call_lets_go(self):
        x = array.array("f", [0.0] * 16)
        try:
            pcg32().normal(x, 0.0, -1.0)
        except InvalidArgument as error:
            kept = error  # and with it the frames
            x.append(1.0)
        try:
            unitvar.init_normal(pcg32(), x, 0.0, -1.0)
        except InvalidArgument as error:
            kept = kept, error
            x.append(1.0)
        self.assertEqual(len(x), 18)

    def test_nothing_is_kept(self):
        for make in (lambda: np.empty(16, np.float32), Versioned, lambda: Interface(shape=(4,), data=bytearray(16))):
            memory = make()
            x = weakref.ref(memory)
            unitvar.init_normal(pcg32(), memory)
            unitvar.relu(memory, memory)
            del memory
            gc.collect()
            self.assertIsNone(x())


class Buffers(unittest.TestCase):
    def test_ctypes_arrays(self):
        for kind, dtype in ((ctypes.c_float, np.float32), (ctypes.c_double, np.float64)):
            x = (kind * 100)()
            pcg32().normal(x)
            self.assertEqual(bytes(x), normals(100, dtype).tobytes())
            rows = (kind * 25 * 4)()
            unitvar.init_normal(pcg32(), rows)
            self.assertEqual(bytes(rows), normals(100, dtype).tobytes())
        words = (ctypes.c_uint32 * 4)()
        pcg32().bits(words)
        order = (ctypes.c_int64 * 4)()
        pcg32().permutation(order)
        self.assertEqual(sorted(order), [0, 1, 2, 3])
        with self.assertRaises(InvalidType):
            pcg32().normal((ctypes.c_float.__ctype_be__ * 4)())

    def test_formats_with_their_order(self):
        for order in "@=<" if struct.pack("=H", 1) == struct.pack("<H", 1) else "@=>":
            self.assertEqual(unitvar._code_of_format(order + "f", 4), 2)
        for foreign in "!>" if struct.pack("=H", 1) == struct.pack("<H", 1) else "<":
            self.assertIsNone(unitvar._code_of_format(foreign + "f", 4))
            self.assertEqual(unitvar._code_of_format(foreign + "B", 1), 1)
        self.assertEqual(unitvar._code_of_format("?", 1), 6)
        for format in ("", "<", "O", "c", "Zf", "ff", "T{f:x:}", "g"):
            self.assertIsNone(unitvar._code_of_format(format, 4), format)

    def test_memory_maps_and_memoryviews(self):
        with mmap.mmap(-1, 4096) as memory:
            with memoryview(memory).cast("f") as floats:
                pcg32().normal(floats)
                self.assertEqual(floats.tobytes(), normals(1024).tobytes())

    def test_strided_and_read_only_memory_is_read_where_it_is(self):
        whole = normals(48).reshape(6, 8)
        for part in (whole[::2, 1::3], whole[::-1, ::-1], whole.T):
            mean, expected = np.empty(1, np.float32)[0, ...], part.astype(np.float64).mean()
            unitvar.mean_var(part, mean=mean)
            self.assertAlmostEqual(float(mean), expected, places=6)
        m = unitvar.Moments()
        m.update(memoryview(whole.tobytes()).cast("f"))
        self.assertEqual(m.count, 48)


class ReadOnly(unittest.TestCase):
    def test_outputs(self):
        frozen = np.zeros((4, 4), np.float32)
        frozen.flags.writeable = False
        broadcast = np.broadcast_to(np.float32(1), (4, 4))
        data = bytes(64)
        for y in (frozen, broadcast, memoryview(data).cast("f", (4, 4)), memoryview(frozen),
                  Interface(shape=(4, 4), data=(frozen.ctypes.data, True)), Interface(shape=(4, 4), data=data),
                  Versioned((4, 4), flags=1), Immutable((4, 4))):
            for call in (lambda: unitvar.init_ones(y), lambda: unitvar.relu(np.ones((4, 4), np.float32), y),
                         lambda: pcg32().normal(y), lambda: unitvar.Initializer("ones").write(None, y),
                         lambda: unitvar.torch_linear_reset(unitvar.Generator("torch_mt19937", 1), y)):
                with self.subTest(type(y).__name__), self.assertRaisesRegex(InvalidArgument, "is a read-only .*exp"):
                    call()
            unitvar.mean_var(y, mean=np.empty((), np.float32))  # to read is fine
        self.assertTrue((frozen == 0).all() and data == bytes(64))

    def test_a_copy_is_not_written(self):
        copy = Versioned(flags=2)
        with self.assertRaisesRegex(InvalidArgument, "copied"):
            unitvar.init_ones(copy)
        self.assertEqual(copy.events, ["given", "deleted used_dltensor_versioned"])
        m = unitvar.Moments()
        m.update(copy)
        self.assertEqual((m.count, m.mean), (4, 7))


class ArrayInterface(unittest.TestCase):
    def test_an_address(self):
        memory = np.zeros((2, 3), np.float32)
        unitvar.init_ones(Interface(shape=(2, 3), data=(memory.ctypes.data, False)))
        self.assertTrue((memory == 1).all())

    def test_data_that_is_a_buffer(self):
        memory = bytearray(32)
        unitvar.init_ones(Interface(shape=(2, 3), data=memory))
        self.assertEqual(np.frombuffer(memory, np.float32).tolist(), [1] * 6 + [0] * 2)
        unitvar.init_constant(Interface(shape=(2, 2), strides=(-16, 4), offset=16, data=memory), 2)
        self.assertEqual(np.frombuffer(memory, np.float32).tolist(), [2, 2, 1, 1, 2, 2, 0, 0])
        memory.append(0)  # nobody has it any more
        m = unitvar.Moments()
        m.update(Interface(shape=(8,), data=bytes(memory)))
        self.assertEqual(m.count, 8)

    def test_data_that_is_too_short(self):
        memory = bytearray(32)
        for interface in (dict(shape=(9,)), dict(shape=(8,), offset=4), dict(shape=(8,), offset=-4),
                          dict(shape=(2, 2), strides=(-16, 4)), dict(shape=(3, 3), strides=(16, 4)),
                          dict(shape=(2,), strides=(1 << 62,)), dict(shape=(1 << 62, 1 << 62))):
            with self.subTest(interface), self.assertRaisesRegex(InvalidArgument, "expected them in its 32"):
                unitvar.init_ones(Interface(data=memory, **interface))
        self.assertEqual(memory, bytes(32))
        unitvar.init_ones(Interface(shape=(0, 9), data=memory))

    def test_what_cannot_be_read(self):
        address = np.zeros(4, np.float32)
        good = dict(shape=(4,), data=(address.ctypes.data, False))
        for bad in (dict(shape=None), dict(shape=(4.0,)), dict(shape=("4",)), dict(data=3), dict(data=None),
                    dict(data=("0", False)), dict(data=(1,)), dict(data=(1.5, False)), dict(typestr=None),
                    dict(typestr=""), dict(typestr="<fx"), dict(typestr=">f4"), dict(typestr="|O8"),
                    dict(typestr="<V2"), dict(typestr="<f0"), dict(typestr="<f36"), dict(typestr="<M8[s]"),
                    dict(strides=(4, 4)),
                    dict(strides=(2,)), dict(strides=(4.0,)), dict(mask=np.zeros(4, bool)), dict(data=(-1, False)),
                    dict(data=[address.ctypes.data, False])):
            with self.subTest(bad), self.assertRaisesRegex(InvalidArgument, r"\bt\b"):
                unitvar.init_ones(Interface(**{**good, **bad}))
        for bad in (None, [], "text", {}, 3):
            if bad is not None:
                thing = Interface()
                thing.__array_interface__ = bad
                with self.subTest(bad), self.assertRaises(InvalidType):
                    unitvar.init_ones(thing)
        self.assertTrue((address == 0).all())

    def test_bfloat16_of_ml_dtypes(self):
        bits, memory = np.zeros(6, np.uint16), np.empty(6, np.float32)

        class BFloat16(Interface):  # NumPy's for a dtype that it does not know, such as ml_dtypes'
            class dtype:
                def __str__(self):
                    return "bfloat16"

            dtype = dtype()

        pcg32().normal(memory)
        unitvar.init_normal(pcg32(), BFloat16(typestr="<V2", shape=(6,), data=(bits.ctypes.data, False)))
        rounded = (bits.astype(np.uint32) << 16).view(np.float32)
        np.testing.assert_allclose(rounded, memory, rtol=2**-8)

    @unittest.skipIf(ml_dtypes is None, "ml_dtypes is not installed")
    def test_arrays_of_ml_dtypes_are_read_and_written_as_bfloat16(self):
        for strided in (False, True):
            whole = np.full((12, 20), 7, ml_dtypes.bfloat16)
            half, single = whole[::2, 1::3] if strided else whole, np.empty((6, 7) if strided else (12, 20), np.float32)
            unitvar.init_normal(pcg32(), half)
            unitvar.init_normal(pcg32(), single)
            rounded = single.astype(ml_dtypes.bfloat16)
            self.assertEqual(half.tobytes(), rounded.tobytes())
            y = np.zeros(half.shape, ml_dtypes.bfloat16)
            unitvar.relu(half, y)
            self.assertEqual(y.tobytes(), np.maximum(rounded, 0).astype(ml_dtypes.bfloat16).tobytes())
            if strided:
                whole[::2, 1::3] = 7
                self.assertTrue((whole == 7).all())
        half.flags.writeable = False
        with self.assertRaisesRegex(InvalidArgument, "^t is a read-only numpy.ndarray"):
            unitvar.init_ones(half)
        with self.assertRaises(InvalidType):
            unitvar.init_ones(np.zeros(4, ml_dtypes.float8_e4m3fn))


class DLPack(unittest.TestCase):
    def test_a_capsule_is_taken_and_its_deleter_called_once_after_the_call(self):
        for kind, used in ((Unversioned, "used_dltensor"), (Versioned, "used_dltensor_versioned")):
            t = kind((2, 3))

            class Looks:
                memory = np.zeros((2, 3), np.float32)

                @property
                def __array_interface__(self):
                    t.events.append("next argument")
                    return self.memory.__array_interface__

            y = Looks()
            unitvar.relu(t, y)
            self.assertEqual(t.events, ["given", "next argument", "deleted " + used])
            self.assertTrue((y.memory == 7).all())
            t.events.clear()
            unitvar.init_ones(t)
            self.assertTrue((t.memory == 1).all())
            pcg32().normal(t)
            self.assertEqual(t.memory.tobytes(), normals(6).tobytes())
            self.assertEqual(t.events, ["given", "deleted " + used] * 2)

    def test_a_failed_call_gives_it_back_too(self):
        for kind in (Unversioned, Versioned):
            t = kind((2, 3))
            for call in (lambda: unitvar.init_normal(pcg32(), t, 0.0, -1.0), lambda: unitvar.relu(t, 3),
                         lambda: pcg32().permutation(t), lambda: unitvar.init_zeros(kind((2, 3), device=(2, 0)))):
                with self.assertRaises((InvalidArgument, Unsupported)):
                    call()
            self.assertEqual(t.events.count("given"), 3)
            self.assertEqual(sum(event.startswith("deleted used_") for event in t.events), 3)
            self.assertTrue((t.memory == 7).all())

    def test_other_devices_are_not_asked_for_their_memory(self):
        t = Versioned(device=(2, 0))
        with self.assertRaisesRegex(Unsupported, r"t is on the device \(2, 0\), expected \(1, 0\)"):
            unitvar.init_zeros(t)
        self.assertEqual(t.events, [])

    def test_what_other_modules_tell_ctypes_of_cpython_does_not_matter(self):
        theirs = ctypes.pythonapi.PyCapsule_GetPointer
        before = theirs.restype, theirs.argtypes
        try:
            theirs.restype, theirs.argtypes = ctypes.c_short, [ctypes.py_object]
            t = Versioned()
            unitvar.init_ones(t)
            self.assertTrue((t.memory == 1).all())
        finally:
            theirs.restype, theirs.argtypes = before

    def test_versions_to_come(self):
        t = Versioned(major=2)
        with self.assertRaisesRegex(Unsupported, "version 2"):
            unitvar.init_zeros(t)
        self.assertEqual(t.events, ["given", "deleted used_dltensor_versioned"])

    def test_what_gives_no_capsule(self):
        class Gives:
            def __init__(self, thing):
                self.thing = thing

            def __dlpack_device__(self):
                return (1, 0)

            def __dlpack__(self):
                if isinstance(self.thing, Exception):
                    raise self.thing
                return self.thing

        taken = Versioned()
        unitvar.init_ones(taken)
        for thing in (None, 3, taken.last, BufferError("no memory"), RuntimeError("a tracer"), TypeError("x")):
            with self.subTest(thing), self.assertRaisesRegex(InvalidArgument, "^t is a "):
                unitvar.init_zeros(Gives(thing))
        self.assertEqual(len(taken.events), 2)

    def test_negated_views_are_refused(self):
        t = Versioned()
        t.is_neg = lambda: True
        with self.assertRaisesRegex(InvalidArgument, "resolve_neg"):
            unitvar.init_zeros(t)


if __name__ == "__main__":
    unittest.main()
