"""What cleanlab (PyPI, 2.9.0) suspects of the labels that `npm run gaps:labels -- --write FOLDER` has made wrong.

    python3 suspected_labels.py compare FOLDER/drawn
    python3 suspected_labels.py digits FOLDER    # scores of scikit-learn's digits, for `npm run gaps:labels -- FOLDER/*.json`

cleanlab gets the five scores that a record lists; what they leave of 1 is shared evenly among the other classes.
"""

import glob
import json
import logging
import os
import sys
import warnings

import numpy as np

RULES = ("prune_by_noise_rate", "prune_by_class", "both", "confident_learning", "predicted_neq_given", "low_normalized_margin", "low_self_confidence")


def read(path):
    with open(path) as file:
        made = json.load(file)
    n, k, top = len(made["labels"]), made["classes"], made["topCount"]
    classes = np.array(made["topClass"]).reshape(n, top)
    scores = np.array([np.nan if s is None else s for s in made["topScore"]], float).reshape(n, top)
    known = classes >= 0
    rest = np.clip(1 - np.where(known, scores, 0).sum(1), 1e-9, None) / np.maximum(k - known.sum(1), 1)
    full = np.repeat(rest[:, None], k, 1)
    for i in range(top):
        rows = np.where(known[:, i])[0]
        full[rows, classes[rows, i]] = scores[rows, i]
    full = np.clip(full, 1e-9, 1)
    full /= full.sum(1, keepdims=True)
    labels = np.array(made["labels"])
    wrong = np.zeros(n, bool)
    wrong[made["wrong"]] = True
    chance = np.zeros(n)
    for row, value in made["chances"]:
        chance[row] = value
    return made["share"], labels, full, wrong, chance


def compare(folder):
    from cleanlab.filter import find_label_issues

    logging.disable(logging.ERROR)
    warnings.simplefilter("ignore")
    counts = {}
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        share, labels, full, wrong, chance = read(path)
        # Only classes that are labels: cleanlab wants every class to have images.
        used, own = np.unique(labels, return_inverse=True)
        scores = full[:, used] / full[:, used].sum(1, keepdims=True)
        found = {"Gradline": chance > 0}
        for rule in RULES:
            found[f"cleanlab, {rule}"] = find_label_issues(own, scores, filter_by=rule, n_jobs=1)
        mistakes = scores.argmax(1) != own
        for name, rows in found.items():
            count = counts.setdefault((share, name), np.zeros(4))
            count += [rows.sum(), (rows & wrong).sum(), wrong.sum(), mistakes.sum()]
    for (share, name), (rows, hits, wrong, mistakes) in sorted(counts.items()):
        precision, recall = hits / max(rows, 1), hits / max(wrong, 1)
        print(f"{100 * share:4.0f}%  {name:34s} suspected {rows:6.0f} = {100 * rows / mistakes:6.2f}% of mistakes  precision {precision:.2f}  recall {recall:.2f}")


def digits(folder):
    from sklearn.datasets import load_digits
    from sklearn.linear_model import LogisticRegression
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neural_network import MLPClassifier

    images, labels = load_digits(return_X_y=True)
    order = np.random.default_rng(1).permutation(len(labels))
    images, labels = images[order] / 16, labels[order]
    os.makedirs(folder, exist_ok=True)
    for name, model, training in (
        ("network", MLPClassifier((64,), max_iter=120, random_state=0), 400),
        ("weak-network", MLPClassifier((16,), max_iter=120, random_state=0), 100),
        ("overtrained-network", MLPClassifier((64,), max_iter=1000, alpha=1e-6, random_state=0), 80),
        ("logistic-regression", LogisticRegression(max_iter=300), 200),
        ("naive-bayes", GaussianNB(), 400),
    ):
        model.fit(images[:training], labels[:training])
        scores = model.predict_proba(images[training:])
        classes = np.argsort(-scores, 1, kind="stable")[:, :5]
        top = [{"classes": own.tolist(), "scores": scores[i, own].tolist()} for i, own in enumerate(classes)]
        with open(os.path.join(folder, f"digits-{name}.json"), "w") as file:
            json.dump({"labels": labels[training:].tolist(), "top": top}, file)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    {"compare": compare, "digits": digits}[sys.argv[1]](sys.argv[2])
