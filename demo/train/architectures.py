"""Miniatures of three of the paper's families, small enough to train on a CPU in minutes.

Each keeps what makes its family what it is: MobileNet v1's depthwise separable convolutions, ResNet
v1-50's bottlenecks with a shortcut, Inception v4's parallel branches with factorised 1x7 and 7x1
convolutions and its two reductions. Widths, depths and input sides are cut down; every one ends in a
global mean and one linear layer, so that it also runs on smaller inputs (train.py starts on these).
"""

import torch
from torch import nn
from torch.nn import functional as F


class ConvUnit(nn.Sequential):
    """Convolution, batch norm, ReLU; the padding keeps the side where the stride is 1."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1, relu=True):
        kernel = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        padding = (kernel[0] // 2, kernel[1] // 2)
        layers = [
            nn.Conv2d(inputs, outputs, kernel, stride, padding, groups=groups, bias=False),
            nn.BatchNorm2d(outputs),
        ]
        super().__init__(*layers, *([nn.ReLU(inplace=True)] if relu else []))


class Classifier(nn.Module):
    """A body of convolutions, the mean over places, one linear layer."""

    def __init__(self, body, width, classes, dropout=0.1):
        super().__init__()
        self.body, self.dropout, self.linear = body, nn.Dropout(dropout), nn.Linear(width, classes)

    def forward(self, image):
        return self.linear(self.dropout(self.body(image).mean((2, 3))))


def mobilenet_v1(classes):
    rows = [(8, 16, 1), (16, 32, 2), (32, 32, 1), (32, 64, 2), (64, 64, 1)]
    body = [ConvUnit(3, 8, 3, stride=2)]
    for inputs, outputs, stride in rows:
        body += [ConvUnit(inputs, inputs, 3, stride, groups=inputs), ConvUnit(inputs, outputs, 1)]
    return Classifier(nn.Sequential(*body), 64, classes, dropout=0.0)


class Bottleneck(nn.Module):
    def __init__(self, inputs, middle, outputs, stride=1):
        super().__init__()
        self.narrow = nn.Sequential(
            ConvUnit(inputs, middle, 1),
            ConvUnit(middle, middle, 3, stride),
            ConvUnit(middle, outputs, 1, relu=False),
        )
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else ConvUnit(inputs, outputs, 1, stride, relu=False)

    def forward(self, x):
        return F.relu(self.narrow(x) + self.shortcut(x))


def resnet_v1_50(classes):
    rows = [(16, 16, 48, 1), (48, 24, 96, 2), (96, 24, 96, 1), (96, 48, 160, 2), (160, 48, 160, 1)]
    body = [ConvUnit(3, 16, 3, stride=2)] + [Bottleneck(*row) for row in rows]
    return Classifier(nn.Sequential(*body), 160, classes)


class Branches(nn.Module):
    """Runs every branch on the same input and stacks what they give."""

    def __init__(self, *branches):
        super().__init__()
        self.branches = nn.ModuleList(branches)

    def forward(self, x):
        return torch.cat([branch(x) for branch in self.branches], 1)


def chain(inputs, *units):
    """Convolutions in a row from (outputs, kernel[, stride]) triples."""
    layers = []
    for outputs, *rest in units:
        layers.append(ConvUnit(inputs, outputs, *rest))
        inputs = outputs
    return nn.Sequential(*layers)


def pooled(inputs, outputs):
    return nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), ConvUnit(inputs, outputs, 1))


def inception_a(w):
    return Branches(
        chain(w, (16, 1)),
        chain(w, (16, 1), (24, 3)),
        chain(w, (16, 1), (24, 3), (24, 3)),
        pooled(w, 16),
    )


def inception_b(w):
    return Branches(
        chain(w, (40, 1)),
        chain(w, (24, 1), (28, (1, 7)), (32, (7, 1))),
        chain(w, (24, 1), (24, (7, 1)), (28, (1, 7)), (32, (7, 1))),
        pooled(w, 24),
    )


def inception_c(w):
    return Branches(
        chain(w, (64, 1)),
        nn.Sequential(chain(w, (48, 1)), Branches(chain(48, (40, (1, 3))), chain(48, (40, (3, 1))))),
        pooled(w, 48),
    )


def reduction(w, outputs):
    return Branches(nn.MaxPool2d(3, 2, 1), chain(w, (outputs, 3, 2)), chain(w, (24, 1), (24, 3), (outputs, 3, 2)))


def inception_v4(classes):
    body = nn.Sequential(
        ConvUnit(3, 16, 3, stride=2),
        ConvUnit(16, 24, 3),
        Branches(nn.MaxPool2d(3, 2, 1), ConvUnit(24, 32, 3, stride=2)),
        inception_a(56),
        inception_a(80),
        reduction(80, 24),
        inception_b(128),
        inception_b(128),
        reduction(128, 40),
        inception_c(208),
    )
    return Classifier(body, 192, classes, dropout=0.2)


ARCHITECTURES = {'mobilenet_v1': mobilenet_v1, 'resnet_v1_50': resnet_v1_50, 'inception_v4': inception_v4}
