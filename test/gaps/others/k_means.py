"""k-means of penultimate features."""

import numpy as np
from sklearn.cluster import KMeans

from ordering import by_errors


def of_mistakes(run, slices=10, seed=0):
    """
    Ten clusters of all mistakes, the largest first.
    @return: slices of row indices, nearest to the centre first
    """
    return by_errors(run, clusters(run, np.flatnonzero(run.mistaken), slices, seed))


def of_predicted(run, each=5, slices=10, seed=0):
    """
    Five clusters of the mistakes of each predicted class; of all these the ten largest.
    @return: slices of row indices, nearest to the centre first
    """
    found = []
    for answer in np.unique(run.predicted):
        found += clusters(run, np.flatnonzero(run.mistaken & (run.predicted == answer)), each, seed)
    return by_errors(run, found)[:slices]


def clusters(run, rows, count, seed):
    count = min(count, len(rows))
    if count == 0:
        return []
    kmeans = KMeans(count, n_init=10, random_state=seed).fit(run.features[rows])
    far = np.linalg.norm(run.features[rows] - kmeans.cluster_centers_[kmeans.labels_], axis=1)
    order = np.argsort(far, kind="stable")
    return [rows[order[kmeans.labels_[order] == c]] for c in range(count)]
