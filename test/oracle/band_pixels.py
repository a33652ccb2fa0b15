"""Bands resized by Pillow as pictures of mode F, which keep their fractions. Writes test/goldens/preprocess/bands.json.

    python3 test/oracle/band_pixels.py test/goldens/preprocess/bands.json
"""

import json
import sys

import numpy as np
import PIL
from PIL import Image

HEIGHT, WIDTH, BANDS = 9, 11, 4


def picture():
    y, x, band = np.meshgrid(range(HEIGHT), range(WIDTH), range(BANDS), indexing="ij")
    return ((x * 7 + y * 13 + band * 5) % 23 - 3.5).astype(np.float32)


def resized(size, filter):
    bands = [Image.fromarray(picture()[:, :, band]).resize(size, filter) for band in range(BANDS)]
    return np.stack([np.asarray(band) for band in bands], axis=-1)


cases = []
for name in ("bilinear", "bicubic", "lanczos", "box", "hamming", "nearest"):
    for size in ((4, 5), (15, 6)):
        values = resized(size, getattr(Image.Resampling, name.upper()))
        cases.append({"filter": name, "width": size[0], "height": size[1], "values": [float(f"{v:.7g}") for v in values.ravel()]})
with open(sys.argv[1], "w") as file:
    json.dump({"pillow": PIL.__version__, "cases": cases}, file)
    file.write("\n")
