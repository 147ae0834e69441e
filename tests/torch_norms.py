#!/usr/bin/env python3
"""Norms, activations, linear and their gradients against PyTorch's on the same data, gradients against autograd in
double: every result must be as close to PyTorch's in double as rounding allows.

usage: torch_norms.py PATH_TO_libunitvar.so [--errors]

--errors prints the table of measured errors instead: the largest of f32 results in ulps, against the formula in long
double, of unitvar and of PyTorch in f32. Exits with 77 where PyTorch is absent.
"""
import ctypes
import os
import sys

try:
    import numpy
    import torch
    import torch.nn.functional as F
except ImportError:
    print("PyTorch is not installed")
    sys.exit(77)

UNSUPPORTED = 20
# Relative to the largest value: a few roundings of the type, more where sums cancel.
BOUND = {torch.float32: 2e-6, torch.float64: 1e-12}


class DType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class Device(ctypes.Structure):
    _fields_ = [("device_type", ctypes.c_int32), ("device_id", ctypes.c_int32)]


class Tensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device", Device), ("ndim", ctypes.c_int32), ("dtype", DType),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
                ("byte_offset", ctypes.c_uint64)]


class Library:
    """The C API: Python floats are doubles, integers come wrapped, tensors and None are pointers."""

    def __init__(self, path):
        self.functions = ctypes.CDLL(path)
        self.functions.unitvar_last_error.restype = ctypes.c_char_p
        isa = os.environ.get("UNITVAR_ISA")
        if isa and self.functions.unitvar_set_isa(isa.encode()) == UNSUPPORTED:
            print(self.functions.unitvar_last_error().decode())
            sys.exit(77)

    def __call__(self, name, *arguments):
        keep = [self.convert(x) for x in arguments]
        if getattr(self.functions, "unitvar_" + name)(*keep) != 0:
            raise RuntimeError(f"{name}: {self.functions.unitvar_last_error().decode()}")

    @staticmethod
    def convert(x):
        if isinstance(x, float):
            return ctypes.c_double(x)
        if not isinstance(x, torch.Tensor):
            return x
        lengths = (ctypes.c_int64 * max(1, x.dim()))
        bits = torch.finfo(x.dtype).bits
        return ctypes.byref(Tensor(x.data_ptr(), Device(1, 0), x.dim(), DType(2, bits, 1), lengths(*x.shape),
                                   lengths(*x.stride()), 0))


I32 = ctypes.c_int32
I64 = ctypes.c_int64


