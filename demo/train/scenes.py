"""Scenes as dump-scenes.ts wrote them, resized once for every input side and kept beside them.

Resized as the platform does it: plain bilinear, half-pixel centres, no antialiasing. What is kept is
rounded to bytes, which training never notices; `exact` is for the figures that a card promises.
"""

import os

import numpy as np
import torch
from torch.nn import functional as F

SIDE = 128
MEAN, STD = 118.0, 60.0
# Scenes in hand at a time: more gains nothing and takes memory.
PART = 200


class Scenes:
    def __init__(self, folder, split):
        self.folder, self.split = folder, split
        self.pixels = np.memmap(self._file('pixels'), np.uint8, 'r').reshape(-1, SIDE, SIDE, 3)
        self.labels = torch.from_numpy(np.fromfile(self._file('labels'), np.uint8).astype(np.int64))
        self.difficulty = np.fromfile(self._file('difficulty'), '<f4')
        self.cause_names = names(folder, 'causes')
        self.causes = np.fromfile(self._file('causes'), '<f4').reshape(len(self.labels), -1)

    def _file(self, ending):
        return os.path.join(self.folder, f'{self.split}.{ending}')

    def exact(self, side):
        """Normalised floats (n, 3, side, side), PART scenes at a time."""
        for first in range(0, len(self.labels), PART):
            yield normalise(resize(self.pixels[first : first + PART], side))

    def at(self, side):
        """Bytes (n, 3, side, side)."""
        kept = self._file(f'{side}.npy')
        if not os.path.exists(kept):
            parts = [
                resize(self.pixels[first : first + PART], side).round().byte().numpy()
                for first in range(0, len(self.labels), PART)
            ]
            np.save(f'{kept}.part.npy', np.concatenate(parts))
            os.replace(f'{kept}.part.npy', kept)
        return torch.from_numpy(np.load(kept))


def names(folder, which):
    with open(os.path.join(folder, f'{which}.txt')) as file:
        return file.read().split()


def resize(pixels, side):
    images = torch.from_numpy(np.array(pixels)).permute(0, 3, 1, 2).float()
    return F.interpolate(images, (side, side), mode='bilinear', align_corners=False)


def normalise(values):
    return (values.float() - MEAN) / STD
