#!/usr/bin/env python3
"""The forest's measure: scikit-learn (made with 1.2.1). Development only; no test needs Python.

  forest.py fixtures <folder>     writes the parity fixtures that test/core/forest/parity.test.ts reads
  forest.py time <x> <y> <width>  for bench/forest.ts: reads float64 rows and uint8 labels, then for every line
                                  on standard input fits one forest and prints the seconds that it took

Then `biome check --write` brings the fixtures into the repository's format. Rows are stored as base64 of
little-endian float32: scikit-learn casts to float32 before it learns, so both sides see the same numbers.
"""
import base64
import json
import pathlib
import sys
import time

import numpy as np
from sklearn.datasets import load_breast_cancer, make_classification, make_moons
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.tree import DecisionTreeClassifier

FOREST = dict(n_estimators=100, max_depth=4, class_weight='balanced', n_jobs=1)
SEEDS = 20


def breast_cancer():
    x, y = load_breast_cancer(return_X_y=True)
    return x, 1 - y


def imbalanced():
    return make_classification(n_samples=1400, n_features=10, n_informative=4, n_redundant=2,
                               weights=[0.88], flip_y=0.08, class_sep=0.7, random_state=3)


def noisy_moons():
    x, y = make_moons(1000, noise=0.35, random_state=5)
    noise = np.random.default_rng(5).normal(size=(1000, 5))
    return np.hstack([x, noise]), y


def packed(x, y):
    x = np.ascontiguousarray(x, dtype='<f4')
    return dict(width=x.shape[1], rows=base64.b64encode(x.tobytes()).decode(), labels=''.join(map(str, y)))


def auc_fixture(name, x, y):
    """Every third row, after a fixed shuffle, is for testing."""
    order = np.random.default_rng(1).permutation(len(y))
    x, y = x[order].astype('f4'), y[order]
    test = np.arange(len(y)) % 3 == 2
    aucs = [roc_auc_score(y[test], RandomForestClassifier(**FOREST, random_state=seed)
                          .fit(x[~test], y[~test]).predict_proba(x[test])[:, 1]) for seed in range(SEEDS)]
    return dict(name=name, **packed(x, y), testEvery=3, seeds=SEEDS,
                aucMean=float(np.mean(aucs)), aucSd=float(np.std(aucs, ddof=1)))


def tree_fixture():
    """Normal numbers on a grid of 1/1024, no value twice in a column: exact in float32, and no two cuts tie."""
    random = np.random.default_rng(11)
    x = np.stack([random.permutation(6000)[:900] / 1024 - 3 for _ in range(5)], axis=1)
    y = (x[:, 0] + x[:, 1] * x[:, 2] / 2 + random.normal(size=900) > 1).astype(int)
    tree = DecisionTreeClassifier(max_depth=4, min_samples_leaf=5, class_weight='balanced', random_state=0)
    t = tree.fit(x, y).tree_
    leaves = t.value[:, 0, 1] / t.value[:, 0].sum(axis=1)
    return dict(**packed(x, y), depth=4, minLeaf=5,
                tree=dict(feature=np.maximum(t.feature, -1).tolist(), threshold=t.threshold.tolist(),
                          left=t.children_left.tolist(), right=t.children_right.tolist(), value=leaves.tolist()))


def write_fixtures(folder):
    sets = dict(breast_cancer=breast_cancer, imbalanced=imbalanced, noisy_moons=noisy_moons)
    files = {f"sklearn-{name.replace('_', '-')}.json": auc_fixture(name, *make()) for name, make in sets.items()}
    files['sklearn-tree.json'] = tree_fixture()
    for name, fixture in files.items():
        pathlib.Path(folder, name).write_text(json.dumps(fixture) + '\n')
        print(name, {k: v for k, v in fixture.items() if k.startswith('auc')})


def time_fits(x_file, y_file, width):
    x = np.fromfile(x_file, dtype='<f8').reshape(-1, int(width))
    y = np.fromfile(y_file, dtype='u1')
    for line in sys.stdin:
        start = time.perf_counter()
        RandomForestClassifier(**FOREST, random_state=int(line)).fit(x, y)
        print(time.perf_counter() - start, flush=True)


if __name__ == '__main__':
    dict(fixtures=write_fixtures, time=time_fits)[sys.argv[1]](*sys.argv[2:])
