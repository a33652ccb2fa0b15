"""JPEGs read smaller by Pillow's `draft`, which is libjpeg's scaled decoding, for test/worker/pipeline/decode/shrunk-jpeg.test.ts.

    python3 test/oracle/shrunk_jpegs.py test/goldens/preprocess

Writes `shrunk/<kind>.jpg` and, read at a half, a quarter and an eighth, `shrunk/<kind>.<2, 4 or 8>.png`; and a part of landscape.png that
begins and ends within pixels, resized: `shrunk/part.<filter>.png`. Sides are no multiples of 8. Needs Pillow 12 and NumPy.
"""

import sys
from pathlib import Path

import numpy
from PIL import Image, ImageDraw

KINDS = {
    "444": {"subsampling": "4:4:4"},
    "422": {"subsampling": "4:2:2"},
    "420": {"subsampling": "4:2:0"},
    "progressive": {"subsampling": "4:2:0", "progressive": True},
    "restarts": {"subsampling": "4:2:0", "restart_marker_blocks": 3},
    "grey": {},
}
FILTERS = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")
# Left, top, right, bottom.
PART = (3.5, 2.25, 60.875, 40.5)


def drawing(width, height):
    y, x = numpy.mgrid[0:height, 0:width]
    waves = [127 + 120 * numpy.sin(x * y / 150), 255 * x / width, 127 + 100 * numpy.cos(x / 3 + y / 5)]
    image = Image.fromarray(numpy.stack(waves, axis=2).round().astype(numpy.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    draw.ellipse((10, 12, 60, 50), fill=(250, 240, 10))
    draw.rectangle((70, 30, 110, 70), fill=(10, 20, 200))
    draw.line((0, height - 1, width - 1, 0), fill=(255, 255, 255))
    return image


def main(folder):
    output = folder / "shrunk"
    output.mkdir(exist_ok=True)
    picture = drawing(123, 85)
    for kind, options in KINDS.items():
        file = output / f"{kind}.jpg"
        (picture.convert("L") if kind == "grey" else picture).save(file, quality=90, **options)
        for shrink in (2, 4, 8):
            with Image.open(file) as image:
                image.draft(None, (image.width // shrink, image.height // shrink))
                assert image.size == (-(-123 // shrink), -(-85 // shrink)), image.size
                # libvips leaves out the last column or row, which covers less of the picture than the others.
                image = image.crop((0, 0, 123 // shrink, 85 // shrink))
                image.save(output / f"{kind}.{shrink}.png", optimize=True)
    left, top, right, bottom = PART
    touched = (int(left), int(top), int(numpy.ceil(right)), int(numpy.ceil(bottom)))
    part = Image.open(folder / "landscape.png").convert("RGB").crop(touched)
    box = (left - touched[0], top - touched[1], right - touched[0], bottom - touched[1])
    for name in FILTERS:
        resized = part.resize((20, 13), Image.Resampling[name.upper()], box=box)
        resized.save(output / f"part.{name}.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
