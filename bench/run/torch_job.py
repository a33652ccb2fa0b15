"""Grad-CAM over a folder of photographs with PyTorch, as a careful user writes it: a DataLoader with a process of its own that decodes with
Pillow, one hook, gradients only behind the hooked layer, and for each photograph an overlay, the picture as the model saw it and a line of
scores. Prints seconds of wall and processor time, of its own and of the loader's process, as JSON.

    python bench/run/torch_job.py <photos> <output> --model resnet34 --layer layer4 --batch-size 8
"""

import argparse
import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
import torch
import torchvision
from PIL import Image
from torch.utils.data import DataLoader, Dataset

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
OPACITY = 0.6


class Photos(Dataset):
    def __init__(self, root):
        self.root = Path(root)
        self.keys = sorted(str(path.relative_to(root)) for path in self.root.rglob("*") if path.is_file())

    def __len__(self):
        return len(self.keys)

    def __getitem__(self, index):
        """The photograph as the model sees it, uint8 [224, 224, 3]."""
        with Image.open(self.root / self.keys[index]) as file:
            photo = file.convert("RGB")
        scale = 256 / min(photo.size)
        photo = photo.resize([round(side * scale) for side in photo.size], Image.BILINEAR)
        left, top = [(side - 224) // 2 for side in photo.size]
        return index, torch.from_numpy(np.asarray(photo.crop((left, top, left + 224, top + 224))))


class GradCam:
    """Frozen weights: gradients begin at the hooked layer."""

    def __init__(self, model, layer):
        self.model = model
        self.activation = None
        dict(model.named_modules())[layer].register_forward_hook(self.keep)

    def keep(self, module, inputs, output):
        self.activation = output.detach().requires_grad_(True)
        return self.activation

    def explain(self, pixels):
        """Scores [N, classes], maps [N, h, w] that are not clipped, and evidence [N, C]."""
        logits = self.model(pixels)
        classes = logits.argmax(1)
        (gradient,) = torch.autograd.grad(logits.gather(1, classes[:, None]).sum(), self.activation)
        with torch.no_grad():
            maps = (gradient.mean((2, 3), keepdim=True) * self.activation).sum(1)
            positive = maps.clamp(min=0)
            share = positive / positive.sum((1, 2), keepdim=True).clamp(min=1e-12)
            evidence = (self.activation * share[:, None]).sum((2, 3))
            return logits.softmax(1), maps, evidence


def colours():
    """256 colours from black over purple and orange to pale yellow."""
    stops = np.array([[0, 0, 4], [81, 18, 124], [183, 55, 121], [252, 137, 97], [252, 253, 191]], np.float32)
    places = np.linspace(0, len(stops) - 1, 256)
    return np.stack([np.interp(places, np.arange(len(stops)), stops[:, c]) for c in range(3)], 1).astype(np.float32)


def draw(photo, heat, table):
    positive = np.maximum(heat, 0)
    steps = positive / max(positive.max(), 1e-12) * 255
    large = np.asarray(Image.fromarray(steps).resize((photo.shape[1], photo.shape[0]), Image.BILINEAR))
    return Image.fromarray(((1 - OPACITY) * photo + OPACITY * table[large.astype(np.uint8)] + 0.5).astype(np.uint8))


def main():
    options = argparse.ArgumentParser()
    options.add_argument("photos")
    options.add_argument("output")
    options.add_argument("--model", default="resnet34")
    options.add_argument("--layer", default="layer4")
    options.add_argument("--batch-size", type=int, default=8)
    options.add_argument("--device", default="cpu")
    given = options.parse_args()
    torch.manual_seed(1)
    model = getattr(torchvision.models, given.model)(weights=None).eval().requires_grad_(False).to(given.device)
    cam = GradCam(model, given.layer)
    photos = Photos(given.photos)
    loader = DataLoader(photos, given.batch_size, num_workers=1, pin_memory=given.device != "cpu")
    table = colours()
    output = Path(given.output)
    output.mkdir(parents=True)
    begin = time.perf_counter()
    evidence = []
    with open(output / "scores.jsonl", "w") as lines:
        for indices, seen in loader:
            device_pixels = seen.to(given.device, non_blocking=True).permute(0, 3, 1, 2).float() / 255
            pixels = (device_pixels - MEAN.to(given.device)) / STD.to(given.device)
            scores, maps, found = (result.cpu() for result in cam.explain(pixels))
            evidence.append(found.half().numpy())
            for index, photo, score, heat in zip(indices.tolist(), seen.numpy(), scores, maps.numpy()):
                key = photos.keys[index]
                place = output / "overlays" / key
                place.mkdir(parents=True)
                draw(photo, heat, table).save(place / "overlay.jpg", quality=90, subsampling=0)
                Image.fromarray(photo).save(place / "seen.jpg", quality=90, subsampling=0)
                best = score.topk(5)
                top = [{"class": c, "score": s} for c, s in zip(best.indices.tolist(), best.values.tolist())]
                lines.write(json.dumps({"key": key, "top": top, "peak": int(heat.argmax())}) + "\n")
    np.save(output / "evidence.npy", np.concatenate(evidence))
    wall = time.perf_counter() - begin
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    json.dump({"wall": wall, "processor": sum(one.ru_utime + one.ru_stime for one in used)}, sys.stdout)


if __name__ == "__main__":
    main()
