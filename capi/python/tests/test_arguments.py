"""Arguments are taken where their meaning is plain, and else refused by an error that names them: integers by the index
protocol, numbers by float() without text and truth values, constants by number or name, lists, flags, defaults."""

import fractions
import inspect
import math
import unittest

import numpy as np
import unitvar
from unitvar import InvalidArgument, InvalidType


def pcg32():
    return unitvar.Generator("pcg32", 42)


def normals(*shape):
    x = np.empty(shape, np.float32)
    pcg32().normal(x)
    return x


class Index:
    """An integer that is no int."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        return self.value


def f32(*shape):
    return np.ones(shape, np.float32)


# A call of every function that works, for the tests below to spoil one argument of.
X, C = (2, 4, 3), (4,)
VALID = {
    "set_isa": dict(name=None),
    "set_num_threads": dict(n=0),
    "calculate_gain": dict(nonlinearity="leaky_relu", param=0.2),
    "calculate_fans": dict(t=f32(*X)),
    "init_constant": dict(t=f32(*X), value=2.0),
    "init_zeros": dict(t=f32(*X)),
    "init_values": dict(t=f32(*X), values=f32(3)),
    "init_ones": dict(t=f32(*X)),
    "init_eye": dict(t=f32(4, 3)),
    "init_dirac": dict(t=f32(*X), groups=1),
    "init_uniform": dict(g=pcg32(), t=f32(*X), a=0.0, b=1.0),
    "init_normal": dict(g=pcg32(), t=f32(*X), mean=0.0, std=1.0),
    "init_trunc_normal": dict(g=pcg32(), t=f32(*X), mean=0.0, std=1.0, a=-2.0, b=2.0),
    "init_xavier_uniform": dict(g=pcg32(), t=f32(*X), gain=1.0),
    "init_xavier_normal": dict(g=pcg32(), t=f32(*X), gain=1.0),
    "init_kaiming_uniform": dict(g=pcg32(), t=f32(*X), a=0.0, fan_mode="fan_in", nonlinearity="relu"),
    "init_kaiming_normal": dict(g=pcg32(), t=f32(*X), a=0.0, fan_mode="fan_in", nonlinearity="relu"),
    "init_orthogonal": dict(g=pcg32(), t=f32(*X), gain=1.0),
    "init_delta_orthogonal": dict(g=pcg32(), t=f32(4, 4, 3), gain=1.0),
    "init_sparse": dict(g=pcg32(), t=f32(4, 3), sparsity=0.5, std=0.01),
    "init_variance_scaling": dict(g=pcg32(), t=f32(*X), scale=1.0, fan_mode="fan_avg", distribution="normal"),
    # from unitvar.h by cmake/bindings.py: initialisers
    "init_variance_scaling_fans": dict(g=pcg32(), t=f32(4, 4, 3), scale=2.0, fan_in=7.0, fan_out=11.0,
                                       fan_mode="fan_geo_avg", distribution="normal"),
    "init_orthogonal_axis": dict(g=pcg32(), t=f32(4, 4, 3), gain=1.5, axis=1),
    "init_delta_orthogonal_layout": dict(g=pcg32(), t=f32(4, 4, 3), gain=1.5, layout="out_in_k"),
    "init_glorot_uniform": dict(g=pcg32(), t=f32(4, 4, 3), layout="in_out_k"),
    "init_glorot_normal": dict(g=pcg32(), t=f32(4, 4, 3), layout="in_out_k"),
    "init_he_uniform": dict(g=pcg32(), t=f32(4, 4, 3), layout="in_out_k"),
    "init_he_normal": dict(g=pcg32(), t=f32(4, 4, 3), layout="in_out_k"),
    "init_lecun_uniform": dict(g=pcg32(), t=f32(4, 4, 3), layout="in_out_k"),
    "init_lecun_normal": dict(g=pcg32(), t=f32(4, 4, 3), layout="in_out_k"),
    "init_identity": dict(t=f32(4, 3), gain=1.5),
    # end
    "calculate_fans_layout": dict(t=f32(*X), layout="k_in_out", groups=1),
    "calculate_fans_axes": dict(t=f32(*X), in_axes=0, out_axes=[1], batch_axes=()),
    "torch_linear_reset": dict(g=unitvar.Generator("torch_mt19937", 42), weight=f32(4, 3), bias=f32(4)),
    "torch_conv_reset": dict(g=unitvar.Generator("torch_mt19937", 42), weight=f32(4, 3, 2), bias=f32(4)),
    "torch_embedding_reset": dict(g=unitvar.Generator("torch_mt19937", 42), weight=f32(4, 3)),
    "torch_random": dict(g=unitvar.Generator("torch_mt19937", 42), t=f32(4)),
    "torch_randint": dict(g=unitvar.Generator("torch_mt19937", 42), t=np.zeros(4, np.int64), low=3, high=7),
    "torch_bernoulli": dict(g=unitvar.Generator("torch_mt19937", 42), t=np.zeros(4, bool), p=0.5),
    "torch_geometric": dict(g=unitvar.Generator("torch_mt19937", 42), t=f32(4), p=0.5),
    "torch_exponential": dict(g=unitvar.Generator("torch_mt19937", 42), t=f32(4), lambd=1.0),
    "torch_log_normal": dict(g=unitvar.Generator("torch_mt19937", 42), t=f32(4), mean=0.0, std=1.0),
    "torch_cauchy": dict(g=unitvar.Generator("torch_mt19937", 42), t=f32(4), median=0.0, sigma=1.0),
    "torch_multinomial": dict(g=unitvar.Generator("torch_mt19937", 42), weights=f32(4), samples=np.zeros(2, np.int64),
                              replacement=True),
    "mean_var": dict(x=f32(*X), axes=1, correction=1.0, mean=f32(2, 3), var=f32(2, 3)),
    "layer_norm": dict(x=f32(*X), y=f32(*X), normalized_ndim=1, weight=f32(3), bias=f32(3), eps=1e-5, mean=f32(2, 4),
                       rstd=f32(2, 4)),
    "rms_norm": dict(x=f32(*X), y=f32(*X), normalized_ndim=1, weight=f32(3), eps=1e-5, rstd=f32(2, 4)),
    "layer_norm_residual": dict(x=f32(*X), residual=f32(*X), y=f32(*X), normalized_ndim=1, weight=f32(3), bias=f32(3),
                                eps=1e-5, sum=f32(*X), mean=f32(2, 4), rstd=f32(2, 4)),
    "rms_norm_residual": dict(x=f32(*X), residual=f32(*X), y=f32(*X), normalized_ndim=1, weight=f32(3), eps=1e-5,
                              sum=f32(*X), rstd=f32(2, 4)),
    "layer_norm_axes": dict(x=f32(*X), y=f32(*X), axes=1, weight=f32(*C), bias=f32(*C), eps=1e-5, mean=f32(2, 3),
                            rstd=f32(2, 3)),
    "rms_norm_axes": dict(x=f32(*X), y=f32(*X), axes=1, weight=f32(*C), eps=1e-5, rstd=f32(2, 3)),
    "layer_norm_given": dict(x=f32(*X), y=f32(*X), mean=f32(2, 4), rstd=f32(2, 4), normalized_ndim=1, weight=f32(3),
                             bias=f32(3)),
    "group_norm": dict(x=f32(*X), y=f32(*X), groups=2, weight=f32(*C), bias=f32(*C), eps=1e-5, mean=f32(2, 2),
                       rstd=f32(2, 2)),
    "batch_norm": dict(x=f32(*X), y=f32(*X), weight=f32(*C), bias=f32(*C), running_mean=f32(*C), running_var=f32(*C),
                       num_batches_tracked=np.zeros(1, np.int64), training=True, momentum=0.1, eps=1e-5,
                       save_mean=f32(*C), save_rstd=f32(*C)),
    "batch_moments": dict(x=f32(*X), moments=np.ones((4, 5))),
    "batch_norm_given": dict(x=f32(*X), y=f32(*X), moments=np.ones((2, 4, 5)), weight=f32(*C), bias=f32(*C),
                             running_mean=f32(*C), running_var=f32(*C), num_batches_tracked=np.zeros(1, np.int64),
                             momentum=0.1, eps=1e-5, save_mean=f32(*C), save_rstd=f32(*C)),
    "instance_norm": dict(x=f32(*X), y=f32(*X), weight=f32(*C), bias=f32(*C), running_mean=f32(*C),
                          running_var=f32(*C), use_input_stats=True, momentum=0.1, eps=1e-5),
    "switchable_norm": dict(x=f32(*X), y=f32(*X), mean_logits=(1, 0, 0), var_logits=(0, 1, 0), weight=f32(*C),
                            bias=f32(*C), running_mean=f32(*C), running_var=f32(*C), training=True, momentum=0.1,
                            eps=1e-5),
    "local_response_norm": dict(x=f32(*X), y=f32(*X), size=3, alpha=1e-4, beta=0.75, k=1.0),
    "local_response_norm_window": dict(x=f32(*X), y=f32(*X), before=1, after=2, size=4, alpha=1e-4, beta=0.75, k=1.0),
    "layer_norm_backward": dict(grad_y=f32(*X), x=f32(*X), normalized_ndim=1, mean=f32(2, 4), rstd=f32(2, 4),
                                weight=f32(3), grad_x=f32(*X), grad_weight=f32(3), grad_bias=f32(3)),
    "rms_norm_backward": dict(grad_y=f32(*X), x=f32(*X), normalized_ndim=1, rstd=f32(2, 4), weight=f32(3),
                              grad_x=f32(*X), grad_weight=f32(3)),
    "layer_norm_axes_backward": dict(grad_y=f32(*X), x=f32(*X), axes=1, mean=f32(2, 3), rstd=f32(2, 3), weight=f32(*C),
                                     grad_x=f32(*X), grad_weight=f32(*C), grad_bias=f32(*C)),
    "rms_norm_axes_backward": dict(grad_y=f32(*X), x=f32(*X), axes=1, rstd=f32(2, 3), weight=f32(*C), grad_x=f32(*X),
                                   grad_weight=f32(*C)),
    "group_norm_backward": dict(grad_y=f32(*X), x=f32(*X), groups=2, mean=f32(2, 2), rstd=f32(2, 2), weight=f32(*C),
                                grad_x=f32(*X), grad_weight=f32(*C), grad_bias=f32(*C)),
    "batch_norm_backward": dict(grad_y=f32(*X), x=f32(*X), mean=f32(*C), rstd=f32(*C), weight=f32(*C),
                                grad_x=f32(*X), grad_weight=f32(*C), grad_bias=f32(*C), training=True),
    "batch_norm_backward_sums": dict(grad_y=f32(*X), x=f32(*X), mean=f32(*C), sums=np.ones((4, 3))),
    "batch_norm_backward_given": dict(grad_y=f32(*X), x=f32(*X), mean=f32(*C), rstd=f32(*C), sums=np.ones((2, 4, 3)),
                                      weight=f32(*C), grad_x=f32(*X), grad_weight=f32(*C), grad_bias=f32(*C)),
    "switchable_norm_backward": dict(grad_y=f32(*X), x=f32(*X), mean_logits=(1, 0, 0), var_logits=(0, 1, 0),
                                     weight=f32(*C), running_mean=f32(*C), running_var=f32(*C), training=True, eps=1e-5,
                                     grad_x=f32(*X), grad_weight=f32(*C), grad_bias=f32(*C),
                                     grad_mean_logits=np.ones(3), grad_var_logits=np.ones(3)),
    "local_response_norm_backward": dict(grad_y=f32(*X), x=f32(*X), grad_x=f32(*X), size=3, alpha=1e-4, beta=0.75,
                                         k=1.0),
    "local_response_norm_window_backward": dict(grad_y=f32(*X), x=f32(*X), grad_x=f32(*X), before=1, after=2, size=4,
                                                alpha=1e-4, beta=0.75, k=1.0),
    "instance_norm_backward": dict(grad_y=f32(*X), x=f32(*X), weight=f32(*C), running_mean=f32(*C),
                                   running_var=f32(*C), use_input_stats=True, eps=1e-5, grad_x=f32(*X),
                                   grad_weight=f32(*C), grad_bias=f32(*C)),
    "dropout": dict(g=pcg32(), x=f32(*X), y=f32(*X), p=0.5),
    "sobol": dict(dst=f32(4, 3), first=0, g=pcg32()),
    "sobol_normal": dict(dst=f32(4, 3), first=0, g=pcg32(), mean=0.0, std=1.0),
    "layer_norm_activation": dict(x=f32(*X), y=f32(*X), normalized_ndim=1, weight=f32(3), bias=f32(3), eps=1e-5,
                                  nonlinearity="relu", negative_slope=0.01, mean=f32(2, 4), rstd=f32(2, 4)),
    "rms_norm_activation": dict(x=f32(*X), y=f32(*X), normalized_ndim=1, weight=f32(3), eps=1e-5, nonlinearity="relu",
                                negative_slope=0.01, rstd=f32(2, 4)),
    "group_norm_activation": dict(x=f32(*X), y=f32(*X), groups=2, weight=f32(*C), bias=f32(*C), eps=1e-5,
                                  nonlinearity="relu", negative_slope=0.01, mean=f32(2, 2), rstd=f32(2, 2)),
    "batch_norm_activation": dict(x=f32(*X), y=f32(*X), weight=f32(*C), bias=f32(*C), running_mean=f32(*C),
                                  running_var=f32(*C), num_batches_tracked=np.zeros(1, np.int64), training=True,
                                  momentum=0.1, eps=1e-5, nonlinearity="leaky_relu", negative_slope=0.01,
                                  save_mean=f32(*C), save_rstd=f32(*C)),
    "batch_norm_given_activation": dict(x=f32(*X), y=f32(*X), moments=np.ones((2, 4, 5)), weight=f32(*C), bias=f32(*C),
                                        running_mean=f32(*C), running_var=f32(*C),
                                        num_batches_tracked=np.zeros(1, np.int64), momentum=0.1, eps=1e-5,
                                        nonlinearity="leaky_relu", negative_slope=0.01, save_mean=f32(*C),
                                        save_rstd=f32(*C)),
    "instance_norm_activation": dict(x=f32(*X), y=f32(*X), weight=f32(*C), bias=f32(*C), running_mean=f32(*C),
                                     running_var=f32(*C), use_input_stats=True, momentum=0.1, eps=1e-5,
                                     nonlinearity="relu", negative_slope=0.01),
    "relu": dict(x=f32(*X), y=f32(*X)),
    "leaky_relu": dict(x=f32(*X), y=f32(*X), negative_slope=0.01),
    "prelu": dict(x=f32(*X), y=f32(*X), weight=f32(*C)),
    "linear": dict(x=f32(*X), y=f32(2, 4, 5), weight=f32(5, 3), bias=f32(5)),
    "relu_backward": dict(grad_y=f32(*X), x=f32(*X), grad_x=f32(*X)),
    "leaky_relu_backward": dict(grad_y=f32(*X), x=f32(*X), grad_x=f32(*X), negative_slope=0.01),
    "prelu_backward": dict(grad_y=f32(*X), x=f32(*X), weight=f32(*C), grad_x=f32(*X), grad_weight=f32(*C)),
    "linear_backward": dict(grad_y=f32(2, 4, 5), x=f32(*X), weight=f32(5, 3), grad_x=f32(*X), grad_weight=f32(5, 3),
                            grad_bias=f32(5)),
    "Generator": dict(engine="pcg32", seed=1, stream=0, torch=None, libm=0),
    "Generator.load": dict(state=pcg32().save(), torch=None, libm=0),
    "Generator.fork": dict(name="x"),
    "Generator.seek": dict(block=7),
    "Generator.bits": dict(dst=np.empty(4, np.uint32)),
    "Generator.uniform": dict(dst=f32(4), low=0.0, high=1.0),
    "Generator.normal": dict(dst=f32(4), mean=0.0, std=1.0),
    "Generator.normal_icdf": dict(dst=f32(4), mean=0.0, std=1.0),
    "Generator.trunc_normal": dict(dst=f32(4), mean=0.0, std=1.0, a=-2.0, b=2.0),
    # from unitvar.h by cmake/bindings.py: samplers
    "Generator.exponential": dict(dst=np.empty(4, np.float32), scale=0.7),
    "Generator.laplace": dict(dst=np.empty(4, np.float32), location=1.5, scale=0.7),
    "Generator.logistic": dict(dst=np.empty(4, np.float32), location=1.5, scale=0.7),
    "Generator.gumbel": dict(dst=np.empty(4, np.float32), location=1.5, scale=0.7),
    "Generator.cauchy": dict(dst=np.empty(4, np.float32), location=1.5, scale=0.7),
    "Generator.weibull": dict(dst=np.empty(4, np.float32), shape=1.7, scale=0.7),
    "Generator.rayleigh": dict(dst=np.empty(4, np.float32), scale=0.7),
    "Generator.log_normal": dict(dst=np.empty(4, np.float32), mean=1.5, std=0.02),
    "Generator.integers": dict(dst=np.empty(4, np.int32), low=3, high=100),
    "Generator.bernoulli": dict(dst=np.empty(4, np.uint8), p=0.3),
    # end
    "Generator.bernoulli_bits": dict(dst=np.empty(4, np.uint8), p=0.3),
    "Generator.sample": dict(draw=unitvar.Draw("normal"), dst=f32(4)),
    "Generator.sample_at": dict(draw=unitvar.Draw("normal"), first=3, dst=f32(4)),
    "Draw": dict(kind="normal", parameters=[0.0], integers=[1]),
    "Generator.permutation": dict(dst=np.empty(4, np.int64)),
    "Generator.choice": dict(dst=np.empty(4, np.int64), population=9),
    "Initializer": dict(kind="kaiming_normal", fan_mode="fan_in", nonlinearity="relu", distribution="normal", groups=1,
                        parameters=[0.0]),
    "Initializer.write": dict(g=pcg32(), t=f32(*X)),
    "Initializer.write_shard": dict(g=pcg32(), local=f32(*X), global_shape=(4, 4, 3), offset=(2, 0, 0)),
    "Moments.update": dict(x=f32(4)),
    "Moments.merge": dict(other=unitvar.Moments()),
    "Moments.variance": dict(correction=1.0),
    "Status.from_name": dict(name="UNITVAR_OK"),
    "Engine.from_name": dict(name="pcg32"),
}
WITHOUT_ARGUMENTS = {"version", "version_string", "stream_version", "isa", "num_threads"}
OWNERS = {"Generator": pcg32, "Initializer": lambda: unitvar.Initializer("normal"), "Moments": unitvar.Moments}


def function_of(path):
    name, _, method = path.partition(".")
    if not method:
        return getattr(unitvar, name)
    owner = getattr(unitvar, name)
    if method in ("load", "from_name"):
        return getattr(owner, method)
    return getattr(OWNERS[name](), method)


def each_argument():
    """(function, a valid call's arguments, a name, its value)."""
    for path, arguments in VALID.items():
        for name, value in arguments.items():
            yield path, arguments, name, value


class EveryArgument(unittest.TestCase):
    def spoiled(self, path, arguments, name, bad):
        with self.subTest(path, argument=name, value=bad), self.assertRaises(InvalidArgument) as caught:
            function_of(path)(**{**arguments, name: bad})
        return str(caught.exception)

    def test_every_function_has_a_call_here(self):
        functions = {name for name in unitvar.__all__ if inspect.isfunction(getattr(unitvar, name))}
        self.assertEqual(functions, {path for path in VALID if path in functions} | WITHOUT_ARGUMENTS)
        for path, arguments in VALID.items():
            with self.subTest(path):
                function = function_of(path)
                function(**arguments)
                self.assertEqual(set(inspect.signature(function).parameters), set(arguments))

    def test_what_cannot_be_used_is_named(self):
        for path, arguments, name, _ in each_argument():
            bad = object()
            message = self.spoiled(path, arguments, name, bad)
            self.assertRegex(message, rf"^{name} is ", path)
            self.assertIn("<object object at", message)

    def test_integers_are_not_cut(self):
        for path, arguments, name, value in each_argument():
            if type(value) is int and name != "axes":
                for bad in (1.9, np.float64(1), np.array(2.0), fractions.Fraction(1), "1", b"1", 1j, True,
                            np.bool_(True), None if (path, name) != ("Initializer", "groups") else 1.0):
                    self.assertIn(f"{name} is ", self.spoiled(path, arguments, name, bad))
                for bad in (1 << 64, -(1 << 63) - 1):
                    self.assertIn(str(bad), self.spoiled(path, arguments, name, bad))

    def test_integers_by_the_index_protocol(self):
        for path, arguments, name, value in each_argument():
            if type(value) is int:
                for same in (np.int64(value), np.uint8(value), np.array(value), Index(value)):
                    with self.subTest(path, argument=name, value=same):
                        function_of(path)(**{**arguments, name: same})

    def test_numbers_are_numbers(self):
        for path, arguments, name, value in each_argument():
            if type(value) is float:
                for bad in ("1.0", b"1", True, np.bool_(False), 1j, np.complex64(1), [1.0], np.ones(2), np.ones(1),
                            np.timedelta64(1, "s")):
                    self.assertIn(f"{name} is ", self.spoiled(path, arguments, name, bad))
                self.assertIn(name, self.spoiled(path, arguments, name, 10**400))
                for same in (np.float32(value), np.float64(value), np.array(value), fractions.Fraction(value)):
                    with self.subTest(path, argument=name, value=same):
                        function_of(path)(**{**arguments, name: same})

    def test_truth_values_are_truth_values(self):
        for path, arguments, name, value in each_argument():
            if type(value) is bool:
                for bad in (0.1, 2, -1, "False", "", None, [], np.ones(1)):
                    self.assertIn(f"{name} is ", self.spoiled(path, arguments, name, bad))
                for same in (int(value), np.bool_(value), np.int64(value)):
                    with self.subTest(path, argument=name, value=same):
                        function_of(path)(**{**arguments, name: same})

    def test_arrays_are_arrays(self):
        for path, arguments, name, value in each_argument():
            if isinstance(value, np.ndarray):
                for bad in (3, 1.5, "text", [1.0], (1.0,), np.ones(2, object), np.ones(2, "M8[s]"), np.ones(2, ">f4"),
                            np.ones(2, np.complex64)):
                    self.assertRegex(self.spoiled(path, arguments, name, bad), rf"\b{name}\b")
                if inspect.signature(function_of(path)).parameters[name].default is inspect.Parameter.empty:
                    self.assertIn(f"{name} is None", self.spoiled(path, arguments, name, None))


class Constants(unittest.TestCase):
    def test_numbers_and_names(self):
        for engine in ("philox4x32", 2, unitvar.Engine.PHILOX4X32, np.int32(2)):
            x = np.empty(4, np.uint32)
            unitvar.Generator(engine, 42).bits(x)
            y = np.empty(4, np.uint32)
            unitvar.Generator("philox4x32", seed=42).bits(y)
            self.assertEqual(x.tolist(), y.tolist())
        for bad in (None, 2.0, "mersenne", b"pcg32", [1], True, 99):
            with self.assertRaisesRegex(InvalidArgument, "engine"):
                unitvar.Generator(bad, 42)
        with self.assertRaisesRegex(InvalidArgument, "nonlinearity.*'?glu"):
            unitvar.calculate_gain("glu")

    def test_gains_of_what_is_no_slope(self):
        # As torch.nn.init.calculate_gain, which refuses what is no number by a ValueError.
        for bad in (True, False, [1], {"a": "b"}, "0.1"):
            with self.assertRaisesRegex(ValueError, "param"):
                unitvar.calculate_gain("leaky_relu", bad)
        self.assertEqual(unitvar.calculate_gain("leaky_relu", 0), math.sqrt(2))
        self.assertEqual(unitvar.calculate_gain("leaky_relu", None), unitvar.calculate_gain("leaky_relu", 0.01))


class Seeds(unittest.TestCase):
    def test_engine_and_seed_by_position(self):
        x, y = np.empty(4, np.uint32), np.empty(4, np.uint32)
        unitvar.Generator("philox4x32", 42, 7).bits(x)
        unitvar.Generator(engine="philox4x32", seed=42, stream=7).bits(y)
        self.assertEqual(x.tolist(), y.tolist())

    def test_negative_seeds_as_torch_manual_seed_takes_them(self):
        def first(seed):
            x = np.empty(4, np.uint32)
            unitvar.Generator("torch_mt19937", seed).bits(x)
            return x.tolist()

        for seed in (-1, -2, -(1 << 31), -(1 << 63), (1 << 64) - 1, 42):
            # MT19937 of the low 32 bits, by NumPy's.
            words = np.frombuffer(np.random.RandomState(seed % (1 << 32)).bytes(16), np.uint32)
            self.assertEqual(first(seed), words.tolist(), seed)
            self.assertEqual(first(seed), first(seed % (1 << 64)))
        for bad in (-(1 << 63) - 1, 1 << 64):
            with self.assertRaisesRegex(InvalidArgument, f"seed is {bad}"):
                unitvar.Generator("torch_mt19937", bad)
        for engine in ("pcg32", "philox4x32"):
            with self.assertRaisesRegex(InvalidArgument, "seed is -1"):
                unitvar.Generator(engine, -1)

    def test_a_seed_is_needed(self):
        for bad in (None, "42", [42], 1.9, np.float64(42)):
            with self.assertRaisesRegex(InvalidType, "seed is"):
                unitvar.Generator("pcg32", bad)
        with self.assertRaisesRegex(InvalidType, "seed is None"):
            unitvar.Generator()


class Lists(unittest.TestCase):
    def test_axes(self):
        x = normals(2, 4, 3)
        expected = x.astype(np.float64).mean(1)
        for axes in (1, np.int64(1), [1], (-2,), np.array([1]), range(1, 2)):
            mean = np.empty((2, 3), np.float32)
            unitvar.mean_var(x, axes, mean=mean)
            np.testing.assert_allclose(mean, expected, rtol=1e-6, atol=1e-7)
        for bad in (1.0, [1.7], "1", [None], [[1]], {"a": 1}):
            with self.assertRaisesRegex(InvalidType, r"axes(\[0\])? is"):
                unitvar.mean_var(x, bad, mean=np.empty((2, 3), np.float32))
        same = np.empty_like(x)
        unitvar.mean_var(x, (), mean=same)  # over none, as numpy.mean(x, axis=())
        self.assertEqual(same.tobytes(), x.tobytes())

    def test_normalized_shapes(self):
        x = normals(2, 4, 3)
        for ndim, shape in ((1, (3,)), (2, [4, 3]), (3, np.array([2, 4, 3])), (np.int32(2), (np.int64(4), 3))):
            by_number, by_shape = np.empty_like(x), np.empty_like(x)
            for norm in (unitvar.layer_norm, unitvar.rms_norm):
                norm(x, by_number, ndim)
                norm(x, by_shape, shape)
                self.assertEqual(by_number.tobytes(), by_shape.tobytes())
        for bad in ((4,), (3, 4), (1, 2, 4, 3), ()):
            with self.assertRaisesRegex(InvalidArgument, r"normalized_ndim is the shape .*\(2, 4, 3\)"):
                unitvar.layer_norm(x, by_shape, bad)
        for bad in ((3.0,), 1.5, "3", None):
            with self.assertRaisesRegex(InvalidType, "normalized_ndim"):
                unitvar.rms_norm(x, by_shape, bad)

    def test_shards_are_said_in_integers(self):
        xavier, part = unitvar.Initializer("xavier_normal"), np.empty((2, 3), np.float32)
        xavier.write_shard(pcg32(), part, np.array([4, 3]), [np.int64(2), Index(0)])
        for shape, offset in (([4.0, 3], [0, 0]), ([4, 3], [0.0, 0]), ("43", [0, 0]), ([4, 3], None), (4, 0)):
            with self.assertRaisesRegex(InvalidType, "global_shape|offset"):
                xavier.write_shard(pcg32(), part, shape, offset)
        for shape, offset in (([4], [0]), ([4, 3, 1], [0, 0]), ([4, 3], [0])):
            with self.assertRaisesRegex(InvalidArgument, "expected 2 integers"):
                xavier.write_shard(pcg32(), part, shape, offset)

    def test_logits(self):
        x = normals(2, 4, 3)
        for bad in ((1, 2), (1, 2, 3, 4), 1.0, "abc", (1, 2, "3"), None):
            with self.assertRaisesRegex(InvalidArgument, "var_logits"):
                unitvar.switchable_norm(x, np.empty_like(x), np.zeros(3), bad)


class Defaults(unittest.TestCase):
    def test_rms_norm_has_that_of_pytorch(self):
        for dtype in (np.float32, np.float64):
            # Rows so small that eps decides.
            x = (1e-4 * normals(2, 8)).astype(dtype)
            y, default = np.empty_like(x), np.empty_like(x)
            unitvar.rms_norm(x, default)
            unitvar.rms_norm(x, y, eps=None)
            self.assertEqual(y.tobytes(), default.tobytes())
            wide = x.astype(np.longdouble)
            expected = wide / np.sqrt((wide**2).mean(1, keepdims=True) + np.finfo(dtype).eps)
            np.testing.assert_allclose(default.astype(np.longdouble), expected, rtol=4 * np.finfo(dtype).eps)
            unitvar.rms_norm(x, y, eps=1e-5)
            self.assertFalse(np.allclose(y, default))

    def test_all_are_those_of_pytorch_and_keras(self):
        expected = {
            "layer_norm": dict(eps=1e-5), "rms_norm": dict(eps=None), "group_norm": dict(eps=1e-5),
            "batch_norm": dict(training=False, momentum=0.1, eps=1e-5),
            "instance_norm": dict(use_input_stats=True, momentum=0.1, eps=1e-5),
            "local_response_norm": dict(alpha=1e-4, beta=0.75, k=1.0), "leaky_relu": dict(negative_slope=0.01),
            "mean_var": dict(correction=1.0), "init_uniform": dict(a=0.0, b=1.0),
            "init_normal": dict(mean=0.0, std=1.0),
            "init_trunc_normal": dict(mean=0.0, std=1.0, a=-2.0, b=2.0), "init_xavier_uniform": dict(gain=1.0),
            "init_xavier_normal": dict(gain=1.0), "init_orthogonal": dict(gain=1.0), "init_sparse": dict(std=0.01),
            "init_kaiming_uniform": dict(a=0.0, fan_mode=unitvar.FanMode.FAN_IN,
                                         nonlinearity=unitvar.Nonlinearity.LEAKY_RELU),
            "init_dirac": dict(groups=1), "calculate_gain": dict(param=None),
            "init_variance_scaling": dict(scale=1.0, fan_mode=unitvar.FanMode.FAN_IN,
                                          distribution=unitvar.Distribution.TRUNCATED_NORMAL),
        }
        for name, defaults in expected.items():
            parameters = inspect.signature(getattr(unitvar, name)).parameters
            self.assertEqual({key: parameters[key].default for key in defaults}, defaults, name)

    def test_no_gradient_guesses_which_statistics_normalised(self):
        v = VALID["batch_norm_backward"]
        with self.assertRaisesRegex(TypeError, "training"):
            unitvar.batch_norm_backward(v["grad_y"], v["x"], v["mean"], v["rstd"])


class Kernels(unittest.TestCase):
    def test_a_transposed_kernel_of_keras_has_its_fans(self):
        kernel = np.empty((3, 3, 64, 128), np.float32)  # (k, k, in, out)
        weight = kernel.transpose(3, 2, 0, 1)
        self.assertEqual(unitvar.calculate_fans(weight), (9 * 64, 9 * 128))
        unitvar.init_variance_scaling(pcg32(), weight, 2.0)  # he_normal
        self.assertAlmostEqual(float(kernel.std()), math.sqrt(2 / (9 * 64)), delta=0.0005)


if __name__ == "__main__":
    unittest.main()