class Comparison:
    def __init__(self, library, shape, dtype, memory_format):
        self.call = library
        self.dtype = dtype
        self.what = f"{tuple(shape)} {dtype} {memory_format}"
        self.checks = 0
        self.failures = 0
        self.shape = shape
        self.x = (torch.randn(shape, dtype=dtype) * 2 + 3).contiguous(memory_format=memory_format)
        self.grad_y = torch.randn(shape, dtype=dtype).contiguous(memory_format=memory_format)
        self.weight = torch.randn(shape[1], dtype=dtype)
        self.bias = torch.randn(shape[1], dtype=dtype)
        self.y = torch.empty_like(self.x)
        self.grad_x = torch.empty_like(self.x)
        self.grad_weight = torch.empty_like(self.weight)
        self.grad_bias = torch.empty_like(self.bias)

    def close(self, name, got, expected):
        self.checks += 1
        error = float((got.double() - expected.double()).abs().max() / expected.double().abs().max().clamp_min(1e-300))
        if not error <= BOUND[self.dtype]:
            self.failures += 1
            print(f"{name} of {self.what}: relative error {error:.3g}")

    def gradients(self, name, function, inputs, got):
        leaves = [t.detach().double().requires_grad_() for t in inputs]
        function(*leaves).backward(self.grad_y.double())
        for leaf, result in zip(leaves, got):
            self.close(name + " gradient", result, leaf.grad)

    def empty(self, *shape):
        return torch.empty(shape, dtype=self.dtype)

    def layer_norm(self):
        rows = self.shape[2:]
        weight, bias = torch.randn(rows, dtype=self.dtype), torch.randn(rows, dtype=self.dtype)
        mean, rstd = self.empty(*self.shape[:2]), self.empty(*self.shape[:2])
        ndim = I32(len(rows))
        self.call("layer_norm", self.x, ndim, weight, bias, 1e-5, self.y, mean, rstd)
        self.close("layer_norm", self.y, F.layer_norm(self.x.double(), rows, weight.double(), bias.double(), 1e-5))
        for_weight, for_bias = torch.empty_like(weight), torch.empty_like(bias)
        self.call("layer_norm_backward", self.grad_y, self.x, ndim, mean, rstd, weight, self.grad_x, for_weight,
                  for_bias)
        self.gradients("layer_norm", lambda x, w, b: F.layer_norm(x, rows, w, b, 1e-5), (self.x, weight, bias),
                       (self.grad_x, for_weight, for_bias))

    def group_norm(self):
        for groups in (1, 2):
            mean, rstd = self.empty(self.shape[0], groups), self.empty(self.shape[0], groups)
            self.call("group_norm", self.x, I64(groups), self.weight, self.bias, 1e-5, self.y, mean, rstd)
            expected = F.group_norm(self.x.double(), groups, self.weight.double(), self.bias.double(), 1e-5)
            self.close("group_norm", self.y, expected)
            self.call("group_norm_backward", self.grad_y, self.x, I64(groups), mean, rstd, self.weight, self.grad_x,
                      self.grad_weight, self.grad_bias)
            self.gradients("group_norm", lambda x, w, b: F.group_norm(x, groups, w, b, 1e-5),
                           (self.x, self.weight, self.bias), (self.grad_x, self.grad_weight, self.grad_bias))

    def batch_norm(self):
        channels = self.shape[1]
        mean, var = torch.zeros(channels, dtype=self.dtype), torch.ones(channels, dtype=self.dtype)
        mean64, var64 = torch.zeros(channels).double(), torch.ones(channels).double()
        save_mean, save_rstd = self.empty(channels), self.empty(channels)
        parameters = (self.weight.double(), self.bias.double())
        for training in (1, 0):
            self.call("batch_norm", self.x, self.weight, self.bias, mean, var, None, I32(training), 0.1, 1e-5, self.y,
                      save_mean, save_rstd)
            expected = F.batch_norm(self.x.double(), mean64, var64, *parameters, training == 1, 0.1, 1e-5)
            self.close("batch_norm", self.y, expected)
            self.close("running_mean", mean, mean64)
            self.close("running_var", var, var64)
            self.call("batch_norm_backward", self.grad_y, self.x, save_mean, save_rstd, self.weight, I32(training),
                      self.grad_x, self.grad_weight, self.grad_bias)
            kept = (mean64.clone(), var64.clone())
            self.gradients("batch_norm", lambda x, w, b: F.batch_norm(x, *kept, w, b, training == 1, 0, 1e-5),
                           (self.x, self.weight, self.bias), (self.grad_x, self.grad_weight, self.grad_bias))

    def instance_norm(self):
        channels = self.shape[1]
        mean, var = torch.zeros(channels, dtype=self.dtype), torch.ones(channels, dtype=self.dtype)
        mean64, var64 = torch.zeros(channels).double(), torch.ones(channels).double()
        self.call("instance_norm", self.x, self.weight, self.bias, mean, var, I32(1), 0.1, 1e-5, self.y)
        expected = F.instance_norm(self.x.double(), mean64, var64, self.weight.double(), self.bias.double(), True, 0.1,
                                   1e-5)
        self.close("instance_norm", self.y, expected)
        self.close("running_mean", mean, mean64)
        self.close("running_var", var, var64)
        self.call("instance_norm_backward", self.grad_y, self.x, self.weight, None, None, I32(1), 1e-5, self.grad_x,
                  self.grad_weight, self.grad_bias)
        self.gradients("instance_norm", lambda x, w, b: F.instance_norm(x, None, None, w, b, True, 0.1, 1e-5),
                       (self.x, self.weight, self.bias), (self.grad_x, self.grad_weight, self.grad_bias))

    def local_response_norm(self):
        for size, beta in ((5, 0.75), (4, 0.6), (1, 1.0)):
            self.call("local_response_norm", self.x, I64(size), 0.1, beta, 2.0, self.y)
            self.close("local_response_norm", self.y, F.local_response_norm(self.x.double(), size, 0.1, beta, 2.0))
            self.call("local_response_norm_backward", self.grad_y, self.x, I64(size), 0.1, beta, 2.0, self.grad_x)
            self.gradients("local_response_norm", lambda x: F.local_response_norm(x, size, 0.1, beta, 2.0), (self.x,),
                           (self.grad_x,))
        # ONNX's and oneDNN's windows of an even size, by sums over neighbours.
        for before, after in ((1, 2), (1, 1)):
            def windowed(x):
                padded = F.pad(x * x, [0, 0] * (x.dim() - 2) + [before, after])
                squares = sum(padded[:, i:i + x.shape[1]] for i in range(before + after + 1))
                return x / (2.0 + 0.1 / 4 * squares) ** 0.75

            window = (I64(before), I64(after), I64(4))
            self.call("local_response_norm_window", self.x, *window, 0.1, 0.75, 2.0, self.y)
            self.close("local_response_norm_window", self.y, windowed(self.x.double()))
            self.call("local_response_norm_window_backward", self.grad_y, self.x, *window, 0.1, 0.75, 2.0, self.grad_x)
            self.gradients("local_response_norm_window", windowed, (self.x,), (self.grad_x,))

    def axes(self):
        """Along the channels, as of the tensor that has them last; and with given statistics."""
        shape = (self.shape[0], *self.shape[2:])
        mean, rstd = self.empty(*shape), self.empty(*shape)
        axis = (ctypes.c_int32 * 1)(1)

        def layer_norm(x, w, b):
            return F.layer_norm(x.movedim(1, -1), (self.shape[1],), w, b, 1e-5).movedim(-1, 1)

        self.call("layer_norm_axes", self.x, axis, I32(1), self.weight, self.bias, 1e-5, self.y, mean, rstd)
        self.close("layer_norm_axes", self.y, layer_norm(self.x.double(), self.weight.double(), self.bias.double()))
        self.call("layer_norm_axes_backward", self.grad_y, self.x, axis, I32(1), mean, rstd, self.weight, self.grad_x,
                  self.grad_weight, self.grad_bias)
        self.gradients("layer_norm_axes", layer_norm, (self.x, self.weight, self.bias),
                       (self.grad_x, self.grad_weight, self.grad_bias))
        rows = self.shape[1:]
        mean, rstd = torch.randn(self.shape[0]), torch.rand(self.shape[0]) + 0.5
        mean, rstd = mean.to(self.dtype), rstd.to(self.dtype)
        self.call("layer_norm_given", self.x, I32(len(rows)), mean, rstd, None, None, self.y)
        ones = (-1,) + (1,) * len(rows)
        self.close("layer_norm_given", self.y, (self.x.double() - mean.double().view(ones)) * rstd.double().view(ones))

    def switchable_norm(self):
        logits = [torch.tensor(v, dtype=torch.float64) for v in ((0.5, -1.0, 0.25), (-0.5, 0.0, 1.0))]
        three = [(ctypes.c_double * 3)(*v) for v in logits]
        got = [torch.empty(3, dtype=torch.float64) for _ in logits]
        self.call("switchable_norm_backward", self.grad_y, self.x, self.weight, *three, None, None, I32(1), 1e-5,
                  self.grad_x, self.grad_weight, self.grad_bias, *[ctypes.c_void_p(t.data_ptr()) for t in got])

        def switchable(x, w, b, mean_logits, var_logits):
            dims = [tuple(range(2, x.dim())), tuple(range(1, x.dim())), (0, *range(2, x.dim()))]
            means = [x.mean(d, keepdim=True) for d in dims]
            variances = [x.var(d, unbiased=False, keepdim=True) for d in dims]
            mean = sum(k * m for k, m in zip(mean_logits.softmax(0), means))
            var = sum(k * v for k, v in zip(var_logits.softmax(0), variances))
            ones = (1, -1) + (1,) * (x.dim() - 2)
            return (x - mean) / (var + 1e-5).sqrt() * w.view(ones) + b.view(ones)

        self.gradients("switchable_norm", switchable, (self.x, self.weight, self.bias, *logits),
                       (self.grad_x, self.grad_weight, self.grad_bias, *got))

    def batch_norm_parts(self):
        """A batch of two parts, of which each is normalised by itself."""
        channels, n, cut = self.shape[1], self.shape[0], self.shape[0] // 2
        parts = [slice(0, cut), slice(cut, n)]
        mean, var = torch.zeros(channels, dtype=self.dtype), torch.ones(channels, dtype=self.dtype)
        mean64, var64 = torch.zeros(channels).double(), torch.ones(channels).double()
        moments = torch.empty(2, channels, 5, dtype=torch.float64)
        sums = torch.empty(2, channels, 3, dtype=torch.float64)
        save_mean, save_rstd = self.empty(channels), self.empty(channels)
        address = lambda t: ctypes.c_void_p(t.data_ptr())
        for part, m in zip(parts, moments):
            self.call("batch_moments", self.x[part], address(m), ctypes.c_size_t(channels))
        for part in parts:
            kept = (mean.clone(), var.clone())
            self.call("batch_norm_given", self.x[part], self.weight, self.bias, address(moments),
                      ctypes.c_size_t(2 * channels), *kept, None, 0.1, 1e-5, self.y[part], save_mean, save_rstd)
        expected = F.batch_norm(self.x.double(), mean64, var64, self.weight.double(), self.bias.double(), True, 0.1, 1e-5)
        self.close("batch_norm in parts", self.y, expected)
        self.close("running_mean of parts", kept[0], mean64)
        self.close("running_var of parts", kept[1], var64)
        for part, s in zip(parts, sums):
            self.call("batch_norm_backward_sums", self.grad_y[part], self.x[part], save_mean, address(s),
                      ctypes.c_size_t(channels))
        for part in parts:
            self.call("batch_norm_backward_given", self.grad_y[part], self.x[part], save_mean, save_rstd, self.weight,
                      address(sums), ctypes.c_size_t(2 * channels), self.grad_x[part], self.grad_weight, self.grad_bias)
        self.gradients("batch_norm in parts", lambda x, w, b: F.batch_norm(x, None, None, w, b, True, 0, 1e-5),
                       (self.x, self.weight, self.bias), (self.grad_x, self.grad_weight, self.grad_bias))

    def activations(self):
        self.call("relu", self.x, self.y)
        self.close("relu", self.y, F.relu(self.x))
        self.call("leaky_relu", self.x, 0.1, self.y)
        self.close("leaky_relu", self.y, F.leaky_relu(self.x, 0.1))
        self.call("prelu", self.x, self.weight, self.y)
        self.close("prelu", self.y, F.prelu(self.x, self.weight))
        self.call("relu_backward", self.grad_y, self.x, self.grad_x)
        self.gradients("relu", F.relu, (self.x,), (self.grad_x,))
        self.call("leaky_relu_backward", self.grad_y, self.x, 0.1, self.grad_x)
        self.gradients("leaky_relu", lambda x: F.leaky_relu(x, 0.1), (self.x,), (self.grad_x,))
        self.call("prelu_backward", self.grad_y, self.x, self.weight, self.grad_x, self.grad_weight)
        self.gradients("prelu", F.prelu, (self.x, self.weight), (self.grad_x, self.grad_weight))

    def mean_var(self):
        for axes in ((0,), (1,), (2,), (0, 2), (1, 3), (0, 1, 2, 3)):
            var, mean = torch.var_mean(self.x.double(), dim=axes)
            got_mean, got_var = self.empty(*mean.shape), self.empty(*mean.shape)
            self.call("mean_var", self.x, (ctypes.c_int32 * len(axes))(*axes), I32(len(axes)), 1.0, got_mean, got_var)
            self.close("mean", got_mean, mean)
            self.close("var", got_var, var)

    def run(self):
        for part in (self.layer_norm, self.group_norm, self.batch_norm, self.instance_norm, self.local_response_norm,
                     self.axes, self.switchable_norm, self.batch_norm_parts, self.activations, self.mean_var):
            part()
        return self.checks, self.failures


