/** The script is the same for every run: what differs is in the files beside it. */
export const fiftyoneLoader = `"""Loads a run of Gradline into FiftyOne.

    pip install fiftyone
    python load_fiftyone.py                    # images where the run found them
    python load_fiftyone.py --images photos    # images below another folder, by their keys
    fiftyone app launch
"""

import argparse
import json
import os
from pathlib import Path

import fiftyone as fo
import numpy as np

FOLDER = Path(__file__).resolve().parent
SIDE = 128
BATCH = 500


def main():
    arguments = argparse.ArgumentParser(description="Loads a run of Gradline into FiftyOne.")
    arguments.add_argument("--images", help="folder of the images (default: where the run found them)")
    arguments.add_argument("--name", help="name of the dataset (default: gradline-<run>)")
    arguments.add_argument("--overwrite", action="store_true", help="replace a dataset of that name")
    given = arguments.parse_args()

    facts = json.loads((FOLDER / "dataset.json").read_text(encoding="utf-8"))
    stacks = {field["field"]: np.load(FOLDER / field["file"], mmap_mode="r") for field in facts["fields"]}

    dataset = fo.Dataset(given.name or facts["name"], persistent=True, overwrite=given.overwrite)
    dataset.info = {"model": facts["model"], "heatmaps": facts["fields"]}
    dataset.default_classes = facts["classes"]
    batch = []
    with open(FOLDER / "samples.jsonl", encoding="utf-8") as lines:
        for row, line in enumerate(lines):
            batch.append(sample_of(json.loads(line), row, stacks, given.images))
            if len(batch) == BATCH:
                dataset.add_samples(batch, progress=False)
                batch = []
    if batch:
        dataset.add_samples(batch, progress=False)
    # Fields that no sample fills would not exist.
    for name, kind in (("clusters", fo.ListField), ("gaps", fo.ListField), ("collect", fo.IntField)):
        if not dataset.has_sample_field(name):
            dataset.add_sample_field(name, kind, **({"subfield": fo.StringField} if kind is fo.ListField else {}))
    dataset.save()
    print(f"{dataset.name}: {len(dataset)} images, {len(stacks)} heatmaps each")


def sample_of(facts, row, stacks, images):
    path = facts["filepath"] if images is None else os.path.abspath(os.path.join(images, facts["key"]))
    sample = fo.Sample(filepath=path, tags=tags_of(facts))
    sample["key"] = facts["key"]
    if "decided" in facts:
        add_pairs(sample, facts)
    else:
        if facts["label"] is not None:
            sample["ground_truth"] = fo.Classification(label=facts["label"])
            sample["correct"] = facts["correct"]
        sample["predictions"] = fo.Classification(label=facts["predicted"], confidence=facts["confidence"])
    sample["top"] = fo.Classifications(
        classifications=[fo.Classification(label=c["label"], confidence=c["confidence"]) for c in facts["top"]]
    )
    sample["margin"] = facts["margin"]
    sample["clusters"] = facts["clusters"]
    sample["gaps"] = facts["gaps"]
    sample["collect"] = facts["collect"]
    for name, stack in stacks.items():
        heatmap = heatmap_of(np.asarray(stack[row]), facts)
        if heatmap is not None:
            sample[name] = heatmap
    return sample


def add_pairs(sample, facts):
    """An image that may have several labels."""
    classes = lambda names: fo.Classifications(classifications=[fo.Classification(label=name) for name in names])
    sample["predictions"] = fo.Classifications(
        classifications=[fo.Classification(label=c["label"], confidence=c["confidence"]) for c in facts["decided"]]
    )
    sample["explained"] = facts["explained"]
    if facts["labels"] is None:
        return
    sample["ground_truth"] = classes(facts["labels"])
    sample["unknown"] = classes(facts["unknown"])
    sample["false_positives"] = classes(facts["false_positives"])
    sample["false_negatives"] = classes(facts["false_negatives"])
    sample["correct"] = facts["correct"]


def tags_of(facts):
    tags = []
    if facts["correct"] is False:
        tags.append("mistake")
    if facts["suspectedLabel"]:
        tags.append("suspected_label")
    return tags


def heatmap_of(cells, facts):
    """The positive part of a map, 0 to 255 of its maximum, over the whole image: FiftyOne stretches a heatmap over all of it,
    and the network may have seen a part only."""
    cells = np.maximum(cells, 0)
    top = float(cells.max())
    if not top > 0:
        return None
    seen, width, height = facts["seen"], facts["width"], facts["height"]
    scale = min(1, SIDE / max(width, height))
    canvas = np.zeros((max(1, round(height * scale)), max(1, round(width * scale))), dtype=np.uint8)
    rows, inside_rows = cells_along(canvas.shape[0], height, seen["top"], seen["height"], cells.shape[0])
    columns, inside_columns = cells_along(canvas.shape[1], width, seen["left"], seen["width"], cells.shape[1])
    scaled = np.round(cells / top * 255).astype(np.uint8)
    canvas[np.ix_(inside_rows, inside_columns)] = scaled[np.ix_(rows, columns)]
    return fo.Heatmap(map=canvas, range=[0, 255])


def cells_along(pixels, length, start, extent, cells):
    """For the pixels of a canvas along one side: which cell lies there, and which pixels have one."""
    places = ((np.arange(pixels) + 0.5) / pixels * length - start) / extent * cells
    inside = np.flatnonzero((places >= 0) & (places < cells))
    return np.floor(places[inside]).astype(int), inside


if __name__ == "__main__":
    main()
`;
