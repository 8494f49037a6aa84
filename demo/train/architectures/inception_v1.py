"""Inception v1, GoogLeNet (Szegedy et al. 2014).

Modules of four branches on the same input: 1x1; 1x1 then 3x3; 1x1 then 5x5; a pool then 1x1. Max pools
between the stages; biases and no batch norm, which came only with v2.
"""

from torch import nn

from .units import Branches, Classifier, chain


class BiasedUnit(nn.Sequential):
    def __init__(self, inputs, outputs, kernel, stride=1):
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2)
        # Without batch norm the first scale decides whether anything is learnt.
        nn.init.kaiming_normal_(convolution.weight, nonlinearity='relu')
        nn.init.zeros_(convolution.bias)
        super().__init__(convolution, nn.ReLU(inplace=True))


def module(inputs, one, three, five, pooled):
    """`three` and `five` are the widths of the 1x1 before and of the convolution itself."""
    return Branches(
        chain(inputs, (one, 1), unit=BiasedUnit),
        chain(inputs, (three[0], 1), (three[1], 3), unit=BiasedUnit),
        chain(inputs, (five[0], 1), (five[1], 5), unit=BiasedUnit),
        nn.Sequential(nn.MaxPool2d(3, 1, 1), chain(inputs, (pooled, 1), unit=BiasedUnit)),
    )


def inception_v1(classes):
    halve = lambda: nn.MaxPool2d(3, 2, 1)
    body = nn.Sequential(
        # The published 7x7 sees a thirtieth of the side; so does a 5x5 here, give or take.
        chain(3, (16, 5, 2), (16, 1), (32, 3), unit=BiasedUnit),
        halve(),
        module(32, 16, (16, 24), (4, 8), 8),
        module(56, 24, (16, 32), (6, 16), 12),
        halve(),
        module(84, 32, (20, 40), (6, 16), 16),
        module(104, 32, (24, 48), (8, 16), 16),
        halve(),
        module(112, 48, (32, 64), (8, 24), 24),
    )
    return Classifier(body, 160, classes, dropout=0.1)
