"""Spectral relevance analysis (SpRAy; Lapuschkin et al. 2019, Unmasking Clever Hans predictors, supplementary note 3)."""

import numpy as np
from scipy.spatial.distance import cdist
from sklearn.cluster import KMeans

from ordering import by_errors


def find_slices(run, side=20, most=10, slices=10, seed=0):
    """
    For each predicted class, spectral clustering of its heatmaps: 20 x 20 cells, a graph of the log n nearest neighbours, its symmetric normalised Laplacian,
    and as many clusters as the largest gap between its eigenvalues says, two at least. Heatmaps are Grad-CAM of the deepest layer; the paper takes layer-wise relevance
    propagation. The paper looks at clusters by eye; here those with most errors times their error rate come first.
    @return: slices of row indices, the most typical first
    """
    found = []
    for answer in np.unique(run.predicted):
        rows = np.flatnonzero(run.predicted == answer)
        if len(rows) < 5:
            continue
        maps = np.stack([resized(heatmap, side) for heatmap in run.heatmaps[rows]]).reshape(len(rows), -1)
        maps /= np.maximum(np.abs(maps).max(1, keepdims=True), 1e-12)
        for members, far in spectral_clusters(maps, most, seed):
            found.append(rows[members[np.argsort(far, kind="stable")]])
    return by_errors(run, found)[:slices]


def resized(heatmap, side):
    """Bilinear, with the corners of the outermost cells' centres kept."""
    height, width = heatmap.shape
    y, x = np.linspace(0, height - 1, side), np.linspace(0, width - 1, side)
    rows = np.stack([np.interp(x, np.arange(width), row) for row in heatmap])
    return np.stack([np.interp(y, np.arange(height), column) for column in rows.T], axis=1)


def spectral_clusters(points, most, seed):
    """@return: (members, distance of each to the cluster's centre) of each cluster"""
    neighbours = max(2, round(np.log(len(points))))
    nearest = np.argsort(cdist(points, points), axis=1)[:, 1 : neighbours + 1]
    graph = np.zeros((len(points), len(points)))
    np.put_along_axis(graph, nearest, 1, axis=1)
    graph = np.maximum(graph, graph.T)
    scale = 1 / np.sqrt(graph.sum(1))
    values, vectors = np.linalg.eigh(np.eye(len(points)) - scale[:, None] * graph * scale[None])
    gaps = np.diff(values[1 : most + 1])
    count = int(np.argmax(gaps)) + 2
    embedded = vectors[:, :count] / np.maximum(np.linalg.norm(vectors[:, :count], axis=1, keepdims=True), 1e-12)
    kmeans = KMeans(count, n_init=10, random_state=seed).fit(embedded)
    far = np.linalg.norm(embedded - kmeans.cluster_centers_[kmeans.labels_], axis=1)
    groups = [np.flatnonzero(kmeans.labels_ == c) for c in range(count)]
    return [(members, far[members]) for members in groups]
