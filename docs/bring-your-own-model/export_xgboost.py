"""Trains gradient-boosted trees and exports them: python export_xgboost.py FOLDER

Writes price.onnx, and price.json to verify it with. The data are made up: what a flat costs.
"""

import json
import sys
from pathlib import Path

import numpy as np
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from xgboost import XGBRegressor

folder = Path(sys.argv[1])
random = np.random.default_rng(7)
flats = random.uniform([20, 1, 0], [200, 6, 30], (4000, 3)).astype(np.float32)  # square metres, rooms, km to the centre
price = 5000 * flats[:, 0] * np.exp(-flats[:, 2] / 20) + 20_000 * flats[:, 1]
model = XGBRegressor(n_estimators=60, max_depth=4).fit(flats, price)

exported = convert_xgboost(model, initial_types=[("flat", FloatTensorType([None, 3]))])
(folder / "price.onnx").write_bytes(exported.SerializeToString())

golden = [
    {"inputs": {"flat": flat}, "outputs": {"variable": cost}}
    for flat, cost in zip(flats[:20].tolist(), model.predict(flats[:20]).tolist())
]
(folder / "price.json").write_text(json.dumps(golden, indent=1))
