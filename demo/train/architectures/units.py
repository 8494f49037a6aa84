"""What the architectures are put together from.

Every network is a body of convolutions, the mean over places and one linear layer, so that it also
runs on smaller inputs than its own: learn.py starts on these, as they cost less and teach the same.
"""

import torch
from torch import nn


class ConvUnit(nn.Sequential):
    """Convolution, batch norm, ReLU (or what is given instead, None for none).

    The padding keeps the side where the stride is 1.
    """

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, activation=nn.ReLU):
        kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        padding = (kernel[0] // 2, kernel[1] // 2)
        super().__init__(
            nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
            nn.BatchNorm2d(outputs),
            *([activation(inplace=True)] if activation else []),
        )


class Branches(nn.Module):
    """Runs every branch on the same input and stacks what they give."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


class Classifier(nn.Module):
    def __init__(self, body, width, classes, dropout=0.0):
        super().__init__()
        self.body, self.dropout, self.linear = body, nn.Dropout(dropout), nn.Linear(width, classes)

    def forward(self, image):
        return self.linear(self.dropout(self.body(image).mean((2, 3))))


def chain(inputs, *units, unit=ConvUnit):
    """Convolutions in a row from (outputs, kernel[, stride]) triples."""
    layers = []
    for outputs, *rest in units:
        layers.append(unit(inputs, outputs, *rest))
        inputs = outputs
    return nn.Sequential(*layers)
