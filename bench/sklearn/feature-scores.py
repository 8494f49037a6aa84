"""Writes the scores of feature selection as numpy, SciPy and scikit-learn compute them, for the tests of
core/rank-features.

    sudo apt-get install python3-sklearn python3-scipy       # Debian 12: scikit-learn 1.2.1, SciPy 1.10.1
    python3 bench/sklearn/feature-scores.py > test/core/rank-features/fixtures/feature-scores.json

Columns are chosen to be awkward: copies, a constant, a large mean with a small spread, tiny values, counts,
shares that are mostly 0. A score that is not a number there is null. The tree is scikit-learn's own, so that
the impurity decrease is compared on the same cuts.
"""

import json

import numpy as np
from scipy.stats import pearsonr
from sklearn.feature_selection import chi2
from sklearn.preprocessing import minmax_scale
from sklearn.tree import DecisionTreeClassifier

ROWS = 60


def make_rows(random):
    base = random.normal(size=ROWS)
    columns = [
        base,
        2 * base + 3,
        -base + 0.3 * random.normal(size=ROWS),
        np.full(ROWS, 7.0),
        1e6 + 0.01 * random.normal(size=ROWS),
        1e-9 * random.normal(size=ROWS),
        random.poisson(40, size=ROWS),
        np.maximum(0, random.normal(size=ROWS) - 1),
    ]
    rows = np.column_stack(columns)
    labels = (base + random.normal(size=ROWS) > 0.8).astype(int)
    # What JSON holds is what is scored.
    return np.array([[float(f"{value:.12g}") for value in row] for row in rows]), labels


def or_null(values):
    return [float(value) if np.isfinite(value) else None for value in values]


def main():
    rows, labels = make_rows(np.random.default_rng(11))
    width = rows.shape[1]
    with np.errstate(all="ignore"):
        correlation = np.corrcoef(rows, rowvar=False)
        scores, _ = chi2(minmax_scale(rows), labels)
    with_label = [
        pearsonr(rows[:, c], labels)[0] if np.ptp(rows[:, c]) > 0 else np.nan for c in range(width)
    ]
    tree = DecisionTreeClassifier(
        max_depth=4, min_samples_leaf=5, class_weight="balanced", random_state=0
    ).fit(minmax_scale(rows), labels)
    print(
        json.dumps(
            {
                "rows": rows.tolist(),
                "labels": labels.tolist(),
                "correlation": [or_null(row) for row in correlation],
                "labelCorrelations": or_null(with_label),
                "chiSquared": or_null(scores),
                "tree": {
                    "feature": [int(max(f, -1)) for f in tree.tree_.feature],
                    "threshold": [float(t) if t >= 0 else 0 for t in tree.tree_.threshold],
                    "left": [int(max(i, 0)) for i in tree.tree_.children_left],
                    "right": [int(max(i, 0)) for i in tree.tree_.children_right],
                    "value": [float(v[0][1] / v[0].sum()) for v in tree.tree_.value],
                },
                "impurityDecrease": tree.feature_importances_.tolist(),
            }
        )
    )


main()
