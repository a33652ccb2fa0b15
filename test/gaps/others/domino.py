"""Domino's error-aware mixture (Eyuboglu et al. 2022, Domino: discovering systematic errors with cross-modal embeddings, section 4.2)."""

import numpy as np
from scipy.special import logsumexp, softmax
from sklearn.decomposition import PCA

EPSILON = np.finfo(np.float64).eps


def find_slices(run, weight=10.0, components=25, dimensions=128, slices=10, steps=100, noise=1e-3, seed=0):
    """
    A mixture over embeddings, labels and predicted probabilities, by expectation and maximisation. Defaults are the DominoSlicer's (package domino 0.1.5),
    but ten slices, the paper's weight of 10 for both classes' likelihoods, and at least one component for each cell of the confusion matrix, as its
    initialisation wants. Embeddings are the network's penultimate features; the paper takes CLIP's.
    @return: slices of row indices, the most probable first
    """
    count, classes = run.scores.shape
    points = PCA(min(dimensions, count, run.features.shape[1]), random_state=seed).fit_transform(run.features)
    truth = np.eye(classes)[run.labels]
    shares = started(truth, run.scores, max(components, classes**2), noise, np.random.RandomState(seed))
    before = -np.inf
    for _ in range(steps):
        model = maximised(points, truth, run.scores, shares)
        logs = log_likelihoods(points, truth, run.scores, model, weight)
        bound = logsumexp(logs, axis=1).mean()
        shares = softmax(logs, axis=1)
        if abs(bound - before) < 1e-3:
            break
        before = bound
    gap = (model["answers"] - model["truth"]).max(1)
    home = shares.argmax(1)
    order = np.argsort(-np.abs(gap), kind="stable")[:slices]
    # Most shares round to 1: among equals the likelihood decides.
    return [sorted(np.flatnonzero(home == c), key=lambda i: (-shares[i, c], -logs[i, c])) for c in order]


def started(truth, answers, components, noise, random):
    """Each component begins with one cell of the confusion matrix."""
    cells = (truth[:, :, None] * answers[:, None, :]).reshape(len(truth), -1)
    shares = np.tile(cells, (1, -(-components // cells.shape[1])))[:, :components]
    shares = shares / shares.sum(1, keepdims=True)
    shares += random.random_sample(shares.shape) * noise
    return shares / shares.sum(1, keepdims=True)


def maximised(points, truth, answers, shares):
    sizes = shares.sum(0) + 10 * EPSILON
    means = shares.T @ points / sizes[:, None]
    variances = shares.T @ points**2 / sizes[:, None] - means**2 + 1e-6
    return {
        "share": sizes / len(points),
        "means": means,
        "variances": np.maximum(variances, 1e-6),
        "truth": shares.T @ truth / sizes[:, None],
        "answers": shares.T @ answers / sizes[:, None],
    }


def log_likelihoods(points, truth, answers, model, weight):
    """[n, components]; Gaussians with diagonal covariances."""
    precisions = 1 / model["variances"]
    squares = (
        points**2 @ precisions.T
        - 2 * points @ (model["means"] * precisions).T
        + (model["means"] ** 2 * precisions).sum(1)
    )
    gaussians = -0.5 * (points.shape[1] * np.log(2 * np.pi) + squares - np.log(precisions).sum(1))
    classes = np.log(truth @ model["truth"].T + EPSILON) + np.log(answers @ model["answers"].T + EPSILON)
    return gaussians + weight * classes + np.log(model["share"])
