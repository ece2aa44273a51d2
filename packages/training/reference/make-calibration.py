"""Writes calibration.json: slope and intercept that scikit-learn's unpenalised logistic regression fits on small sets of logits.

Needs scikit-learn and NumPy. The stored file was made with scikit-learn 1.9.1, NumPy 2.4.6 and Python 3.11. Run
`python make-calibration.py`, then `npx biome format --write calibration.json`: it is seeded, so that the same file comes out
again.
"""

import json
from pathlib import Path

import numpy as np
import sklearn
from sklearn.linear_model import LogisticRegression


def fit(logits, labels):
    # C = inf is no penalty; 1e-12 leaves nothing to the optimiser's patience.
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-12, max_iter=1_000)
    model.fit(logits.reshape(-1, 1), labels)
    return {"slope": model.coef_[0, 0], "intercept": model.intercept_[0]}


def case(random, name, rows, slope, intercept, spread):
    logits = np.round(random.normal(-1.5, spread, rows), 3)
    labels = (random.random(rows) < 1 / (1 + np.exp(-(slope * logits + intercept)))).astype(int)
    return {
        "name": name,
        "logits": logits.tolist(),
        "labels": labels.tolist(),
        "expected": fit(logits, labels),
    }


def main():
    random = np.random.default_rng(1999)
    written = {
        "madeWith": {"scikit-learn": sklearn.__version__, "numpy": np.__version__},
        "cases": [
            case(random, "calibrated already", 300, 1.0, 0.0, 1.2),
            case(random, "too sure", 300, 0.4, 0.2, 2.0),
            case(random, "too shy and shifted", 200, 2.5, 1.5, 0.6),
            case(random, "the wrong way round", 200, -0.8, -1.0, 1.0),
            case(random, "far from the start", 200, 0.02, -1.5, 30.0),
        ],
    }
    path = Path(__file__).with_name("calibration.json")
    path.write_text(json.dumps(written, default=lambda number: number.item()) + "\n")


main()
