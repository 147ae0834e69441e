"""Every parameter of a PyTorch module by its name: independent of the order, in place, the same on every machine."""
import torch
import unitvar

model = torch.nn.Sequential(torch.nn.Linear(32, 64), torch.nn.ReLU(), torch.nn.Linear(64, 10))
root = unitvar.Generator("philox4x32", seed=42)
for name, parameter in model.named_parameters():
    if parameter.ndim > 1:
        unitvar.init_kaiming_normal(root.fork(name), parameter, nonlinearity="relu")
    else:
        unitvar.init_zeros(parameter)
print(f"{model[0].weight[0, 0].item():.8f} {model[2].weight[-1, -1].item():.8f} {model[0].bias.abs().max().item()}")
