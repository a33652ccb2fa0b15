"""PlaneSpot (Plumb et al. 2023, Towards a more rigorous science of blindspot discovery in image classification models, section 5)."""

import numpy as np
from sklearn.manifold import TSNE
from sklearn.mixture import GaussianMixture


def find_slices(run, weight=0.025, fewest=10, most=32, slices=10, seed=0):
    """
    Penultimate features in the plane, each axis scaled to 0 to 1, and the weighted probability of the true class; a Gaussian mixture with as many components as
    the Bayesian information criterion wants; slices in the order of the number of errors times the error rate. The weight and the numbers of components
    are those of the authors' PlaneSpotSlicer. The plane is scikit-learn's t-SNE, begun by principal components; the paper takes scvis, a network
    that is trained for t-SNE's aim.
    @return: slices of row indices, the most probable first
    """
    plane = TSNE(2, init="pca", random_state=seed).fit_transform(run.features).astype(np.float64)
    plane -= plane.min(0)
    plane /= plane.max(0)
    right = run.scores[np.arange(len(run.labels)), run.labels]
    points = np.column_stack([plane, weight * right])
    mixtures = [GaussianMixture(n, covariance_type="full", random_state=seed).fit(points) for n in range(fewest, most + 1)]
    best = min(mixtures, key=lambda mixture: mixture.bic(points))
    home = best.predict(points)
    shares = best.predict_proba(points)
    members = [np.flatnonzero(home == c) for c in range(best.n_components)]
    urgency = [len(rows) * np.mean(1 - right[rows]) ** 2 if len(rows) else 0 for rows in members]
    order = np.argsort(-np.array(urgency), kind="stable")[:slices]
    far = np.linalg.norm(points[:, None] - best.means_[None], axis=2)
    return [sorted(members[c], key=lambda i: (-shares[i, c], far[i, c])) for c in order]
