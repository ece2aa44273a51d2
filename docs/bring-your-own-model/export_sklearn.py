"""Trains a scikit-learn pipeline on numeric and string columns and exports it: python export_sklearn.py FOLDER

Writes churn.onnx, and rows.json to verify it with. The data are made up: which customers of a telephone company leave.
"""

import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
from skl2onnx import to_onnx
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

NUMBERS = ["months", "monthly_fee"]
STRINGS = ["plan", "country"]


def customers(count=4000, seed=7):
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "months": random.integers(1, 72, count),
            "monthly_fee": random.gamma(4.0, 7.0, count).round(2),
            "plan": random.choice(["basic", "plus", "premium"], count),
            "country": random.choice(["PL", "IT", "SE", "PT"], count),
        }
    ).astype({name: np.float32 for name in NUMBERS})  # ONNX computes in 32 bits
    leaning = 0.05 * frame.monthly_fee - 0.06 * frame.months + (frame.plan == "basic") - (frame.country == "SE")
    left = random.random(count) < 1 / (1 + np.exp(-leaning))
    return frame, np.where(left, "leaves", "stays")


def train():
    """The fitted pipeline, and the rows that it has not seen."""
    frame, target = customers()
    known, unknown, known_target, _ = train_test_split(frame, target, test_size=0.25, random_state=7)
    columns = ColumnTransformer(
        [("numbers", StandardScaler(), NUMBERS), ("strings", OneHotEncoder(handle_unknown="ignore"), STRINGS)]
    )
    pipeline = Pipeline([("columns", columns), ("model", LogisticRegression())]).fit(known, known_target)
    return pipeline, unknown


def golden_rows(pipeline, rows):
    """Rows with scikit-learn's own answers: what is imported must give the same."""
    answers = zip(pipeline.predict(rows), pipeline.predict_proba(rows).tolist())
    return [
        {"inputs": inputs, "outputs": {"label": label, "probabilities": probabilities}}
        for inputs, (label, probabilities) in zip(rows.to_dict("records"), answers)
    ]


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    pipeline, rows = train()
    # Without this option the probabilities are a list of dictionaries (a ZipMap), and no tensor.
    model = to_onnx(pipeline, rows[:1], options={"zipmap": False})
    (folder / "churn.onnx").write_bytes(model.SerializeToString())
    (folder / "rows.json").write_text(json.dumps(golden_rows(pipeline, rows[:20]), indent=1))
