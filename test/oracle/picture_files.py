"""Bitmaps, Netpbm pictures and TIFF in L*a*b* of every kind that Pillow reads, with its pixels, for test/worker/pipeline/decode.

    python3 test/oracle/picture_files.py test/goldens/preprocess/formats

Needs Pillow and numpy. Most kinds Pillow reads but does not write, so they are put together here.
"""

import io
import struct
import sys
from pathlib import Path

import numpy
from PIL import Image

WIDTH, HEIGHT = 24, 16


def colours():
    y, x = numpy.mgrid[0:HEIGHT, 0:WIDTH]
    return numpy.stack([x * 11 % 256, y * 17 % 256, (x + y) * 7 % 256], 2).astype(numpy.uint8)


def bitmap(rows, bits, compression=0, masks=b"", palette=b"", height=HEIGHT, header_bytes=40):
    """Rows are given top first; `height` below 0 stores them so."""
    stored = rows if height < 0 else rows[::-1]
    body = b"".join(row + b"\0" * (-len(row) % 4) for row in stored) if compression in (0, 3) else b"".join(stored)
    header = struct.pack(
        "<IiiHHIIiiII", header_bytes, WIDTH, height, 1, bits, compression, len(body), 0, 0, len(palette) // 4, 0
    )
    header += masks.ljust(header_bytes - 40, b"\0") if header_bytes > 40 else masks
    start = 14 + len(header) + len(palette)
    return b"BM" + struct.pack("<IHHI", start + len(body), 0, 0, start) + header + palette + body


def old_bitmap(rows):
    """The header of OS/2 1.x."""
    body = b"".join(row + b"\0" * (-len(row) % 4) for row in rows[::-1])
    return b"BM" + struct.pack("<IHHI", 26 + len(body), 0, 0, 26) + struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, 24) + body


def run_lengths8(row):
    packed, x = b"", 0
    while x < WIDTH:
        count = 1
        while x + count < WIDTH and row[x + count] == row[x]:
            count += 1
        packed += bytes([count, row[x]])
        x += count
    return packed + b"\0\0"


def literal8(row):
    """Half of the row one by one, a jump over two samples, and the rest as a run of one value."""
    half = WIDTH // 2 + 1
    return bytes([0, half, *row[:half], 0]) + bytes([0, 2, 2, 0]) + bytes([WIDTH - half - 2, row[half]]) + b"\0\0"


def run_lengths4(row):
    return b"".join(bytes([2, row[x] << 4 | row[x + 1]]) for x in range(0, WIDTH, 2)) + b"\0\0"


def bitmaps():
    pixels = colours()
    bgr = pixels[:, :, ::-1]
    bgrx = numpy.concatenate([bgr, numpy.full((HEIGHT, WIDTH, 1), 7, numpy.uint8)], 2)
    five = pixels.astype(int) >> 3
    rows24 = [row.tobytes() for row in bgr]
    rows32 = [row.tobytes() for row in bgrx]
    palette_image = Image.fromarray(pixels).quantize(16)
    indices = numpy.asarray(palette_image).tolist()
    entries = numpy.array(palette_image.getpalette()[:48]).reshape(16, 3).tolist()
    palette = b"".join(bytes([b, g, r, 0]) for r, g, b in entries)
    rows4 = [bytes(row[x] << 4 | row[x + 1] for x in range(0, WIDTH, 2)) for row in indices]
    word = lambda values: [row.astype("<u2").tobytes() for row in values]
    rgb565 = five[:, :, 0] << 11 | (pixels[:, :, 1].astype(int) >> 2) << 5 | five[:, :, 2]
    saved = {}
    for name, mode in (("bmp-rgb", "RGB"), ("bmp-grey", "L"), ("bmp-bilevel", "1")):
        buffer = io.BytesIO()
        Image.fromarray(pixels).convert(mode).save(buffer, "BMP")
        saved[f"{name}.bmp"] = buffer.getvalue()
    return saved | {
        "bmp-top-down.bmp": bitmap(rows24, 24, height=-HEIGHT),
        "bmp-32.bmp": bitmap(rows32, 32),
        "bmp-bit-fields.bmp": bitmap(rows32, 32, 3, struct.pack("<III", 0xFF0000, 0xFF00, 0xFF)),
        "bmp-555.bmp": bitmap(word(five[:, :, 0] << 10 | five[:, :, 1] << 5 | five[:, :, 2]), 16),
        "bmp-565.bmp": bitmap(word(rgb565), 16, 3, struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
        "bmp-palette4.bmp": bitmap(rows4, 4, palette=palette),
        "bmp-rle8.bmp": bitmap([run_lengths8(row) for row in indices[:-1]] + [literal8(indices[-1])], 8, 1, palette=palette),
        "bmp-rle4.bmp": bitmap([run_lengths4(row) for row in indices], 4, 2, palette=palette),
        "bmp-os2.bmp": old_bitmap(rows24),
        "bmp-v5.bmp": bitmap(rows32, 32, 3, struct.pack("<IIII", 0xFF0000, 0xFF00, 0xFF, 0xFF000000), header_bytes=124),
    }


def netpbm():
    pixels = colours()
    grey = pixels[:, :, 0]
    deep = pixels.astype(int) * 257
    text = lambda values: b"\n".join(b" ".join(str(v).encode() for v in row) for row in values.reshape(HEIGHT, -1).tolist())
    size = b"%d %d" % (WIDTH, HEIGHT)
    dark = grey < 128
    return {
        "ppm.ppm": b"P6\n# drawn\n" + size + b"\n255\n" + pixels.tobytes(),
        "pgm.pgm": b"P5 " + size + b" 255\n" + grey.tobytes(),
        "pgm-100.pgm": b"P5 " + size + b" 100\n" + (grey.astype(int) * 100 // 255).astype(numpy.uint8).tobytes(),
        "pbm.pbm": b"P4\n" + size + b"\n" + numpy.packbits(dark, axis=1).tobytes(),
        "ppm-text.ppm": b"P3\n" + size + b"\n255\n" + text(pixels) + b"\n",
        "pgm-text.pgm": b"P2\n" + size + b" # comment\n255\n" + text(grey) + b"\n",
        "pbm-text.pbm": b"P1\n" + size + b"\n" + b"\n".join(b"".join(b"1" if d else b"0" for d in row) for row in dark) + b"\n",
        "ppm-16.ppm": b"P6\n" + size + b"\n65535\n" + deep.astype(">u2").tobytes(),
    }


def lab():
    saved = {}
    for name, compression in (("lab.tif", None), ("lab-lzw.tif", "tiff_lzw")):
        buffer = io.BytesIO()
        Image.frombytes("LAB", (WIDTH, HEIGHT), colours().tobytes()).save(buffer, "TIFF", compression=compression)
        saved[name] = buffer.getvalue()
    return saved


def main(folder):
    for name, body in (bitmaps() | netpbm() | lab()).items():
        (folder / name).write_bytes(body)
        expected = Image.open(io.BytesIO(body)).convert("RGB")
        expected.save(folder / f"{name}.expected.png", optimize=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
