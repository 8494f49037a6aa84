"""Expected values of core/learn, by scikit-learn (made with 1.2.1). Not needed to run the tests.

    OMP_NUM_THREADS=1 python3 bench/sklearn/learners.py && npx biome format --write test/core/learn/fixtures

All features are multiples of 1/16 in 0..1, written as the multiples: distances are then exact in any order of
summation, and ties, of values, rows and distances, are real ones. Rows 280 to 299 repeat others, some with the
other label. Queries may lie a little outside the range, as held-out rows do.
"""

import json
import pathlib

import numpy as np
from sklearn.calibration import _sigmoid_calibration
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score, precision_score, recall_score, roc_auc_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils.class_weight import compute_sample_weight

OUT = pathlib.Path(__file__).resolve().parents[2] / "test/core/learn/fixtures"
UNIT = 16


def make_data(rng):
    rows = rng.integers(0, UNIT + 1, (300, 7))
    rows[:, 1] = np.minimum(rows[:, 1], rng.integers(0, UNIT + 1, 300))  # Skewed, as counts are.
    rows[:, 3] = rng.integers(0, 4, 300) * 5  # Few values, many ties.
    rows[:, 4] = np.where(rng.random(300) < 0.7, 0, rows[:, 4])  # Mostly zero, as hue shares are.
    rows[280:] = rows[:20]
    rows[0], rows[1] = 0, UNIT
    signal = rows[:, 0] / UNIT - 0.8 * rows[:, 1] / UNIT + (rows[:, 2] / UNIT - 0.5) ** 2
    noisy = signal + rng.normal(0, 0.35, 300)
    labels = (noisy > np.quantile(noisy, 0.73)).astype(int)
    classes = np.digitize(noisy, np.quantile(noisy, [0.4, 0.73]))
    queries = rng.integers(-1, UNIT + 2, (60, 7))
    queries[:20] = rows[10:30]
    return rows, labels, classes, queries


def knn_votes(x, y, q, k):
    """Votes for label 1 with ties to the lowest row, and scikit-learn's, -1 where a tie could change them."""
    distances = ((q[:, None] - x[None]) ** 2).sum(2)
    lowest = y[np.argsort(distances, axis=1, kind="stable")[:, :k]].sum(1)
    model = KNeighborsClassifier(k, algorithm="brute").fit(x, y)
    votes = np.rint(model.predict_proba(q)[:, 1] * k).astype(int)
    border = np.sort(distances, axis=1)[:, k - 1 : k]
    sure = []
    for row, vote in enumerate(votes):
        tied = y[distances[row] == border[row]]
        taken = k - (distances[row] < border[row]).sum()
        same = taken == len(tied) or tied.min() == tied.max()
        sure.append(int(vote) if same else -1)
    return {"k": k, "lowestRowVotes": lowest.tolist(), "sklearnVotes": sure}


def logistic(x, y, c, class_weight):
    model = LogisticRegression(
        C=c, class_weight=class_weight, solver="newton-cholesky", tol=1e-12, max_iter=1000
    ).fit(x, y)
    return {
        "c": c,
        "balanced": class_weight is not None,
        "weights": model.coef_[0].tolist(),
        "bias": float(model.intercept_[0]),
    }


def svm(x, y, q, c, class_weight):
    model = LinearSVC(C=c, class_weight=class_weight, dual=True, tol=1e-9, max_iter=10_000_000, random_state=0)
    model.fit(x, y)
    weights = compute_sample_weight(class_weight, y)
    a, b = _sigmoid_calibration(model.decision_function(x), y, weights)
    return {
        "c": c,
        "balanced": class_weight is not None,
        "decisions": model.decision_function(q).tolist(),
        "plattSlope": -float(a),
        "plattOffset": -float(b),
    }


def tree(x, y, q, depth):
    """-1 where equally good cuts of two features lead to other scores."""
    scores = np.array(
        [
            DecisionTreeClassifier(max_depth=depth, min_samples_leaf=5, class_weight="balanced", random_state=seed)
            .fit(x, y)
            .predict_proba(q)[:, 1]
            for seed in range(20)
        ]
    )
    return {
        "depth": depth,
        "scores": [float(s[0]) if np.ptp(s) < 1e-12 else -1 for s in scores.T],
    }


def score_case(name, scores, labels):
    answers = [int(score >= 0.5) for score in scores]
    return {
        "name": name,
        "scores": scores,
        "labels": labels,
        "precision": float(precision_score(labels, answers, zero_division=0)),
        "recall": float(recall_score(labels, answers, zero_division=0)),
        "f1": float(f1_score(labels, answers, zero_division=0)),
        "accuracy": float(accuracy_score(labels, answers)),
        "auc": float(roc_auc_score(labels, scores)),
    }


def score_cases(rng):
    labels = (rng.random(60) < 0.3).astype(int)
    graded = np.round(np.clip(0.25 * labels + rng.random(60) * 0.7, 0, 1), 6)
    return [
        score_case("graded scores", graded.tolist(), labels.tolist()),
        score_case("scores with ties", (np.round(graded * 5) / 5).tolist(), labels.tolist()),
        score_case("votes of nine", (np.round(graded * 9) / 9).tolist(), labels.tolist()),
        score_case("no row above the cut", (graded * 0.4).tolist(), labels.tolist()),
        score_case("every row above the cut", (0.5 + graded / 2).tolist(), labels.tolist()),
        score_case("one score for all, on the cut", [0.5] * 8, [0, 1, 0, 0, 1, 0, 0, 0]),
        score_case("the wrong way round", [0.9, 0.8, 0.2, 0.1], [0, 0, 1, 1]),
    ]


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text(json.dumps(value) + "\n")


def main():
    rng = np.random.default_rng(20)
    rows, labels, classes, queries = make_data(rng)
    x, q = rows / UNIT, queries / UNIT
    three = OneVsRestClassifier(
        LogisticRegression(class_weight="balanced", solver="newton-cholesky", tol=1e-12)
    ).fit(x, classes)
    write(
        "samples.json",
        {
            "unit": UNIT,
            "rows": rows.tolist(),
            "labels": labels.tolist(),
            "classes": classes.tolist(),
            "queries": queries.tolist(),
        },
    )
    write(
        "expected.json",
        {
            "knn": [knn_votes(x, labels, q, k) for k in (1, 3, 5, 7, 9, 11, 13, 15)],
            "logistic": [logistic(x, labels, c, w) for c in (1, 0.01, 100) for w in ("balanced", None)],
            "svm": [svm(x, labels, q, c, w) for c in (1, 0.01, 100) for w in ("balanced", None)],
            "naiveBayes": GaussianNB().fit(x, labels).predict_proba(q)[:, 1].tolist(),
            "tree": [tree(x, labels, q, depth) for depth in (1, 2, 4)],
            "oneVsRest": three.predict_proba(q).tolist(),
        },
    )
    write("scores.json", score_cases(rng))


if __name__ == "__main__":
    main()
