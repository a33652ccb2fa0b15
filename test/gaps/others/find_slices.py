#!/usr/bin/env python3
"""Writes what other methods find in explained sets: `<set>/slices.json`, {method: [[key, ...], ...]}, first slices first. Sets without faults are passed over.

    node dist-tools/test/gaps/run.js --keep /tmp/drawnsets
    python3 test/gaps/others/find_slices.py /tmp/drawnsets
    node dist-tools/test/gaps/run.js --keep /tmp/drawnsets --others

Needs numpy, scipy, scikit-learn, onnx, onnxruntime and Pillow. Run it where the sets were explained: a run names its model by its path.
"""

import argparse
import fnmatch
import json
import os
import pathlib
import time

# The sets are small: threads would only wait for each other.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")

import domino
import k_means
import planespot
import predicted_class
import spray
from explained_run import read_run

METHODS = {
    "Domino": domino.find_slices,
    "PlaneSpot": planespot.find_slices,
    "SpRAy": spray.find_slices,
    "k-means of mistakes": k_means.of_mistakes,
    "k-means by predicted class": k_means.of_predicted,
    "predicted class": predicted_class.find_slices,
}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("sets", type=pathlib.Path, help="folder of sets, each with the output of its run")
    arguments.add_argument("--only", default="*", help="pattern of names, such as development-*")
    arguments.add_argument("--again", nargs="+", choices=list(METHODS), default=[], help="methods to run again where slices.json has them")
    options = arguments.parse_args()
    for folder in sorted(path.parent.parent for path in options.sets.glob("*/output/run.json")):
        if "-clean-" in folder.name or not fnmatch.fnmatch(folder.name, options.only):
            continue
        kept = kept_slices(folder)
        wanted = [name for name in METHODS if name not in kept or name in options.again]
        if not wanted:
            continue
        started = time.time()
        run = read_run(folder / "output")
        found = {name: [[run.keys[i] for i in rows] for rows in METHODS[name](run)] for name in wanted}
        (folder / "slices.json").write_text(json.dumps(kept | found))
        print(f"{folder.name}: {', '.join(f'{name} {len(slices)}' for name, slices in found.items())}; {time.time() - started:.0f} s", flush=True)


def kept_slices(folder):
    """What was found in the same run before."""
    file = folder / "slices.json"
    if not file.exists() or file.stat().st_mtime < (folder / "output" / "run.json").stat().st_mtime:
        return {}
    return json.loads(file.read_text())


if __name__ == "__main__":
    main()
