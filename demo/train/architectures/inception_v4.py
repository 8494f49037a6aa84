"""Inception v4 (Szegedy et al. 2016).

A stem that branches three times (pool or stride, 3x3 with or without a 7x1 and 1x7 before, stride or
pool), modules A, B with factorised 1x7 and 7x1, C with 1x3 beside 3x1, and a reduction of three branches
after A and after B. Here 2, 3 and 1 modules of the published 4, 7 and 3, a sixth of the widths. The
stem's last split keeps its two branches but not its stride: the input is a quarter of the published one.
"""

from torch import nn

from .units import Branches, Classifier, ConvUnit, chain


def pooled(inputs, outputs):
    return nn.Sequential(nn.AvgPool2d(3, 1, 1, count_include_pad=False), ConvUnit(inputs, outputs, 1))


def stem():
    return nn.Sequential(
        chain(3, (16, 3, 2), (16, 3), (24, 3)),
        Branches(nn.MaxPool2d(3, 2, 1), ConvUnit(24, 32, 3, 2)),
        Branches(chain(56, (24, 1), (24, 3)), chain(56, (16, 1), (16, (7, 1)), (16, (1, 7)), (24, 3))),
        Branches(nn.MaxPool2d(3, 1, 1), ConvUnit(48, 24, 3)),
    )


def module_a(w):
    return Branches(
        chain(w, (20, 1)),
        chain(w, (16, 1), (20, 3)),
        chain(w, (16, 1), (20, 3), (20, 3)),
        pooled(w, 20),
    )


def module_b(w):
    return Branches(
        chain(w, (48, 1)),
        chain(w, (28, 1), (32, (1, 7)), (40, (7, 1))),
        chain(w, (28, 1), (28, (7, 1)), (32, (1, 7)), (32, (7, 1)), (40, (1, 7))),
        pooled(w, 24),
    )


def module_c(w):
    return Branches(
        chain(w, (48, 1)),
        nn.Sequential(chain(w, (64, 1)), Branches(chain(64, (44, (1, 3))), chain(64, (44, (3, 1))))),
        nn.Sequential(
            chain(w, (64, 1), (72, (1, 3)), (80, (3, 1))),
            Branches(chain(80, (44, (1, 3))), chain(80, (44, (3, 1)))),
        ),
        pooled(w, 48),
    )


def inception_v4(classes):
    body = nn.Sequential(
        stem(),
        module_a(72),
        module_a(80),
        Branches(nn.MaxPool2d(3, 2, 1), chain(80, (40, 3, 2)), chain(80, (24, 1), (28, 3), (32, 3, 2))),
        module_b(152),
        module_b(152),
        module_b(152),
        Branches(
            nn.MaxPool2d(3, 2, 1),
            chain(152, (32, 1), (32, 3, 2)),
            chain(152, (40, 1), (40, (1, 7)), (48, (7, 1)), (48, 3, 2)),
        ),
        module_c(232),
    )
    return Classifier(body, 272, classes, dropout=0.2)
