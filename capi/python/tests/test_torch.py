"""PyTorch's tensors by __dlpack__, in place; skipped where PyTorch is not installed."""

import unittest

import numpy as np
import unitvar

try:
    import torch
except ImportError:
    torch = None


def pcg32():
    return unitvar.Generator(seed=42)


@unittest.skipIf(torch is None, "PyTorch is not installed")
class Torch(unittest.TestCase):
    def test_tensors_get_the_bits_of_arrays(self):
        for dtype, numpy_dtype in ((torch.float32, np.float32), (torch.float64, np.float64)):
            t, x = torch.empty(1003, dtype=dtype), np.empty(1003, numpy_dtype)
            address = t.data_ptr()
            pcg32().normal(t)
            pcg32().normal(x)
            self.assertEqual(t.numpy().tobytes(), x.tobytes())
            self.assertEqual(t.data_ptr(), address)

    def test_parameters_that_record_gradients(self):
        layer = torch.nn.Linear(32, 64)
        unitvar.init_kaiming_normal(pcg32(), layer.weight, nonlinearity="relu")
        x = np.empty((64, 32), np.float32)
        unitvar.init_kaiming_normal(pcg32(), x, nonlinearity="relu")
        self.assertTrue((layer.weight.detach().numpy() == x).all())
        self.assertTrue(layer.weight.requires_grad)

    def test_views_with_strides_and_offsets(self):
        whole = torch.full((6, 8), 7.0)
        view = whole[1:5, 2::3].t()
        unitvar.init_xavier_uniform(pcg32(), view)
        x = np.empty(tuple(view.shape), np.float32)
        unitvar.init_xavier_uniform(pcg32(), x)
        self.assertTrue((view.numpy() == x).all())
        self.assertEqual(int((whole == 7).sum()), 48 - view.numel())
        with self.assertRaisesRegex(unitvar.InvalidArgument, "contiguous"):
            pcg32().normal(view)
        pcg32().normal(whole[2])

    def test_sixteen_bits(self):
        for dtype in (torch.bfloat16, torch.float16):
            half, single = torch.empty(40, 5, dtype=dtype), torch.empty(40, 5)
            unitvar.init_normal(pcg32(), half)
            unitvar.init_normal(pcg32(), single)
            self.assertTrue((half == single.to(dtype)).all())

    def test_wrong_tensors(self):
        with self.assertRaises(TypeError):
            pcg32().normal(torch.empty(16, dtype=torch.int32))
        with self.assertRaises(TypeError):
            pcg32().normal_icdf(torch.empty(16, dtype=torch.bfloat16))
        with self.assertRaises(unitvar.Unsupported):
            unitvar.init_zeros(torch.empty(16, dtype=torch.int64))

        class OnGpu:
            def __dlpack_device__(self):
                return (2, 0)

            def __dlpack__(self):
                raise AssertionError("not to be asked for its memory")

        with self.assertRaisesRegex(unitvar.Unsupported, "CPU"):
            unitvar.init_zeros(OnGpu())

    def test_engine_3_is_the_generator_of_pytorch(self):
        torch.manual_seed(42)
        layer = torch.nn.Linear(32, 64)
        weight, bias = torch.empty(64, 32), torch.empty(64)
        g = unitvar.Generator("torch_mt19937", seed=42)
        unitvar.torch_linear_reset(g, weight, bias)
        self.assertTrue((layer.weight == weight).all() and (layer.bias == bias).all())
        self.assertEqual(g.save_torch(), torch.get_rng_state().numpy().tobytes())
        x = torch.empty(100)
        unitvar.Generator.load(torch.get_rng_state().numpy().tobytes()).normal(x)
        self.assertTrue((x == torch.empty(100).normal_()).all())

    def test_seeds_are_those_of_manual_seed(self):
        for seed in (0, 1, -1, -(1 << 63), (1 << 64) - 1, 1 << 63):
            torch.manual_seed(seed)
            g = unitvar.Generator("torch_mt19937", seed)
            self.assertEqual(g.save_torch(), torch.get_rng_state().numpy().tobytes(), seed)
            x, y = torch.empty(100), torch.empty(100)
            unitvar.Generator.load(torch.get_rng_state()).uniform(x)
            g.uniform(y)
            self.assertTrue((x == y).all() and (x == torch.rand(100)).all())

    @unittest.skipIf(torch is None or not hasattr(torch.nn.functional, "rms_norm"), "this PyTorch has no rms_norm")
    def test_rms_norm_has_pytorch_s_default(self):
        for dtype in (torch.float32, torch.float64):
            x = 1e-4 * torch.randn(8, 16, dtype=dtype)
            y = torch.empty_like(x)
            unitvar.rms_norm(x, y, (16,))
            self.assertTrue(torch.allclose(y, torch.nn.functional.rms_norm(x, (16,)), rtol=1e-6, atol=0))

    def test_views_that_are_the_negatives_of_their_memory(self):
        x = torch.complex(torch.ones(3), torch.ones(3)).conj().imag
        with self.assertRaisesRegex(unitvar.InvalidArgument, "resolve_neg"):
            unitvar.init_zeros(x)
        unitvar.init_zeros(x.resolve_neg())

    def test_meta_tensors(self):
        with self.assertRaisesRegex(unitvar.InvalidArgument, "^t is a torch.Tensor"):
            unitvar.init_zeros(torch.empty(3, device="meta"))

    def test_scalars_for_numbers(self):
        x, y = torch.randn(4, 8), torch.empty(4, 8)
        unitvar.layer_norm(x, y, torch.tensor(1), eps=torch.tensor(1e-5))
        self.assertTrue(torch.allclose(y, torch.nn.functional.layer_norm(x, (8,)), atol=1e-6))
        for bad in (torch.tensor(1.5), torch.tensor(True), torch.tensor([1, 2])):
            with self.assertRaisesRegex(unitvar.InvalidArgument, "normalized_ndim is"):
                unitvar.layer_norm(x, y, bad)
        with self.assertRaisesRegex(unitvar.InvalidType, "eps is"):
            unitvar.layer_norm(x, y, eps=torch.tensor(True))

    def test_layers_are_those_of_pytorch(self):
        x = torch.empty(8, 6, 5)
        pcg32().normal(x)
        ours, theirs = torch.nn.BatchNorm1d(6), torch.nn.BatchNorm1d(6)
        y = torch.empty_like(x)
        unitvar.batch_norm(x, y, ours.weight, ours.bias, ours.running_mean, ours.running_var, ours.num_batches_tracked,
                           training=True)
        self.assertTrue(torch.allclose(y, theirs(x), atol=1e-6))
        self.assertTrue(torch.allclose(ours.running_var, theirs.running_var))
        self.assertEqual(ours.num_batches_tracked.item(), 1)
        unitvar.relu(x, x)
        self.assertTrue((x >= 0).all())
        with self.assertRaises(unitvar.InvalidArgument):
            unitvar.layer_norm(x, y, weight=torch.ones(4))

    def test_capsules_are_given_back(self):
        # PyTorch frees the memory with the last tensor that has it: a capsule that leaked would keep 1 GB here.
        for _ in range(1000):
            pcg32().uniform(torch.empty(1 << 18))
            unitvar.init_zeros(torch.empty(1 << 18))
        with open("/proc/self/statm") as statm:
            resident = int(statm.read().split()[1]) * 4096
        self.assertLess(resident, 800 << 20)


if __name__ == "__main__":
    unittest.main()
