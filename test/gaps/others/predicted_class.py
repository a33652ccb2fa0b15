"""No method at all: the mistakes of each predicted class."""

import numpy as np

from ordering import by_errors


def find_slices(run, slices=10):
    """
    All mistakes that were taken for one class are one slice.
    @return: slices of row indices, the surest first
    """
    sure = run.scores[np.arange(len(run.predicted)), run.predicted]
    found = []
    for answer in np.unique(run.predicted[run.mistaken]):
        rows = np.flatnonzero(run.mistaken & (run.predicted == answer))
        found.append(rows[np.argsort(-sure[rows], kind="stable")])
    return by_errors(run, found)[:slices]
