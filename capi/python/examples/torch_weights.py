"""What PyTorch itself makes of the seed that capi/examples/torch_weights.c has."""
import torch; torch.manual_seed(42)
layer = torch.nn.Linear(768, 1024)
print("%.9g %.9g %.9g" % (layer.weight[0, 0], layer.weight[-1, -1], layer.bias[-1]))
