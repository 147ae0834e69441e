#!/usr/bin/env python3
"""PyTorch's own sample inputs (OpInfo) of norms, activations, linear and var_mean, each also non-contiguous: everything
that PyTorch computes must be accepted and agree with PyTorch in double, but for what REFUSED lists with its reason.

usage: torch_samples.py [f32 f64 bf16 f16 ...]

Needs the unitvar module (PYTHONPATH, UNITVAR_LIBRARY), PyTorch and expecttest, which PyTorch's samples import; exits with
77 where they are absent. Prints a line an operator and dtype.
"""
import sys

try:
    import torch
    import torch.nn.functional as F
    from torch.testing._internal.common_methods_invocations import op_db
except ImportError as error:
    print(f"torch_samples: {error}")
    sys.exit(77)
import unitvar

DTYPES = {"f32": torch.float32, "f64": torch.float64, "bf16": torch.bfloat16, "f16": torch.float16}
# Some roundings of f32 and f64, half an ulp of 16 bits.
BOUND = {torch.float32: 4e-7, torch.float64: 1e-13, torch.bfloat16: 2 ** -8, torch.float16: 2 ** -11}


def shaped(y, call):
    call(y)
    return y


def layer_norm(x, shape, weight=None, bias=None, eps=1e-5):
    return shaped(torch.empty_like(x), lambda y: unitvar.layer_norm(x, y, len(shape), weight, bias, eps))


def rms_norm(x, shape, weight=None, eps=None):
    return shaped(torch.empty_like(x), lambda y: unitvar.rms_norm(x, y, len(shape), weight, eps))


def group_norm(x, groups, weight=None, bias=None, eps=1e-5):
    return shaped(torch.empty_like(x), lambda y: unitvar.group_norm(x, y, groups, weight, bias, eps))


def batch_norm(x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0.1, eps=1e-5):
    return shaped(torch.empty_like(x), lambda y: unitvar.batch_norm(
        x, y, weight, bias, running_mean, running_var, training=training, momentum=momentum, eps=eps))


def instance_norm(x, running_mean=None, running_var=None, weight=None, bias=None, use_input_stats=True, momentum=0.1,
                  eps=1e-5):
    return shaped(torch.empty_like(x), lambda y: unitvar.instance_norm(
        x, y, weight, bias, running_mean, running_var, use_input_stats, momentum, eps))


def local_response_norm(x, size, alpha=1e-4, beta=0.75, k=1.0):
    return shaped(torch.empty_like(x), lambda y: unitvar.local_response_norm(x, y, size, alpha, beta, k))


def relu(x, inplace=False):
    return shaped(torch.empty_like(x), lambda y: unitvar.relu(x, y))


def leaky_relu(x, negative_slope=0.01, inplace=False):
    return shaped(torch.empty_like(x), lambda y: unitvar.leaky_relu(x, y, negative_slope))


def prelu(x, weight):
    return shaped(torch.empty_like(x), lambda y: unitvar.prelu(x, y, weight))


def linear(x, weight, bias=None):
    y = torch.empty(*x.shape[:-1], *weight.shape[:-1], dtype=x.dtype)
    return shaped(y, lambda y: unitvar.linear(x, y, weight, bias))


def var_mean(x, dim=None, correction=1, keepdim=False, unbiased=None):
    if isinstance(dim, bool):
        unbiased, dim = dim, None
    correction = correction if unbiased is None else float(unbiased)
    correction = 1 if correction is None else correction
    reference = torch.var_mean(x, dim, correction=correction, keepdim=keepdim)
    var, mean = (torch.empty_like(part) for part in reference)
    unitvar.mean_var(x, None if dim is None or dim == () or dim == [] else dim, correction, mean, var)
    return torch.stack((var, mean)) if var.dim() == 0 else torch.cat((var.flatten(), mean.flatten()))


def torch_var_mean(x, *arguments, **named):
    var, mean = torch.var_mean(x, *arguments, **named)
    return torch.stack((var, mean)) if var.dim() == 0 else torch.cat((var.flatten(), mean.flatten()))


