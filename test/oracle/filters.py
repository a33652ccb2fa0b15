"""Small pictures resized by Pillow's filters, and by OpenCV's, for test/worker/pipeline/decode/filters.test.ts.

    python3 test/oracle/filters.py test/goldens/preprocess

Writes `filters/landscape.<filter>.<height>x<width>.<library>.png`. The library is `pillow12` or `pillow13`, as Pillow is installed (13 changed
the order of the passes), and `opencv` where that is installed: run it with both.
"""

import sys
from pathlib import Path

import numpy
import PIL
from PIL import Image

FILTERS = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")
SIZES = ((28, 28), (20, 70), (90, 15), (12, 61))


def main(folder):
    output = folder / "filters"
    output.mkdir(exist_ok=True)
    picture = Image.open(folder / "landscape.png").convert("RGB")
    library = "pillow12" if int(PIL.__version__.split(".")[0]) < 13 else "pillow13"
    for height, width in SIZES:
        for name in FILTERS:
            resized = picture.resize((width, height), Image.Resampling[name.upper()])
            resized.save(output / f"landscape.{name}.{height}x{width}.{library}.png", optimize=True)
    try:
        import cv2
    except ImportError:
        return
    flags = {"bilinear": cv2.INTER_LINEAR, "bicubic": cv2.INTER_CUBIC, "area": cv2.INTER_AREA}
    for height, width in SIZES:
        for name, flag in flags.items():
            resized = cv2.resize(numpy.asarray(picture), (width, height), interpolation=flag)
            Image.fromarray(resized).save(output / f"landscape.{name}.{height}x{width}.opencv.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
