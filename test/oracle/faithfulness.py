"""Reference numbers of faithfulness, each from its definition in float64: `python3 test/oracle/faithfulness.py <thin goldens> <methods> <file>`.

The network, its pictures and its maps are those of the thin goldens and of the methods' references.
"""

import base64
import json
import math
import sys
from pathlib import Path

import numpy as np
import torch
from cases import NETWORKS
from generate import network
from images import images, words

NETWORK, LAYERS = "resnet34", ["layer4", "layer1"]
STEPS = 16
REMOVED = [0.1, 0.3, 0.5, 0.7, 0.9]
NOISE, NOISE_SEED = 0.01, 0x40AD


def enlarged(grid, side):
    """Bilinear between cell centres; beyond the outermost ones the border cell counts."""
    cells = len(grid)
    place = np.clip((np.arange(side) + 0.5) * cells / side - 0.5, 0, cells - 1)
    low = np.floor(place).astype(int)
    high, share = np.minimum(low + 1, cells - 1), place - low
    rows = grid[low] * (1 - share)[:, None] + grid[high] * share[:, None]
    return rows[:, low] * (1 - share) + rows[:, high] * share


def blurred(picture, side):
    """A Gaussian of 5 pixels of 224, cut off at one deviation; what lies outside does not count."""
    deviation = 5 / 224 * side
    radius = max(1, round(deviation))
    places = np.arange(side)
    apart = places[:, None] - places[None, :]
    weights = np.where(abs(apart) <= radius, np.exp(-(apart**2) / (2 * deviation**2)), 0)
    weights /= weights.sum(1, keepdims=True)
    return weights @ picture @ weights.T


def imputed(picture, removed):
    """ROAD's noisy linear imputation: the equations as one dense matrix."""
    side = picture.shape[-1]
    unknown = np.flatnonzero(removed)
    number = {cell: i for i, cell in enumerate(unknown)}
    matrix = np.zeros((len(unknown), len(unknown)))
    right = np.zeros((len(unknown), len(picture)))
    flat = picture.reshape(len(picture), -1)
    for i, cell in enumerate(unknown):
        y, x = divmod(cell, side)
        for down in (-1, 0, 1):
            for across in (-1, 0, 1):
                inside = 0 <= y + down < side and 0 <= x + across < side
                if (down, across) == (0, 0) or not inside:
                    continue
                weight = 1 / 6 if down == 0 or across == 0 else 1 / 12
                matrix[i, i] += weight
                other = (y + down) * side + x + across
                if removed[other]:
                    matrix[i, number[other]] -= weight
                else:
                    right[i] += weight * flat[:, other]
    filled = flat.copy()
    uniform = (words(NOISE_SEED, 2 * flat.size).astype("float64") + 0.5) / 2**32
    normal = np.sqrt(-2 * np.log(uniform[0::2])) * np.cos(2 * math.pi * uniform[1::2])
    noise = NOISE * (flat.max() - flat.min()) * normal.reshape(flat.shape)
    filled[:, unknown] = np.linalg.solve(matrix, right).T + noise[:, unknown]
    return filled.reshape(picture.shape)


def area(curve):
    return (sum(curve) - (curve[0] + curve[-1]) / 2) / (len(curve) - 1)


def faithfulness(score, picture, grid):
    side = picture.shape[-1]
    large = enlarged(grid, side).astype("float32").ravel()
    order = np.argsort(-large, kind="stable")

    def mixed(start, end, count):
        result = start.copy().reshape(len(start), -1)
        result[:, order[:count]] = end.reshape(len(end), -1)[:, order[:count]]
        return result.reshape(start.shape)

    counts = [math.floor(step * len(order) / STEPS + 0.5) for step in range(STEPS + 1)]
    empty, blur = np.zeros_like(picture), blurred(picture, side)
    whole = score(picture)
    share = np.clip(large, 0, None).reshape(side, side) / large.max()
    masked = score(picture * share)

    def without(pixels, part):
        removed = np.zeros(len(order), bool)
        removed[pixels[: math.floor(part * len(order) + 0.5)]] = True
        return score(imputed(picture, removed))

    return {
        "deletion": area([score(mixed(picture, empty, count)) for count in counts]),
        "insertion": area([score(mixed(blur, picture, count)) for count in counts]),
        "drop": max(0, whole - masked) / whole,
        "increase": bool(masked > whole),
        "mostImportantFirst": float(np.mean([without(order, part) for part in REMOVED])),
        "leastImportantFirst": float(np.mean([without(order[::-1], part) for part in REMOVED])),
    }


def main():
    thin, methods, file = map(Path, sys.argv[1:4])
    number, case = next((i, case) for i, case in enumerate(NETWORKS) if case.name == NETWORK)
    seed = 1000 * (number + 1)
    torch.manual_seed(seed)
    model = network(case, False, seed, case.size).double()
    given = json.loads((thin / NETWORK / "golden.json").read_text())["input"]
    pictures = images(given["seed"], given["count"], 3, given["height"], given["width"]).double()
    predicted = int(model(pictures)[0].argmax())
    picture = pictures[0].numpy()

    def score(changed):
        with torch.no_grad():
            return float(model(torch.from_numpy(changed[None])).softmax(1)[0, predicted])

    maps = json.loads((methods / f"{NETWORK}.json").read_text())["maps"]["grad-cam"]
    found = {}
    for layer in LAYERS:
        values = np.frombuffer(base64.b64decode(maps[layer]), "<f4").reshape(len(pictures), -1)[0]
        grid = values.reshape(math.isqrt(len(values)), -1).astype("float64")
        found[layer] = faithfulness(score, picture, grid)
    record = {"network": NETWORK, "class": predicted, "score": score(picture), "layers": found}
    file.write_text(json.dumps(record, indent=1) + "\n")


if __name__ == "__main__":
    main()
