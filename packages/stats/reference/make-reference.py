"""Writes reference.json: what scikit-learn, SciPy and NumPy say about small cases with ties, weights and rare positives.

Needs scikit-learn, SciPy and NumPy. The stored file was made with scikit-learn 1.9.1, SciPy 1.17.1, NumPy 2.4.6 and
Python 3.11. Run `python make-reference.py`, then `npx biome format --write reference.json`: it is seeded, so that the same
file comes out again.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import stats
from sklearn import metrics
from sklearn.calibration import calibration_curve

BINS = 15


def make_cases(random):
    """Name -> (scores, labels, weights or None)."""

    def rows(n, share, digits, weights=None):
        labels = (random.random(n) < share).astype(int)
        logits = random.normal(np.log(share / (1 - share)) + 1.5 * labels - 0.3, 1.0)
        return np.round(1 / (1 + np.exp(-logits)), digits), labels, weights

    saturated = rows(80, 0.3, 1)
    rare = rows(500, 0.05, 3)
    rare[1][:] = 0
    rare[1][[17, 250, 433]] = 1
    return {
        "no ties": rows(200, 0.4, 15),
        "many ties": rows(300, 0.2, 1),
        "all scores equal": (np.full(50, 0.2), (np.arange(50) % 7 == 0).astype(int), None),
        "certain and sometimes wrong": (np.round(saturated[0]), saturated[1], None),
        "three positives in five hundred": rare,
        "fractional weights and ties": rows(150, 0.3, 2, np.round(random.gamma(2.0, 1.0, 150), 3)),
        "whole weights, zeros too": rows(120, 0.5, 1, random.integers(0, 4, 120).astype(float)),
        "all wrong": (np.linspace(0.9, 0.1, 60).round(2), (np.arange(60) >= 30).astype(int), None),
    }


def bin_numbers(scores):
    """Bin i holds (i / 15, (i + 1) / 15], the first also 0: searchsorted on the left, as calibration_curve does."""
    return np.searchsorted(np.arange(1, BINS) / BINS, scores, side="left")


def reliability(scores, labels, weights):
    numbers = bin_numbers(scores)
    bins = []
    for number in range(BINS):
        inside = numbers == number
        rows = weights[inside].sum()
        if rows == 0:
            continue
        observed = np.average(labels[inside], weights=weights[inside])
        entry = {"predicted": np.average(scores[inside], weights=weights[inside]), "observed": observed, "rows": rows}
        if (weights == np.round(weights)).all():
            test = stats.binomtest(round(observed * rows), round(rows))
            interval = test.proportion_ci(confidence_level=0.95, method="wilson")
            entry |= {"low": interval.low, "high": interval.high}
        bins.append(entry)
    return bins


def check_bins(scores, labels, bins):
    """The bins above agree with scikit-learn's, where no score lies on an edge (its edges are rounded otherwise)."""
    observed, predicted = calibration_curve(labels, scores, n_bins=BINS)
    np.testing.assert_allclose(observed, [b["observed"] for b in bins])
    np.testing.assert_allclose(predicted, [b["predicted"] for b in bins])


def reference(scores, labels, weights):
    w = np.ones(len(scores)) if weights is None else weights
    bins = reliability(scores, labels, w)
    if weights is None and not np.isin(scores * BINS, np.arange(1, BINS)).any():
        check_bins(scores, labels, bins)
    false_positive, true_positive, _ = metrics.roc_curve(labels, scores, sample_weight=w, drop_intermediate=False)
    precision, recall, thresholds = metrics.precision_recall_curve(labels, scores, sample_weight=w)
    f1 = [metrics.f1_score(labels, scores >= t, sample_weight=w, zero_division=0) for t in thresholds]
    confusion = metrics.confusion_matrix(labels, scores >= 0.3, sample_weight=w)
    return {
        "rocAuc": metrics.roc_auc_score(labels, scores, sample_weight=w),
        "prAuc": metrics.average_precision_score(labels, scores, sample_weight=w),
        "logLoss": metrics.log_loss(labels, scores, sample_weight=w),
        "brier": metrics.brier_score_loss(labels, scores, sample_weight=w),
        "ece": sum(b["rows"] * abs(b["observed"] - b["predicted"]) for b in bins) / w.sum(),
        "reliability": bins,
        "rocCurve": np.column_stack([false_positive, true_positive]).tolist(),
        "precisionRecallCurve": np.column_stack([recall, precision])[::-1].tolist(),
        "bestF1": max(f1),
        "confusionAt0.3": {
            "trueNegative": confusion[0, 0],
            "falsePositive": confusion[0, 1],
            "falseNegative": confusion[1, 0],
            "truePositive": confusion[1, 1],
        },
        "precisionAt0.3": metrics.precision_score(labels, scores >= 0.3, sample_weight=w),
        "recallAt0.3": metrics.recall_score(labels, scores >= 0.3, sample_weight=w),
        "f1At0.3": metrics.f1_score(labels, scores >= 0.3, sample_weight=w),
    }


def main():
    random = np.random.default_rng(20010415)
    values = np.round(random.normal(size=37), 3)
    probabilities = [0, 0.001, 0.025, 0.31, 0.5, 0.75, 0.975, 1]
    tails = [1e-9, 1e-4, 0.01, 0.025, 0.3, 0.5, 0.6, 0.9, 0.975, 0.999, 0.9999]
    written = {
        "madeWith": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
        "cases": [
            {
                "name": name,
                "scores": scores.tolist(),
                "labels": labels.tolist(),
                "weights": None if weights is None else weights.tolist(),
                "expected": reference(scores, labels, weights),
            }
            for name, (scores, labels, weights) in make_cases(random).items()
        ],
        "quantiles": {"values": values.tolist(), "at": [[p, np.quantile(values, p)] for p in probabilities]},
        "normalQuantiles": [[p, stats.norm.ppf(p)] for p in tails],
        "studentQuantiles": [[p, df, stats.t.ppf(p, df)] for p in tails[1:] for df in (5, 9, 15, 60)],
    }
    path = Path(__file__).with_name("reference.json")
    path.write_text(json.dumps(written, default=lambda number: number.item()) + "\n")


main()
