"""The twelve candidates: how each is built and taught, and what its miniature keeps of its family.

The schedule is (input side, epochs, hardest scenes): small sides first, the model's own last. Sides,
epochs and widths were chosen so that all twelve together take less than an hour on one core.
"""

from typing import Callable, NamedTuple

from architectures.inception_v1 import inception_v1
from architectures.inception_v2 import inception_v2
from architectures.inception_v4 import inception_v4
from architectures.mobilenet import mobilenet_v1, mobilenet_v2
from architectures.resnet import STAGES, resnet_v1, resnet_v2
from architectures.shufflenet import shufflenet_v2

# Difficulty is below it.
ALL = 1.0


class Plan(NamedTuple):
    #: From the number of classes to the model.
    build: Callable
    side: int
    schedule: list
    #: The cycle's highest.
    rate: float
    keeps: str
    leaves_out: str


def resnet(version, depth):
    build = {1: resnet_v1, 2: resnet_v2}[version]
    order = {
        1: 'bottlenecks that add the shortcut first and activate after (post-activation)',
        2: 'bottlenecks that normalise and activate before each convolution (pre-activation), shortcuts untouched',
    }[version]
    blocks = '-'.join(map(str, STAGES[depth]))
    return Plan(
        lambda classes: build(depth, classes), 56, [(36, 3, 0.35), (36, 4, ALL), (56, 5, ALL)], 4e-3,
        f'{order}; four stages of {blocks} bottlenecks, a third of the published ones',
        'two thirds of the bottlenecks, seven eighths of the widths, the 7x7 (here 3x3) and the max pool of the stem',
    )


PLANS = {
    'mobilenet_v1': Plan(
        mobilenet_v1, 32, [(32, 20, ALL)], 6e-3,
        'depthwise separable convolutions with batch norm and ReLU, width doubled where the side is halved',
        'eight of the thirteen separable convolutions, fifteen sixteenths of the widths, two of five halvings',
    ),
    'shufflenet_v2': Plan(
        shufflenet_v2, 48, [(32, 7, ALL), (48, 6, ALL)], 6e-3,
        'channel split, 1x1 - depthwise 3x3 - 1x1 on one half, channel shuffle; halving units with two branches',
        'half of the units, most of the widths, the max pool of the stem',
    ),
    'mobilenet_v2': Plan(
        mobilenet_v2, 48, [(32, 7, ALL), (48, 6, ALL)], 6e-3,
        'inverted residuals (expansion 6, depthwise 3x3, ReLU6) with linear bottlenecks and thin shortcuts',
        'nine of the seventeen units, about seven eighths of the widths, two of five halvings',
    ),
    'inception_v1': Plan(
        inception_v1, 56, [(36, 5, ALL), (56, 5, ALL)], 2e-3,
        'modules of four branches (1x1; 1x1-3x3; 1x1-5x5; max pool-1x1), max pools between stages, no batch norm',
        'four of the nine modules, seven eighths of the widths, local response norm, both auxiliary classifiers',
    ),
    'inception_v2': Plan(
        inception_v2, 56, [(36, 5, ALL), (56, 5, ALL)], 4e-3,
        'batch norm everywhere, each 5x5 factorised into two 3x3, mean pools, halving modules with a bare max pool, '
        'separable stem',
        'four of the ten modules, about six sevenths of the widths',
    ),
    'resnet_v1_50': resnet(1, 50),
    'resnet_v2_50': resnet(2, 50),
    'resnet_v1_101': resnet(1, 101),
    'resnet_v2_101': resnet(2, 101),
    'resnet_v1_152': resnet(1, 152),
    'resnet_v2_152': resnet(2, 152),
    'inception_v4': Plan(
        inception_v4, 80, [(40, 6, ALL), (80, 5, ALL)], 4e-3,
        'the stem of three branchings, modules A, B (factorised 1x7 and 7x1) and C (1x3 beside 3x1), '
        'both reductions of three branches',
        'eight of the fourteen modules, five sixths of the widths, one of the stem\'s halvings',
    ),
}
