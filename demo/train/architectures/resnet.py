"""ResNet v1 (He et al. 2015) and v2 (He et al. 2016) with 50, 101 and 152 layers.

Both stack bottlenecks, 1x1 to a quarter of the width, 3x3, 1x1 back, over a shortcut. v1 adds first and
activates after; v2 normalises and activates before each convolution, and the shortcut stays untouched
from one end of the stage to the other. Here: a third of the published bottlenecks in each of the four
stages (5, 11 and 17 of 16, 33 and 50), an eighth of their widths.
"""

from torch import nn
from torch.nn import functional as F

from .units import Classifier, ConvUnit

# Bottlenecks a stage: a third of 3-4-6-3, 3-4-23-3 and 3-8-36-3.
STAGES = {50: (1, 1, 2, 1), 101: (1, 1, 8, 1), 152: (1, 3, 12, 1)}
# An eighth of 64, 128, 256 and 512; a bottleneck gives four times as much.
MIDDLES = (8, 16, 32, 64)
STEM = 16


class BottleneckV1(nn.Module):
    def __init__(self, inputs, middle, stride):
        super().__init__()
        outputs = 4 * middle
        self.residual = nn.Sequential(
            ConvUnit(inputs, middle, 1),
            ConvUnit(middle, middle, 3, stride),
            ConvUnit(middle, outputs, 1, activation=None),
        )
        same = inputs == outputs and stride == 1
        self.shortcut = nn.Identity() if same else ConvUnit(inputs, outputs, 1, stride, activation=None)

    def forward(self, x):
        return F.relu(self.residual(x) + self.shortcut(x))


class BottleneckV2(nn.Module):
    def __init__(self, inputs, middle, stride):
        super().__init__()
        outputs = 4 * middle
        self.before = nn.Sequential(nn.BatchNorm2d(inputs), nn.ReLU())
        self.residual = nn.Sequential(
            ConvUnit(inputs, middle, 1),
            ConvUnit(middle, middle, 3, stride),
            nn.Conv2d(middle, outputs, 1, bias=False),
        )
        same = inputs == outputs and stride == 1
        self.project = None if same else nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        active = self.before(x)
        shortcut = self.project(active) if self.project else x
        return self.residual(active) + shortcut


def stack(bottleneck, depth):
    layers, width = [], STEM
    for stage, (count, middle) in enumerate(zip(STAGES[depth], MIDDLES)):
        for index in range(count):
            layers.append(bottleneck(width, middle, 2 if stage > 0 and index == 0 else 1))
            width = 4 * middle
    return layers, width


def resnet_v1(depth, classes):
    layers, width = stack(BottleneckV1, depth)
    body = nn.Sequential(ConvUnit(3, STEM, 3, stride=2), *layers)
    return Classifier(body, width, classes, dropout=0.1)


def resnet_v2(depth, classes):
    layers, width = stack(BottleneckV2, depth)
    stem = nn.Conv2d(3, STEM, 3, 2, 1, bias=False)
    body = nn.Sequential(stem, *layers, nn.BatchNorm2d(width), nn.ReLU())
    return Classifier(body, width, classes, dropout=0.1)
