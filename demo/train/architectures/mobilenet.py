"""MobileNet v1 (Howard et al. 2017) and v2 (Sandler et al. 2018).

v1 is a stack of depthwise separable convolutions. v2 turns the bottleneck around: thin ends, a wide
depthwise middle, no activation on the way out (a linear bottleneck), a shortcut between thin ends.
"""

from torch import nn

from .units import Classifier, ConvUnit


def mobilenet_v1(classes):
    # outputs, stride
    rows = [(16, 1), (32, 2), (32, 1), (64, 2), (64, 1)]
    width = 8
    body = [ConvUnit(3, width, 3, stride=2)]
    for outputs, stride in rows:
        body += [ConvUnit(width, width, 3, stride, groups=width), ConvUnit(width, outputs, 1)]
        width = outputs
    return Classifier(nn.Sequential(*body), width, classes)


class InvertedResidual(nn.Module):
    def __init__(self, inputs, outputs, expansion, stride):
        super().__init__()
        middle = inputs * expansion
        widen = [ConvUnit(inputs, middle, 1, activation=nn.ReLU6)] if expansion > 1 else []
        self.unit = nn.Sequential(
            *widen,
            ConvUnit(middle, middle, 3, stride, groups=middle, activation=nn.ReLU6),
            ConvUnit(middle, outputs, 1, activation=None),
        )
        self.has_shortcut = stride == 1 and inputs == outputs

    def forward(self, x):
        return x + self.unit(x) if self.has_shortcut else self.unit(x)


def mobilenet_v2(classes):
    # expansion, outputs, units, stride of the first
    rows = [(1, 8, 1, 1), (6, 12, 2, 2), (6, 20, 3, 2), (6, 32, 2, 1)]
    width, last = 8, 128
    body = [ConvUnit(3, width, 3, stride=2, activation=nn.ReLU6)]
    for expansion, outputs, count, stride in rows:
        for index in range(count):
            body.append(InvertedResidual(width, outputs, expansion, stride if index == 0 else 1))
            width = outputs
    body.append(ConvUnit(width, last, 1, activation=nn.ReLU6))
    return Classifier(nn.Sequential(*body), last, classes)