OWN = {
    "nn.functional.layer_norm": (layer_norm, F.layer_norm),
    "nn.functional.rms_norm": (rms_norm, getattr(F, "rms_norm", None)),
    "nn.functional.group_norm": (group_norm, F.group_norm),
    "nn.functional.batch_norm": (batch_norm, F.batch_norm),
    "nn.functional.instance_norm": (instance_norm, F.instance_norm),
    "nn.functional.local_response_norm": (local_response_norm, F.local_response_norm),
    "nn.functional.relu": (relu, F.relu),
    "nn.functional.leaky_relu": (leaky_relu, F.leaky_relu),
    "nn.functional.prelu": (prelu, F.prelu),
    "nn.functional.linear": (linear, F.linear),
    "var_mean": (var_mean, torch_var_mean),
}
# Part of the message: why.
REFUSED = {
    "eps is -": "a negative eps makes the square root of a negative number out of small variances; 0 or more is taken",
    "ndim of x is 1; expected at least 2": "an empty batch without channels, which PyTorch takes for one of 0 of them",
}


def everywhere(value, change):
    """value with every tensor in it changed."""
    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, (tuple, list)) and not isinstance(value, torch.Size):
        return type(value)(everywhere(part, change) for part in value)
    return {k: everywhere(v, change) for k, v in value.items()} if isinstance(value, dict) else value


def scattered(tensor):
    """The same values, each second element of a larger tensor."""
    if tensor.dim() == 0 or not tensor.is_floating_point():
        return tensor
    wide = torch.zeros(*tensor.shape, 2, dtype=tensor.dtype)
    wide[..., 0] = tensor
    return wide[..., 0]


def wrong(own, reference, dtype, sums):
    """sums: elements are sums in dtype, whose errors are relative to the largest, not to themselves."""
    if own.numel() == 0:
        return False
    reference, own = reference.flatten().double(), own.flatten().double()
    both = torch.isfinite(reference)
    largest = reference[both].abs().max() if both.any() else torch.tensor(0.0)
    close = (own[both] - reference[both]).abs() <= BOUND[dtype] * torch.maximum(reference[both].abs(), largest if sums else largest / 64)
    return not bool(close.all()) or bool((torch.isnan(own) != torch.isnan(reference)).any())


def main():
    if sys.argv[1:2] in (["-h"], ["--help"]) or any(name not in DTYPES for name in sys.argv[1:]):
        print(__doc__)
        return 0 if sys.argv[1:2] in (["-h"], ["--help"]) else 2
    failed = 0
    for name in sys.argv[1:] or list(DTYPES):
        dtype = DTYPES[name]
        for op in op_db:
            if op.name not in OWN or op.variant_test_name or dtype not in op.supported_dtypes("cpu"):
                continue
            own, theirs = OWN[op.name]
            counts = {"accepted": 0, "refused": 0, "wrong": 0, "PyTorch refuses": 0}
            torch.manual_seed(0)
            for sample in op.sample_inputs("cpu", dtype):
                for change in (torch.clone, scattered):
                    given = [everywhere(v, change) for v in (sample.input, sample.args, sample.kwargs)]
                    doubles = [everywhere(v, lambda t: t.clone().double()) for v in (sample.input, sample.args,
                                                                                     sample.kwargs)]
                    try:
                        theirs(sample.input, *everywhere(sample.args, torch.clone),
                               **everywhere(sample.kwargs, torch.clone))
                        reference = theirs(doubles[0], *doubles[1], **doubles[2])
                    except (RuntimeError, ValueError, NotImplementedError):
                        counts["PyTorch refuses"] += 1
                        continue
                    try:
                        result = own(given[0], *given[1], **given[2])
                    except (unitvar.Error, TypeError, ValueError) as error:
                        if not any(part in str(error) for part in REFUSED):
                            print(f"{op.name} {name} {tuple(sample.input.shape)}: {error}")
                            failed += 1
                        counts["refused"] += 1
                        continue
                    if wrong(result, reference, dtype, op.name == "nn.functional.linear"):
                        print(f"{op.name} {name} {tuple(sample.input.shape)} {sample.kwargs}: differs")
                        counts["wrong"] += 1
                        failed += 1
                    else:
                        counts["accepted"] += 1
            print(f"{op.name} {name}: " + ", ".join(f"{count} {what}" for what, count in counts.items() if count),
                  flush=True)
    for part, reason in REFUSED.items():
        print(f"refused, {part}...: {reason}")
    print(f"{failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    with torch.no_grad():
        sys.exit(main())
