"""Trains one of the demo's candidates on raw scenes and writes <name>.onnx and <name>.json.

    sudo apt-get install python3-torch python3-onnx python3-numpy       # Debian 12: PyTorch 1.13
    node --import tsx demo/train/dump-scenes.ts /tmp/tandem-scenes
    python3 demo/train/train.py mobilenet_v1 /tmp/tandem-scenes demo/models
    node --import tsx demo/train/measure.ts                             # adds latency to the cards

Seeded; another PyTorch or processor may round otherwise and give slightly different weights. Learns
on `train`, keeps the epoch that is best on `validation`, reports on `test`. The input is resized as
the platform does it: plain bilinear, half-pixel centres, no antialiasing.
"""

import json
import os
import sys
import time

import numpy as np
import torch
from torch.nn import functional as F

from architectures import ARCHITECTURES

SEED = 20260
SIDE = 128
BATCH = 64
MEAN, STD = 118.0, 60.0
BINS = 5

# Input side, epochs at which input side (small first: it is cheaper and teaches the same), top rate.
PLANS = {
    'mobilenet_v1': {'side': 32, 'schedule': [(32, 24)], 'rate': 6e-3},
    'resnet_v1_50': {'side': 64, 'schedule': [(48, 7), (64, 4)], 'rate': 4e-3},
    'inception_v4': {'side': 96, 'schedule': [(48, 5), (64, 4), (96, 3)], 'rate': 4e-3},
}


def load(folder, split):
    pixels = np.fromfile(os.path.join(folder, f'{split}.pixels'), np.uint8).reshape(-1, SIDE, SIDE, 3)
    labels = np.fromfile(os.path.join(folder, f'{split}.labels'), np.uint8).astype(np.int64)
    difficulty = np.fromfile(os.path.join(folder, f'{split}.difficulty'), '<f4')
    return torch.from_numpy(pixels), torch.from_numpy(labels), difficulty


def prepare(pixels, side):
    """Bytes (n, 128, 128, 3) to normalised floats (n, 3, side, side)."""
    images = pixels.permute(0, 3, 1, 2).float()
    images = F.interpolate(images, (side, side), mode='bilinear', align_corners=False)
    return (images - MEAN) / STD


def augment(images):
    """Half of them mirrored (no class minds), light and contrast of each a little changed."""
    mirrored = torch.rand(len(images)) < 0.5
    images[mirrored] = images[mirrored].flip(3)
    gain = 1 + 0.3 * (torch.rand(len(images), 1, 1, 1) - 0.5)
    shift = 0.5 * (torch.rand(len(images), 1, 1, 1) - 0.5)
    return images * gain + shift


@torch.no_grad()
def is_right(model, pixels, labels, side):
    model.eval()
    answers = [model(prepare(part, side)).argmax(1) for part in pixels.split(200)]
    return (torch.cat(answers) == labels).numpy()


def train(model, plan, folder):
    pixels, labels, _ = load(folder, 'train')
    held_pixels, held_labels, _ = load(folder, 'validation')
    epochs = sum(count for _, count in plan['schedule'])
    steps = len(labels) // BATCH
    optimiser = torch.optim.AdamW(model.parameters(), lr=plan['rate'], weight_decay=0.02)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan['rate'], epochs * steps, pct_start=0.2)
    best, kept = -1.0, None
    for epoch, side in enumerate(side for side, count in plan['schedule'] for _ in range(count)):
        begun, total = time.time(), 0.0
        model.train()
        order = torch.randperm(len(labels))
        for step in range(steps):
            batch = order[step * BATCH : (step + 1) * BATCH]
            logits = model(augment(prepare(pixels[batch], side)))
            loss = F.cross_entropy(logits, labels[batch], label_smoothing=0.05)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rate.step()
            total += loss.item()
        top1 = is_right(model, held_pixels, held_labels, side).mean()
        if side == plan['side'] and top1 >= best:
            best, kept = top1, {key: value.clone() for key, value in model.state_dict().items()}
        print(f'epoch {epoch} side {side} loss {total / steps:.3f} validation {top1:.3f} {time.time() - begun:.0f} s', flush=True)
    model.load_state_dict(kept)
    return float(best)


def describe(name, model, plan, folder, validation):
    pixels, labels, difficulty = load(folder, 'test')
    right = is_right(model, pixels, labels, plan['side'])
    bins = np.minimum((difficulty * BINS).astype(int), BINS - 1)
    layers = [m for m in model.modules() if isinstance(m, (torch.nn.Conv2d, torch.nn.Linear))]
    scenes = len(np.fromfile(os.path.join(folder, 'train.labels'), np.uint8))
    return {
        'name': name,
        'family': name,
        'contract': {
            'input': {
                'name': 'image', 'layout': 'nchw', 'dtype': 'float32', 'width': plan['side'], 'height': plan['side'],
                'crop': 1, 'resize': 'bilinear', 'mean': [MEAN] * 3, 'std': [STD] * 3,
            },
            'output': {'name': 'logits', 'kind': 'logits'},
        },
        'params': sum(p.numel() for p in model.parameters()),
        'layers': len(layers),
        'card': {
            'trainedOn': f'{scenes} rendered scenes of the split train (demo/scenes)',
            'top1': {'validation': round(validation, 4), 'test': round(float(right.mean()), 4)},
            'top1ByDifficulty': [round(float(right[bins == b].mean()), 4) for b in range(BINS)],
            'seed': SEED,
            'script': 'demo/train/train.py',
        },
    }


def main(name, folder, out):
    torch.manual_seed(SEED)
    torch.set_num_threads(int(os.environ.get('THREADS', '1')))
    plan = PLANS[name]
    with open(os.path.join(folder, 'classes.txt')) as file:
        classes = file.read().split()
    model = ARCHITECTURES[name](len(classes))
    validation = train(model, plan, folder)
    document = describe(name, model, plan, folder, validation)
    side = plan['side']
    torch.onnx.export(
        model.eval(), torch.zeros(1, 3, side, side), os.path.join(out, f'{name}.onnx'),
        opset_version=13, input_names=['image'], output_names=['logits'],
        # Any number of images in one run: the devices find out how many are best.
        dynamic_axes={'image': {0: 'batch'}, 'logits': {0: 'batch'}},
    )
    with open(os.path.join(out, f'{name}.json'), 'w') as file:
        json.dump(document, file, indent=2)
        file.write('\n')
    print(json.dumps(document['card']))


if __name__ == '__main__':
    main(*sys.argv[1:4])
