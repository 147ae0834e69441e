"""Wrong use is an exception that names the argument, and leaves the array as it was; every kind of array is written in
place."""

import array
import copy
import inspect
import pickle
import pydoc
import unittest

import numpy as np
import unitvar
from unitvar import CorruptState, InvalidArgument, StreamExhausted, Unsupported


def pcg32():
    return unitvar.Generator(seed=42)


def normals(n, dtype=np.float32):
    x = np.empty(n, dtype)
    pcg32().normal(x)
    return x


class Errors(unittest.TestCase):
    def test_the_message_names_the_argument_and_its_value(self):
        x = np.full(16, 7, np.float32)
        with self.assertRaisesRegex(InvalidArgument, "std.*-1.5") as caught:
            pcg32().normal(x, 0.0, -1.5)
        self.assertEqual(caught.exception.status, unitvar.Status.INVALID_ARGUMENT)
        self.assertIsInstance(caught.exception, ValueError)
        self.assertTrue((x == 7).all())

    def test_statuses_are_exceptions_of_their_own(self):
        with self.assertRaises(CorruptState):
            unitvar.Generator.load(b"not a generator")
        g = pcg32()
        g.seek(1 << 58)
        with self.assertRaises(StreamExhausted):
            g.bits(np.empty(1, np.uint32))
        self.assertEqual(g.tell(), 1 << 58)

    def test_names_and_numbers_out_of_range(self):
        for call in (lambda: unitvar.Generator("mersenne", seed=1), lambda: unitvar.Generator(seed=-1),
                     lambda: unitvar.Generator(seed=1 << 64), lambda: unitvar.Generator(1 << 32 | 1, seed=1),
                     lambda: pcg32().fork("a\0b"), lambda: unitvar.set_isa("sse9"),
                     lambda: unitvar.set_num_threads(1 << 40), lambda: unitvar.set_num_threads(-1),
                     lambda: pcg32().seek(-1), lambda: unitvar.calculate_gain("leaky_relu", float("inf")),
                     lambda: unitvar.Initializer("zeros", parameters=range(5)),
                     lambda: unitvar.Initializer("dirac", groups=1 << 64), lambda: unitvar.Kind.from_name("gelu")):
            with self.assertRaises(InvalidArgument):
                call()

    def test_a_closed_generator(self):
        g = pcg32()
        g.close()
        for call in (lambda: g.normal(np.empty(16, np.float32)), g.clone, g.tell, g.save, lambda: g.fork("x")):
            with self.assertRaisesRegex(InvalidArgument, "closed"):
                call()


class Arrays(unittest.TestCase):
    def test_a_wrong_dtype(self):
        for dtype in (np.int32, np.complex64, np.bool_, ">f4", "S4"):
            with self.assertRaises(TypeError):
                pcg32().normal(np.empty(16, dtype))
        with self.assertRaises(TypeError):
            pcg32().permutation(np.empty(16, np.int32))
        with self.assertRaises(Unsupported):
            unitvar.init_zeros(np.empty((2, 3), np.int32))

    def test_what_is_no_array(self):
        for thing in (None, 3, [1.0, 2.0], "text"):
            with self.assertRaises(TypeError):
                pcg32().normal(thing)

    def test_samplers_want_contiguous_arrays(self):
        x = np.full((8, 8), 7, np.float32)
        for view in (x[:, ::2], x[::2], x.T, x[::-1]):
            with self.assertRaisesRegex(InvalidArgument, "contiguous"):
                pcg32().normal(view)
        self.assertTrue((x == 7).all())
        for view in (x, x[2:4], x[3], x[3, 2:5], x[None, :, None], x[:1].T):
            pcg32().normal(view)
            self.assertTrue((view.ravel() == normals(view.size)).all())
        m = unitvar.Moments()
        m.update(x.T)
        m.update(x.astype(np.float16)[:, ::2])
        self.assertEqual(m.count, x.size + x[:, ::2].size)

    def test_read_only_arrays(self):
        x = np.zeros(16, np.float32)
        x.flags.writeable = False
        for read_only in (x, memoryview(x), bytes(16)):
            with self.assertRaises(InvalidArgument if not isinstance(read_only, bytes) else (InvalidArgument, TypeError)):
                pcg32().normal(read_only)
        unitvar.Moments().update(x)
        self.assertTrue((x == 0).all())

    def test_initialisers_take_any_strides(self):
        whole = np.full((6, 8, 3), 7, np.float64)
        for view in (whole[::2, 1:5].transpose(2, 1, 0), whole[::-1, ::-2, ::-1]):
            row_major = np.empty(view.shape)
            unitvar.init_xavier_normal(pcg32(), view)
            unitvar.init_xavier_normal(pcg32(), row_major)
            self.assertTrue((view == row_major).all())
        record = np.zeros(4, [("a", np.int16), ("x", np.float32)])  # a stride of 6 bytes
        with self.assertRaisesRegex(InvalidArgument, "stride"):
            unitvar.init_ones(record["x"])
        overlapping = np.lib.stride_tricks.as_strided(whole, (2, 2), (0, 8))
        with self.assertRaises(InvalidArgument):
            unitvar.init_ones(overlapping)

    def test_buffers_without_numpy(self):
        for code, dtype in (("f", np.float32), ("d", np.float64)):
            x = array.array(code, [0.0] * 100)
            pcg32().normal(x)
            self.assertEqual(x.tobytes(), normals(100, dtype).tobytes())
        m = unitvar.Moments()
        m.update(memoryview(x)[:50])
        self.assertEqual(m.count, 50)
        with self.assertRaises(TypeError):
            pcg32().normal(bytearray(16))

    def test_empty_arrays(self):
        g = pcg32()
        g.normal(np.empty(0, np.float32))
        g.normal(np.empty((3, 0), np.float32))
        unitvar.init_normal(g, np.empty((0, 3), np.float32))
        self.assertEqual(g.tell(), 0)

    def test_sixteen_bits(self):
        half, single = np.empty((4, 5), np.float16), np.empty((4, 5), np.float32)
        unitvar.init_normal(pcg32(), half)
        unitvar.init_normal(pcg32(), single)
        self.assertTrue((half == single.astype(np.float16)).all())

    def test_shards(self):
        xavier = unitvar.Initializer("xavier_normal")
        whole, part = np.empty((16, 12), np.float32), np.empty((4, 12), np.float32)
        xavier.write(pcg32(), whole)
        xavier.write_shard(pcg32(), part, whole.shape, (8, 0))
        self.assertTrue((whole[8:12] == part).all())
        for shape, offset in (((16, 12), (13, 0)), ((16,), (0,)), ((1 << 64, 12), (0, 0))):
            with self.assertRaises(InvalidArgument):
                xavier.write_shard(pcg32(), part, shape, offset)
        with self.assertRaises(InvalidArgument):
            xavier.write(None, whole)
        unitvar.Initializer("constant", parameters=[2.5]).write(None, whole)
        self.assertTrue((whole == 2.5).all())


