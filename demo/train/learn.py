"""Teaches one model: AdamW with one cycle of the rate, small input sides first, and keeps the epoch
that is best on the validation scenes at the model's own side. Deep models see only the simpler scenes
at the very start: on all of them they learn nothing for two epochs and more.
"""

import time

import torch
from torch.nn import functional as F

from scenes import PART, Scenes, normalise

BATCH = 64
# Classes overlap in the hardest scenes: a model that is told to be certain there learns noise.
SMOOTHING = 0.05
WEIGHT_DECAY = 0.02


def augment(images):
    """A step to the side for all of them, half mirrored (no class minds), light and contrast of each."""
    side = images.shape[-1]
    most = max(1, side // 16)
    top, left = torch.randint(0, 2 * most + 1, (2,)).tolist()
    images = F.pad(images, (most, most, most, most), mode='replicate')
    images = images[:, :, top : top + side, left : left + side].clone()
    mirrored = torch.rand(len(images)) < 0.5
    images[mirrored] = images[mirrored].flip(3)
    gain = 1 + 0.3 * (torch.rand(len(images), 1, 1, 1) - 0.5)
    shift = 0.5 * (torch.rand(len(images), 1, 1, 1) - 0.5)
    return (images * gain + shift).contiguous(memory_format=torch.channels_last)


@torch.no_grad()
def is_right(model, parts, labels):
    model.eval()
    return (torch.cat([model(part).argmax(1) for part in parts]) == labels).numpy()


def run_epoch(model, images, labels, pool, step):
    """On the scenes in `pool`; `step` takes the loss of a batch and changes the weights. Gives the mean loss."""
    model.train()
    order, total = pool[torch.randperm(len(pool))], 0.0
    batches = order[: len(order) // BATCH * BATCH].split(BATCH)
    for batch in batches:
        logits = model(augment(normalise(images[batch])))
        loss = F.cross_entropy(logits, labels[batch], label_smoothing=SMOOTHING)
        step(loss)
        total += loss.item()
    return total / len(batches)


def learn(model, plan, folder):
    """Gives the kept epoch's top-1 on the validation scenes; the model is left with its weights."""
    scenes, held = Scenes(folder, 'train'), Scenes(folder, 'validation')
    difficulty = torch.from_numpy(scenes.difficulty)
    epochs = [
        (side, torch.nonzero(difficulty <= hardest).flatten())
        for side, count, hardest in plan.schedule
        for _ in range(count)
    ]
    model.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(model.parameters(), lr=plan.rate, weight_decay=WEIGHT_DECAY)
    steps = sum(len(pool) // BATCH for _, pool in epochs)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, plan.rate, steps, pct_start=0.2)

    def step(loss):
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimiser.step()
        rate.step()

    best, kept = -1.0, None
    for epoch, (side, pool) in enumerate(epochs):
        begun = time.process_time()
        loss = run_epoch(model, scenes.at(side), scenes.labels, pool, step)
        top1 = is_right(model, map(normalise, held.at(side).split(PART)), held.labels).mean()
        if side == plan.side and top1 >= best:
            best, kept = top1, {key: value.clone() for key, value in model.state_dict().items()}
        spent = time.process_time() - begun
        print(f'  {epoch + 1}/{len(epochs)} {side} px loss {loss:.3f} validation {top1:.3f} {spent:.0f} s', flush=True)
    model.load_state_dict(kept)
    model.to(memory_format=torch.contiguous_format)
    return float(best)
