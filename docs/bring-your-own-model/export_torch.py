"""Trains a small PyTorch network and exports it: python export_torch.py FOLDER

Writes moons.onnx, and moons.json to verify it with. The data are made up: points of two half-moons, one inside of the other.
"""

import json
import math
import sys
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(7)


def points(count):
    inner = torch.arange(count) % 2 == 1
    angle = math.pi * torch.rand(count)
    x = torch.where(inner, 1 - angle.cos(), angle.cos())
    y = torch.where(inner, 0.5 - angle.sin(), angle.sin())
    return torch.stack([x, y], dim=1) + 0.1 * torch.randn(count, 2), inner.long()


def train():
    network = nn.Sequential(
        nn.Linear(2, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Linear(32, 2), nn.Softmax(dim=1)
    )
    optimiser = torch.optim.Adam(network.parameters(), lr=0.01)
    where, which = points(2000)
    for _ in range(200):
        optimiser.zero_grad()
        nn.functional.nll_loss(network(where).log(), which).backward()
        optimiser.step()
    return network.eval()  # dropout and batch normalisation as they are when serving


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    network = train()
    rows, _ = points(20)
    torch.onnx.export(
        network,
        (rows,),
        folder / "moons.onnx",
        input_names=["point"],
        output_names=["probabilities"],
        dynamic_shapes=({0: "batch"},),  # else it takes batches of 20 and nothing else
        external_data=False,  # else larger weights go to a second file
    )
    golden = [
        {"inputs": {"point": point}, "outputs": {"probabilities": probabilities}}
        for point, probabilities in zip(rows.tolist(), network(rows).tolist())
    ]
    (folder / "moons.json").write_text(json.dumps(golden, indent=1))