class Generators(unittest.TestCase):
    def test_copies_and_pickles_go_on_alike(self):
        g = pcg32()
        g.bits(np.empty(100, np.uint32))
        for other in (copy.copy(g), copy.deepcopy(g), pickle.loads(pickle.dumps(g))):
            x, y = np.empty(100, np.uint32), np.empty(100, np.uint32)
            g.clone().bits(x)
            other.bits(y)
            self.assertTrue((x == y).all())


class Appearance(unittest.TestCase):
    def test_what_is_printed(self):
        g = unitvar.Generator("philox4x32", 42, stream=7)
        self.assertEqual(repr(g), '<unitvar.Generator("philox4x32", seed=42, stream=7)>')
        self.assertEqual(repr(g.fork("x").clone()), '<unitvar.Generator("philox4x32", seed=42, stream=7, fork=\'x\')>')
        self.assertEqual(repr(pickle.loads(pickle.dumps(g))), repr(g))
        self.assertEqual(repr(unitvar.Generator.load(g.save())), "<unitvar.Generator(loaded)>")
        self.assertEqual(repr(unitvar.Generator("torch_mt19937", -1, torch="2.13.0+cpu")),
                         '<unitvar.Generator("torch_mt19937", seed=-1, stream=0, torch=\'2.13.0+cpu\', libm=0)>')
        for engine, bad in (("pcg32", "2.13"), ("torch_mt19937", "2"), ("torch_mt19937", "2.14"), ("torch_mt19937", 2.13)):
            with self.assertRaises(unitvar.InvalidArgument):
                unitvar.Generator(engine, 1, torch=bad)
        self.assertEqual(repr(unitvar.Generator("torch_mt19937", -1)),
                         '<unitvar.Generator("torch_mt19937", seed=-1, stream=0)>')
        with g:
            pass
        self.assertEqual(repr(g), '<unitvar.Generator("philox4x32", seed=42, stream=7) closed>')
        m = unitvar.Moments()
        m.update(np.array([1.0, 2.0]))
        self.assertEqual(repr(m), "<unitvar.Moments count=2 mean=1.5 m2=0.5>")
        one = unitvar.Initializer("kaiming_normal", fan_mode="fan_out", parameters=[0.5])
        self.assertEqual(eval(repr(one)), one)

    def test_help_has_every_public_name(self):
        text = pydoc.plain(pydoc.render_doc(unitvar))
        for name in unitvar.__all__:
            self.assertIn(name, text)
            self.assertTrue(inspect.getdoc(getattr(unitvar, name)), name)


if __name__ == "__main__":
    unittest.main()