class Linear(Comparison):
    def __init__(self, library, batch, inputs, outputs, dtype):
        super().__init__(library, (batch, outputs), dtype, torch.contiguous_format)
        self.x = torch.randn(batch, inputs, dtype=dtype)
        self.weight = torch.randn(outputs, inputs, dtype=dtype)

    def run(self):
        self.call("linear", self.x, self.weight, self.bias, self.y)
        self.close("linear", self.y, F.linear(self.x.double(), self.weight.double(), self.bias.double()))
        got = [torch.empty_like(t) for t in (self.x, self.weight, self.bias)]
        self.call("linear_backward", self.grad_y, self.x, self.weight, *got)
        self.gradients("linear", F.linear, (self.x, self.weight, self.bias), got)
        return self.checks, self.failures


def ulps(got, exact):
    """Of f32 results from exact ones in long double."""
    rounded = numpy.abs(exact.astype(numpy.float32))
    ulp = numpy.nextafter(rounded, numpy.float32(numpy.inf)).astype(numpy.longdouble) - rounded
    return float((numpy.abs(got.numpy().astype(numpy.longdouble) - exact) / ulp).max())


def normalised(x, axes):
    wide = x.numpy().astype(numpy.longdouble)
    deviations = wide - wide.mean(axis=axes, keepdims=True)
    var = (deviations * deviations).mean(axis=axes, keepdims=True)
    return deviations / numpy.sqrt(var + numpy.longdouble(numpy.float32(1e-5)))


