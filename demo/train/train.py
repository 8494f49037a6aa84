"""Trains the demo's twelve candidates on raw scenes and writes <name>.onnx and <name>.json of each.

    sudo apt-get install python3-torch python3-onnx python3-numpy       # Debian 12: PyTorch 1.13
    node --import tsx demo/train/dump-scenes.ts /tmp/tandem-scenes
    python3 demo/train/train.py /tmp/tandem-scenes demo/models          # or some names after that
    node --import tsx demo/train/measure.ts                             # adds latency to the cards

Seeded, each candidate by itself; another PyTorch or processor may round otherwise and give slightly
different weights. Learns on `train`, keeps the epoch that is best on `validation`, reports on `test`. A
candidate whose document is there already is left as it is: an interrupted run goes on with the next.
"""

import json
import os
import sys
import time

import torch

from card import describe
from learn import learn
from plans import PLANS
from scenes import names

SEED = 20260


def export(model, side, file):
    torch.onnx.export(
        model.eval(), torch.zeros(1, 3, side, side), file,
        opset_version=13, input_names=['image'], output_names=['logits'],
        # Any number of images in one run: the devices find out how many are best.
        dynamic_axes={'image': {0: 'batch'}, 'logits': {0: 'batch'}},
    )


def train(name, folder, out):
    plan = PLANS[name]
    torch.manual_seed(SEED)
    model = plan.build(len(names(folder, 'classes')))
    validation = learn(model, plan, folder)
    document = describe(name, model, plan, folder, validation)
    document['card']['seed'] = SEED
    export(model, plan.side, os.path.join(out, f'{name}.onnx'))
    part = os.path.join(out, f'{name}.json.part')
    with open(part, 'w') as file:
        json.dump(document, file, indent=2)
        file.write('\n')
    os.replace(part, os.path.join(out, f'{name}.json'))
    print(json.dumps(document['card']), flush=True)


def main(folder, out, *chosen):
    torch.set_num_threads(int(os.environ.get('THREADS', '1')))
    # Weights that decay to nothing must not slow the processor down.
    torch.set_flush_denormal(True)
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, 'classes.txt'), 'w') as file:
        file.writelines(f'{name}\n' for name in names(folder, 'classes'))
    for name in chosen or PLANS:
        if os.path.exists(os.path.join(out, f'{name}.json')):
            print(f'{name} is there already')
            continue
        begun = time.process_time()
        print(name, flush=True)
        train(name, folder, out)
        print(f'{name} took {time.process_time() - begun:.0f} s of processor', flush=True)


if __name__ == '__main__':
    if len(sys.argv) < 3:
        sys.exit('Cannot train: expected train.py <folder of scenes> <folder of models> [name ...]')
    main(*sys.argv[1:])
