"""JAX's arrays are immutable: they are read, and refused where something is written. Skipped without JAX."""

import os
import unittest

import numpy as np
import unitvar

os.environ.setdefault("JAX_PLATFORMS", "cpu")
try:
    import jax.numpy as jnp
except ImportError:
    jnp = None


@unittest.skipIf(jnp is None, "JAX is not installed")
class Jax(unittest.TestCase):
    def test_arrays_are_not_written(self):
        for dtype in (jnp.float32, jnp.float16, jnp.bfloat16):  # bfloat16 has no buffer, but DLPack
            x = jnp.full((4, 4), 7, dtype)
            for name, call in (("t", lambda: unitvar.init_ones(x)),
                               ("dst", lambda: unitvar.Generator("pcg32", 1).normal(x)),
                               ("y", lambda: unitvar.relu(np.ones((4, 4), np.float32), x)),
                               ("t", lambda: unitvar.Initializer("ones").write(None, x))):
                with self.assertRaisesRegex(unitvar.InvalidArgument,
                                            f"^{name} is a read-only jax.*, expected memory to write to$"):
                    call()
            self.assertTrue((x == 7).all())

    def test_arrays_are_read(self):
        x = jnp.arange(12, dtype=jnp.float32).reshape(3, 4) - 6
        y = np.empty((3, 4), np.float32)
        unitvar.relu(x, y)
        self.assertEqual(y.tolist(), jnp.maximum(x, 0).tolist())
        m = unitvar.Moments()
        m.update(x)
        self.assertEqual((m.count, m.mean), (12, -0.5))


if __name__ == "__main__":
    unittest.main()