def print_errors(call):
    """Rows of the README's table."""
    print("| f32 | data | unitvar, ulp | PyTorch, ulp |\n|---|---|---|---|")
    for name, mean in (("N(0, 1)", 0), ("N(1000, 1)", 1e3), ("N(1e6, 1)", 1e6)):
        x = torch.randn(256, 4096, dtype=torch.float64).add(mean).float()
        image = x.view(16, 16, 64, 64)
        cases = []
        y = torch.empty_like(x)
        call("layer_norm", x, I32(1), None, None, 1e-5, y, None, None)
        cases.append(("layer_norm 256x4096", y, F.layer_norm(x, (4096,)), normalised(x, 1)))
        y = torch.empty_like(image)
        call("group_norm", image, I64(4), None, None, 1e-5, y, None, None)
        groups = normalised(x.view(64, -1), 1).reshape(16, 16, 64, 64)
        cases.append(("group_norm(4) 16x16x64x64", y, F.group_norm(image, 4), groups))
        y = torch.empty_like(image)
        call("batch_norm", image, None, None, None, None, None, I32(1), 0.1, 1e-5, y, None, None)
        cases.append(("batch_norm 16x16x64x64", y, F.batch_norm(image, None, None, training=True),
                      normalised(image, (0, 2, 3))))
        wide = x.numpy().astype(numpy.longdouble)
        var = torch.empty(256)
        call("mean_var", x, (ctypes.c_int32 * 1)(1), I32(1), 1.0, None, var)
        cases.append(("variance of rows", var, x.var(1), wide.var(axis=1, ddof=1)))
        var = torch.empty(())
        call("mean_var", x, None, I32(0), 1.0, None, var)
        cases.append(("variance of everything", var, x.var(), numpy.asarray(wide.var(ddof=1))))
        for what, own, theirs, exact in cases:
            print(f"| {what} | {name} | {ulps(own, exact):.2f} | {ulps(theirs, exact):.3g} |")


def main():
    if len(sys.argv) < 2 or sys.argv[1] in ("-h", "--help"):
        print(__doc__)
        return 2
    library = Library(os.path.abspath(sys.argv[1]))
    torch.manual_seed(1)
    if "--errors" in sys.argv[2:]:
        print_errors(library)
        return 0
    total = [0, 0]
    comparisons = [Comparison(library, shape, dtype, memory_format)
                   for shape in ((4, 6, 5, 7), (3, 32, 3, 2), (2, 8, 20, 20))
                   for dtype in (torch.float32, torch.float64)
                   for memory_format in (torch.contiguous_format, torch.channels_last)]
    comparisons += [Linear(library, *sizes, dtype) for sizes in ((1, 7, 5), (3, 300, 70), (37, 513, 129))
                    for dtype in (torch.float32, torch.float64)]
    for comparison in comparisons:
        total = [sum(pair) for pair in zip(total, comparison.run())]
    print(f"{total[0]} comparisons, {total[1]} failures")
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
