"""Writes drift-reference.json: what SciPy, NumPy and scikit-learn say about distances between samples, on small cases.

Needs SciPy, NumPy and scikit-learn; the versions of the stored file are in it. Run `python make-drift-reference.py`, then
`npx biome format --write drift-reference.json`: it is seeded, so that the same file comes out again.
"""

import json
from pathlib import Path

import numpy as np
import scipy
import sklearn
from scipy import optimize, special, stats
from scipy.spatial import distance
from sklearn import metrics

random = np.random.default_rng(20010501)


def counts(rows, shares):
    return random.multinomial(rows, np.array(shares) / np.sum(shares)).tolist()


def number_cases():
    """Name -> (inner edges, reference counts, window counts)."""
    edges = np.round(np.cumsum(random.gamma(2.0, 1.0, 19)), 2).tolist()
    flat = np.ones(20)
    tilted = np.linspace(0.5, 1.5, 20)
    return {
        "no change": (edges, counts(40_000, flat), counts(1_500, flat)),
        "shifted": (edges, counts(40_000, flat), counts(1_500, tilted)),
        "empty bins": ([0.0, 1.0, 2.0, 5.0], [0, 400, 0, 500, 100], [0, 40, 3, 0, 70]),
        "frozen": (edges, counts(1_000, flat), [0] * 7 + [300] + [0] * 12),
        "one edge": ([0.5], [700, 300], [55, 45]),
    }


def category_cases():
    shares = 1 / np.arange(1, 31)
    return {
        "thirty categories, no change": (counts(9_000, shares), counts(800, shares)),
        "thirty categories, reversed": (counts(9_000, shares), counts(800, shares[::-1])),
        "one has vanished, one is new": ([500, 300, 200, 0], [60, 0, 30, 5]),
        "fractions of rows": ([500, 300, 200], [40.25, 31.5, 12.125]),
    }


def places(edges):
    """The open bins lie at their borders, the others in their middles."""
    return [edges[0], *((np.array(edges[1:]) + np.array(edges[:-1])) / 2).tolist(), edges[-1]]


def smoothed(values):
    return (np.array(values) + 0.5) / np.sum(np.array(values) + 0.5)


def stability(reference, window):
    used = np.array(reference) + np.array(window) > 0
    p, q = smoothed(np.array(reference)[used]), smoothed(np.array(window)[used])
    # The sum of both directions of the Kullback-Leibler divergence.
    return stats.entropy(p, q) + stats.entropy(q, p)


def two_samples(reference, window):
    used = np.array(reference) + np.array(window) > 0
    test = stats.chi2_contingency(np.array([reference, window])[:, used], correction=False)
    return {
        "stabilityIndex": stability(reference, window),
        "jensenShannon": distance.jensenshannon(reference, window, base=2),
        "chiSquare": {"statistic": test.statistic, "degrees": test.dof, "p": test.pvalue},
    }


def numbers(edges, reference, window):
    at = np.arange(len(reference))
    ks = stats.ks_2samp(np.repeat(at, reference), np.repeat(at, window), method="asymp")
    n, m = sum(reference), sum(window)
    return two_samples(reference, window) | {
        "kolmogorovSmirnov": ks.statistic,
        "kolmogorovSmirnovP": special.kolmogorov(ks.statistic * np.sqrt(n * m / (n + m))),
        "wasserstein": stats.wasserstein_distance(places(edges), places(edges), reference, window),
    }


def scored(rows, slope, intercept):
    logits = np.linspace(-6, 6, 97)
    numbers = np.digitize(random.normal(-1.2, 1.8, rows), (logits[1:] + logits[:-1]) / 2)
    labels = random.random(rows) < special.expit(slope * logits[numbers] + intercept)
    positives = np.bincount(numbers[labels], minlength=len(logits))
    negatives = np.bincount(numbers[~labels], minlength=len(logits))

    def loss(line):
        z = line[0] * logits + line[1]
        return np.sum((positives + negatives) * np.logaddexp(0, z) - positives * z)

    def gradient(line):
        error = (positives + negatives) * special.expit(line[0] * logits + line[1]) - positives
        return np.array([np.sum(error * logits), np.sum(error)])

    best = optimize.minimize(loss, [1.0, 0.0], jac=gradient, method="BFGS", options={"gtol": 1e-9})
    polished = optimize.root(gradient, best.x, tol=1e-13)
    return {
        "logits": logits.tolist(),
        "negatives": negatives.tolist(),
        "positives": positives.tolist(),
        "rocAuc": metrics.roc_auc_score(labels, logits[numbers]),
        "line": polished.x.tolist(),
        "loss": loss([1.0, 0.0]),
        "lossOfLine": loss(polished.x),
    }


def clustered():
    """Blocks of rows of four categories whose shares differ from block to block: effective rows and a jackknife, by NumPy."""
    sizes = random.integers(30, 200, 24)
    blocks = np.array([random.multinomial(n, random.dirichlet([8, 6, 4, 2])) for n in sizes])
    rows, count = blocks.sum(), len(blocks)
    shares = blocks.sum(axis=0) / rows

    def scatter(indicators, share, weight):
        residuals = indicators - np.outer(sizes, share)
        seen = weight * (residuals**2).sum(axis=0) * count / (count - 1) / rows
        return seen.sum() / (weight * share * (1 - share)).sum()

    few = (stats.t.ppf(0.975, count - 1) / stats.norm.ppf(0.975)) ** 2
    ordered = shares.cumsum()[:-1]
    return {
        "blocks": blocks.tolist(),
        "cells": rows / scatter(blocks, shares, 1 / shares) / few,
        "ordered": rows / scatter(blocks.cumsum(axis=1)[:, :-1], ordered, np.ones(3)) / few,
        # The share of the first category, with its jackknife over blocks.
        "share": shares[0],
        "jackknifeError": np.sqrt(
            (count - 1)
            / count
            * sum(((blocks[:, 0].sum() - b[0]) / (rows - b.sum()) - shares[0]) ** 2 for b in blocks)
        ),
    }


def main():
    tails = [1e-6, 0.1, 0.5, 0.9, 0.999, 1.0, 1.001, 1.36, 2.0, 3.0, 6.0]
    written = {
        "madeWith": {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__},
        "chiSquare": [
            [x * df, df, stats.chi2.sf(x * df, df)]
            for df in (1, 2, 7, 19, 228, 3_000)
            for x in (0, 0.01, 0.5, 1.0, 1.2, 3.0)
        ]
        + [[900.0, 3, stats.chi2.sf(900.0, 3)]],
        "kolmogorov": [[x, special.kolmogorov(x)] for x in tails],
        "numbers": [
            {"name": name, "edges": e, "reference": r, "window": w, "expected": numbers(e, r, w)}
            for name, (e, r, w) in number_cases().items()
        ],
        "categories": [
            {"name": name, "reference": r, "window": w, "expected": two_samples(r, w)}
            for name, (r, w) in category_cases().items()
        ],
        "scored": [scored(4_000, 1, 0), scored(4_000, 0.7, 0.4), scored(4_000, -0.5, -1)],
        "clustered": clustered(),
    }
    path = Path(__file__).with_name("drift-reference.json")
    path.write_text(json.dumps(written, default=lambda number: number.item()) + "\n")


main()
