"""PyTorch modules that learn on the array: ADCs in the forward pass, straight through backward.

    import bitline.torch

    model = bitline.torch.convert(module, study, plan)
    ...  # an ordinary training loop
    network = bitline.torch.to_network(model, study)
    print(study.evaluate(plan, network=network))

Any PyTorch from 1.13 on. What is computed on the array comes from Bitline's own kernels, which have
no PyTorch in them; tensors of a GPU go through the same arithmetic in PyTorch's operators.
"""

from bitline.torch.convert import convert, to_network
from bitline.torch.layers import ArrayConv2d, ArrayLinear
from bitline.torch.quantizer import Quantizer

__all__ = ["ArrayConv2d", "ArrayLinear", "Quantizer", "convert", "to_network"]
