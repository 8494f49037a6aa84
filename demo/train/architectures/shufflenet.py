"""ShuffleNet v2 (Ma et al. 2018).

A unit splits its channels: one half passes untouched, the other goes through 1x1, depthwise 3x3, 1x1;
then the halves are shuffled, so that the next unit works on another mixture. The unit that halves the
side sends all channels through both branches and so doubles them.
"""

import torch
from torch import nn

from .units import Classifier, ConvUnit


def shuffle(x):
    """Channels a1 a2 b1 b2 become a1 b1 a2 b2. The sides are constants: only the batch is free."""
    channels, height, width = x.shape[1], int(x.shape[2]), int(x.shape[3])
    halves = x.reshape(-1, 2, channels // 2, height, width)
    return halves.transpose(1, 2).reshape(-1, channels, height, width)


def working_branch(inputs, outputs, stride):
    return nn.Sequential(
        ConvUnit(inputs, outputs, 1),
        ConvUnit(outputs, outputs, 3, stride, groups=outputs, activation=None),
        ConvUnit(outputs, outputs, 1),
    )


class SplitUnit(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.half = width // 2
        self.branch = working_branch(self.half, self.half, 1)

    def forward(self, x):
        return shuffle(torch.cat([x[:, : self.half], self.branch(x[:, self.half :])], 1))


class HalvingUnit(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.left = nn.Sequential(
            ConvUnit(inputs, inputs, 3, 2, groups=inputs, activation=None),
            ConvUnit(inputs, outputs // 2, 1),
        )
        self.right = working_branch(inputs, outputs // 2, 2)

    def forward(self, x):
        return shuffle(torch.cat([self.left(x), self.right(x)], 1))


def shufflenet_v2(classes):
    width, last = 12, 160
    body = [ConvUnit(3, width, 3, stride=2)]
    # Half of the published 4, 8, 4 units a stage.
    for outputs, count in [(32, 2), (64, 4), (128, 2)]:
        body += [HalvingUnit(width, outputs)] + [SplitUnit(outputs) for _ in range(count - 1)]
        width = outputs
    body.append(ConvUnit(width, last, 1))
    return Classifier(nn.Sequential(*body), last, classes)
