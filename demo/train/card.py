"""A model's card: what it is, what it was taught on, how often it is right and when it is not."""

import numpy as np
import torch

from learn import is_right
from scenes import MEAN, STD, Scenes

BINS = 5
# From here on a scene counts as hard.
HARD = 0.5


def by_difficulty(right, difficulty):
    bins = np.minimum((difficulty * BINS).astype(int), BINS - 1)
    return [share(right[bins == index]) for index in range(BINS)]


def by_leading_cause(right, scenes):
    """Of the hard scenes, by the cause that takes the whole difficulty; two causes may lead a scene."""
    hard = scenes.difficulty >= HARD
    leads = np.isclose(scenes.causes, scenes.difficulty[:, None])
    return {name: share(right[hard & leads[:, index]]) for index, name in enumerate(scenes.cause_names)}


def share(right):
    return round(float(right.mean()), 4)


def describe(name, model, plan, folder, validation):
    """The document that lies beside <name>.onnx."""
    scenes = Scenes(folder, 'test')
    right = is_right(model, scenes.exact(plan.side), scenes.labels)
    layers = [m for m in model.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
    train = Scenes(folder, 'train')
    return {
        'name': name,
        'family': name,
        'contract': {
            'input': {
                'name': 'image', 'layout': 'nchw', 'dtype': 'float32', 'width': plan.side, 'height': plan.side,
                'crop': 1, 'resize': 'bilinear', 'mean': [MEAN] * 3, 'std': [STD] * 3,
            },
            'output': {'name': 'logits', 'kind': 'logits'},
        },
        'params': sum(p.numel() for p in model.parameters()),
        'layers': len(layers),
        'card': {
            'miniature': {'keeps': plan.keeps, 'leavesOut': plan.leaves_out},
            'trainedOn': f'{len(train.labels)} rendered scenes of the split train (demo/scenes), '
            f'{sum(epochs for _, epochs, _ in plan.schedule)} epochs',
            'top1': {'validation': round(validation, 4), 'test': share(right)},
            'top1ByDifficulty': by_difficulty(right, scenes.difficulty),
            'hardTop1ByLeadingCause': by_leading_cause(right, scenes),
            'script': 'demo/train/train.py',
        },
    }
