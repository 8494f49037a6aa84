#!/usr/bin/env python3
"""ONNX files of one scikit-learn forest, for test/admin/onnx-forest. Development only (scikit-learn 1.2.1, onnx
1.12.0). Usage: onnx-forest.py <folder>, then `biome check --write` on it.

skl2onnx is not needed: its encoding is small enough to write by hand. What matters in it:
- leaves carry P(class) / trees, so that summing over the trees gives the mean;
- scikit-learn compares float32 values with float64 thresholds; a float model has float32 thresholds, each rounded
  down, so that every float32 value still goes the same way (skl2onnx does the same).

Three encodings: `one-weight` (float, ZipMap after it, as skl2onnx writes two classes: the weight of class 1 under
the id 0), `two-weights` (float, a weight for either class), `double` (exact float64 thresholds and weights as
tensors, ai.onnx.ml 3).
"""
import json
import pathlib
import sys

import numpy as np
from onnx import TensorProto, TypeProto, checker, helper
from sklearn.ensemble import RandomForestClassifier

FEATURES = 5
TREES = 10


def fitted():
    random = np.random.default_rng(2)
    x = np.hstack([random.normal(size=(700, FEATURES - 1)), random.poisson(6, size=(700, 1))]).astype('f4')
    y = (x[:, 0] + x[:, 1] * x[:, 2] + 0.2 * x[:, 4] + random.normal(size=700) > 2).astype(int)
    forest = RandomForestClassifier(n_estimators=TREES, max_depth=4, class_weight='balanced', random_state=2)
    return forest.fit(x, y), x


def rounded_down(threshold):
    near = np.float32(threshold)
    return near if float(near) <= threshold else np.nextafter(near, np.float32(-np.inf))


def attributes(forest, both_classes, is_double):
    nodes = {key: [] for key in ('treeids', 'nodeids', 'featureids', 'values', 'modes', 'truenodeids',
                                 'falsenodeids', 'missing_value_tracks_true', 'hitrates')}
    leaves = {key: [] for key in ('treeids', 'nodeids', 'ids', 'weights')}
    for tree_id, estimator in enumerate(forest.estimators_):
        tree = estimator.tree_
        for i in range(tree.node_count):
            is_leaf = tree.children_left[i] < 0
            threshold = 0.0 if is_leaf else tree.threshold[i]
            row = (tree_id, i, 0 if is_leaf else int(tree.feature[i]),
                   float(threshold if is_double else rounded_down(threshold)),
                   'LEAF' if is_leaf else 'BRANCH_LEQ',
                   max(0, int(tree.children_left[i])), max(0, int(tree.children_right[i])), 0, 1.0)
            for values, value in zip(nodes.values(), row):
                values.append(value)
            if not is_leaf:
                continue
            shares = tree.value[i, 0] / tree.value[i, 0].sum()
            weights = enumerate(shares) if both_classes else [(0, shares[1])]
            for class_id, share in weights:
                for values, value in zip(leaves.values(), (tree_id, i, class_id, share / TREES)):
                    values.append(value)
    made = {f'nodes_{k}': v for k, v in nodes.items()} | {f'class_{k}': v for k, v in leaves.items()}
    if is_double:
        for key in ('nodes_values', 'class_weights', 'nodes_hitrates'):
            values = made.pop(key)
            made[f'{key}_as_tensor'] = helper.make_tensor(key, TensorProto.DOUBLE, [len(values)], values)
    return made | dict(classlabels_int64s=[0, 1], post_transform='NONE')


def model(forest, both_classes=False, is_double=False):
    dtype = TensorProto.DOUBLE if is_double else TensorProto.FLOAT
    trees = helper.make_node('TreeEnsembleClassifier', ['X'], ['label', 'probabilities'], domain='ai.onnx.ml',
                             **attributes(forest, both_classes, is_double))
    nodes = [trees]
    outputs = [helper.make_tensor_value_info('label', TensorProto.INT64, [None]),
               helper.make_tensor_value_info('probabilities', TensorProto.FLOAT, [None, 2])]
    if not both_classes and not is_double:
        nodes.append(helper.make_node('ZipMap', ['probabilities'], ['output_probability'], domain='ai.onnx.ml',
                                      classlabels_int64s=[0, 1]))
        zipped = TypeProto()
        zipped.sequence_type.elem_type.map_type.key_type = TensorProto.INT64
        zipped.sequence_type.elem_type.map_type.value_type.tensor_type.elem_type = TensorProto.FLOAT
        outputs.append(helper.make_value_info('output_probability', zipped))
    x = helper.make_tensor_value_info('X', dtype, [None, FEATURES])
    graph = helper.make_graph(nodes, 'forest', [x], outputs)
    imports = [helper.make_opsetid('ai.onnx.ml', 3 if is_double else 1), helper.make_opsetid('', 15)]
    made = helper.make_model(graph, opset_imports=imports, ir_version=8, producer_name='onnx-forest.py')
    checker.check_model(made)
    return made.SerializeToString()


def rows_to_ask(forest, x):
    """Some training rows; then rows of thresholds, as float32 just below, at and just above them."""
    thresholds = [t for e in forest.estimators_ for t, f in zip(e.tree_.threshold, e.tree_.feature) if f >= 0]
    near = np.random.default_rng(3).permutation(np.float32(thresholds))[:100].reshape(-1, FEATURES)
    steps = [np.nextafter(near, np.float32(side)) for side in (-np.inf, np.inf)]
    return np.vstack([x[:40], near, *steps])


if __name__ == '__main__':
    forest, x = fitted()
    folder = pathlib.Path(sys.argv[1])
    files = {'one-weight': {}, 'two-weights': dict(both_classes=True), 'double': dict(is_double=True)}
    for name, how in files.items():
        (folder / f'{name}.onnx').write_bytes(model(forest, **how))
    rows = rows_to_ask(forest, x)
    expected = dict(rows=rows.astype(float).tolist(), probabilities=forest.predict_proba(rows)[:, 1].tolist())
    (folder / 'expected.json').write_text(json.dumps(expected) + '\n')
