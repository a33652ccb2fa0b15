#!/usr/bin/env python3
"""What scikit-learn says of 2,000 random binary problems: average precision, AUROC, F1 at a threshold, and the best F1.

    python3 test/oracle/pair_scores.py test/goldens/pair-scores.json

Needs scikit-learn and NumPy. The problems are made by a generator that test/report/pairs/pair-scores.test.ts has, too, so that only the answers are kept.
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.metrics import average_precision_score, f1_score, precision_recall_curve, roc_auc_score

CASES = 2000
LEVELS = [2, 5, 20, 1_000_000]


def numbers(seed):
    """Numerical Recipes' linear congruential generator; its upper 16 bits."""
    state = seed
    while True:
        state = (state * 1664525 + 1013904223) % 2**32
        yield state >> 16


def problem(case):
    draw = numbers(case + 1)
    size = 2 + next(draw) % 60
    levels = LEVELS[next(draw) % 4]
    share = 5 + next(draw) % 90
    wide = lambda: (next(draw) * 65536 + next(draw)) % levels / levels
    scores = [wide() for _ in range(size)]
    truth = [int(next(draw) % 100 < share) for _ in range(size)]
    truth[:2] = [1, 0]
    return np.array(scores), np.array(truth), wide()


def answers(case):
    scores, truth, threshold = problem(case)
    precision, recall, _ = precision_recall_curve(truth, scores)
    total = precision + recall
    best = np.max(np.where(total > 0, 2 * precision * recall / np.where(total > 0, total, 1), 0))
    found = [
        average_precision_score(truth, scores),
        roc_auc_score(truth, scores),
        f1_score(truth, scores >= threshold, zero_division=0),
        best,
    ]
    return [round(float(value), 12) for value in found]


with open(sys.argv[1], "w") as file:
    rows = ",\n".join(json.dumps(answers(case)) for case in range(CASES))
    version = sklearn.__version__
    file.write('{"scikit-learn": "%s", "columns": ["averagePrecision", "auroc", "f1", "bestF1"], "cases": [\n%s\n]}\n' % (version, rows))
