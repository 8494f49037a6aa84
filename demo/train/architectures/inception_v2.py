"""Inception v2, BN-Inception (Ioffe and Szegedy 2015).

The modules of v1 with batch norm after every convolution, each 5x5 factorised into two 3x3, mean pools
instead of most max pools; between the stages modules of stride 2 without a 1x1 branch, whose third
branch is a bare max pool.
"""

from torch import nn

from .units import Branches, Classifier, ConvUnit, chain


def module(inputs, one, three, double, pooled):
    """`three` and `double` are the widths of the 1x1 before and of the one or two 3x3 after it."""
    return Branches(
        chain(inputs, (one, 1)),
        chain(inputs, (three[0], 1), (three[1], 3)),
        chain(inputs, (double[0], 1), (double[1], 3), (double[1], 3)),
        nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), ConvUnit(inputs, pooled, 1)),
    )


def halving_module(inputs, three, double):
    return Branches(
        chain(inputs, (three[0], 1), (three[1], 3, 2)),
        chain(inputs, (double[0], 1), (double[1], 3), (double[1], 3, 2)),
        nn.MaxPool2d(3, 2, 1),
    )


def separable_stem(outputs):
    """The first convolution is a depthwise 5x5 with four filters a colour, then 1x1."""
    return nn.Sequential(
        nn.Conv2d(3, 12, 5, 2, 2, groups=3, bias=False), ConvUnit(12, outputs, 1), ConvUnit(outputs, 32, 3)
    )


def inception_v2(classes):
    body = nn.Sequential(
        separable_stem(16),
        nn.MaxPool2d(3, 2, 1),
        module(32, 16, (16, 24), (12, 20), 8),
        halving_module(68, (16, 32), (12, 24)),
        module(124, 32, (20, 40), (20, 32), 20),
        module(124, 32, (24, 40), (24, 32), 20),
        halving_module(124, (24, 40), (24, 36)),
        module(200, 56, (32, 56), (28, 48), 32),
    )
    return Classifier(body, 192, classes, dropout=0.1)
