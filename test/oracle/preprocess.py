"""Reference pixels for src/worker/pipeline/decode, by Pillow and torchvision themselves.

    python3 test/oracle/preprocess.py goldens test/goldens/preprocess
    python3 test/oracle/preprocess.py photos <folder of photos> <output folder>

`goldens` draws small pictures and writes them with what each recipe makes of them; the tests read those files and need no Python.
`photos` writes `<name>.<recipe>.rgb` (raw bytes) for every photo; bench/pillow-agreement.ts compares them with ours.
Needs Debian's python3-pil, python3-numpy, python3-torch and python3-torchvision.
"""

import io
import json
import struct
import sys
import zlib
from pathlib import Path

import numpy
from PIL import Image, ImageCms, ImageDraw, ImageOps
from torchvision import transforms
from torchvision.transforms import InterpolationMode


def imagenet(image, height=224, width=224):
    side = round(max(height, width) * 256 / 224)
    recipe = transforms.Compose(
        [transforms.Resize(side, InterpolationMode.BILINEAR), transforms.CenterCrop((height, width))]
    )
    return recipe(image)


def fastai(image, height=224, width=224):
    """What fastai's Resize does to a validation image; fastai itself is not in Debian."""
    w, h = image.size
    scale = min(w / width, h / height)
    part_w, part_h = int(scale * width), int(scale * height)
    left, top = int(0.5 * (w - part_w)), int(0.5 * (h - part_h))
    part = image.crop((left, top, left + part_w, top + part_h))
    return part.resize((width, height), Image.BILINEAR)


def squish(image, height=224, width=224):
    return image.resize((width, height), Image.BILINEAR)


RECIPES = {"imagenet": imagenet, "fastai": fastai, "squish": squish}


def drawing(width, height):
    """Slopes, hard edges and thin lines in colours that tell the channels and the corners apart."""
    y, x = numpy.mgrid[0:height, 0:width]
    pixels = numpy.stack(
        [255 * x / max(width - 1, 1), 255 * y / max(height - 1, 1), 127 + 100 * numpy.sin(x * y / 29)], axis=2
    )
    image = Image.fromarray(pixels.round().astype(numpy.uint8), "RGB")
    draw = ImageDraw.Draw(image)
    draw.ellipse((width * 0.1, height * 0.2, width * 0.45, height * 0.7), fill=(250, 240, 10))
    draw.rectangle((width * 0.6, height * 0.5, width * 0.9, height * 0.9), fill=(10, 20, 200))
    draw.line((0, height - 1, width - 1, 0), fill=(255, 255, 255))
    return image


def png16(samples):
    """A PNG with 16-bit samples, [height, width] or [height, width, 3]; Pillow cannot write colour ones."""
    height, width = samples.shape[:2]

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    rows = samples.astype(">u2").reshape(height, -1)
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 16, 0 if samples.ndim == 2 else 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def swapped_profile():
    """An RGB profile with red and blue exchanged: whoever applies it shows it."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"----").replace(b"bXYZ", b"rXYZ").replace(b"----", b"bXYZ")


def encoded(image, kind, **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def pixel_formats():
    image = drawing(24, 16)
    grey = image.convert("L")
    alpha = Image.linear_gradient("L").resize(image.size)
    with_alpha = image.copy()
    with_alpha.putalpha(alpha)
    grey_alpha = grey.copy()
    grey_alpha.putalpha(alpha)
    palette = image.quantize(16)
    deep = numpy.asarray(image).astype(numpy.uint16) * 256 + 77
    files = {
        "grey.jpg": encoded(grey, "JPEG", quality=90),
        "grey.png": encoded(grey, "PNG"),
        "bilevel.png": encoded(image.convert("1"), "PNG"),
        "grey-alpha.png": encoded(grey_alpha, "PNG"),
        "rgba.png": encoded(with_alpha, "PNG"),
        "rgba.webp": encoded(with_alpha, "WEBP", lossless=True, exact=True),
        "palette.png": encoded(palette, "PNG"),
        "palette-transparent.png": encoded(palette, "PNG", transparency=3),
        "palette.gif": encoded(palette, "GIF"),
        "rgb16.png": png16(deep),
        "cmyk.jpg": encoded(image.convert("CMYK"), "JPEG", quality=95),
        "cmyk-with-black.jpg": encoded(black_generation(image), "JPEG", quality=95),
        "cmyk.tif": encoded(black_generation(image), "TIFF", compression="tiff_lzw"),
        "subsampled.jpg": encoded(image, "JPEG", quality=80, subsampling=2),
        "progressive.jpg": encoded(image, "JPEG", quality=80, progressive=True),
        "profile.png": encoded(image, "PNG", icc_profile=swapped_profile()),
        "profile.jpg": encoded(image, "JPEG", quality=90, icc_profile=swapped_profile()),
    }
    expected = {name: Image.open(io.BytesIO(body)).convert("RGB") for name, body in files.items()}
    # Pillow clips 16-bit grey at 255; ours keeps the high byte, as Pillow does for colour.
    files["grey16.png"] = png16(numpy.asarray(grey).astype(numpy.uint16) * 256 + 77)
    expected["grey16.png"] = grey.convert("RGB")
    return files, expected


def black_generation(image):
    cmy = 255 - numpy.asarray(image).astype(int)
    black = cmy.min(axis=2, keepdims=True) // 2
    return Image.fromarray(numpy.concatenate([cmy - black, black], axis=2).astype(numpy.uint8), "CMYK")


def goldens(folder):
    folder.mkdir(parents=True, exist_ok=True)
    sources = {"landscape": drawing(61, 43), "portrait": drawing(37, 58), "tiny": drawing(9, 7)}
    for name, image in sources.items():
        image.save(folder / f"{name}.png", optimize=True)
        for recipe, apply in RECIPES.items():
            for height, width in ((28, 28), (20, 31)):
                apply(image, height, width).save(folder / f"{name}.{recipe}.{height}x{width}.png", optimize=True)
    imagenet(sources["landscape"].convert("L"), 28, 28).save(folder / "landscape.imagenet-grey.28x28.png", optimize=True)
    tensors = {"imagenet": normalised(imagenet(sources["landscape"], 28, 28))}
    places = [(c, y, x) for c in range(3) for y, x in ((0, 0), (3, 19), (14, 14), (27, 27))]
    values = [{"channel": c, "y": y, "x": x, "value": float(tensors["imagenet"][c, y, x])} for c, y, x in places]
    (folder / "landscape.imagenet.28x28.json").write_text(json.dumps(values, indent=1) + "\n")
    files, expected = pixel_formats()
    (folder / "formats").mkdir(exist_ok=True)
    for name, body in files.items():
        (folder / "formats" / name).write_bytes(body)
        expected[name].save(folder / "formats" / f"{name}.expected.png", optimize=True, icc_profile=None)


def normalised(image):
    recipe = transforms.Compose(
        [transforms.ToTensor(), transforms.Normalize((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))]
    )
    return recipe(image)


def photos(folder, output):
    output.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
        for recipe, apply in RECIPES.items():
            (output / f"{path.name}.{recipe}.rgb").write_bytes(apply(image).tobytes())
        (output / f"{path.name}.imagenet-grey.rgb").write_bytes(imagenet(image.convert("L")).convert("RGB").tobytes())


if __name__ == "__main__":
    command, *paths = sys.argv[1:]
    {"goldens": goldens, "photos": photos}[command](*map(Path, paths))
