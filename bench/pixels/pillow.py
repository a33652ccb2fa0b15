"""Pillow's side of bench/pixels/pillow.ts: resizes the photos of a folder once for each line that it is sent, and answers with what that took.

Needs Pillow alone. Answers are CPU milliseconds a photo; the first line is Pillow's version.
"""

import sys
import time
from pathlib import Path

import PIL
from PIL import Image, ImageOps

SIDE = 256

folder, count = Path(sys.argv[1]), int(sys.argv[2])
photos = []
for path in sorted(folder.iterdir())[:count]:
    image = Image.open(path)
    # Grey photos stay grey in Gradline, and are not compared.
    if image.mode == "RGB":
        photos.append(ImageOps.exif_transpose(image).copy())


def resized(image):
    w, h = image.size
    size = (SIDE, int(SIDE * h / w)) if w <= h else (int(SIDE * w / h), SIDE)
    return image.resize(size, Image.BILINEAR)


print(PIL.__version__, flush=True)
for _ in sys.stdin:
    start = time.thread_time()
    for photo in photos:
        resized(photo)
    print((time.thread_time() - start) * 1000 / len(photos), flush=True)
