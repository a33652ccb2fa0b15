"""torch_maps.py <model.onnx> <torchvision's name> <layers> <pixels.u8> <count> <name>=<folder>...

How far maps are from float64's, by way and layer, relative to each map's largest magnitude, as JSON. Folders as maps-process.ts writes
them. PyTorch's own float32 and TF32 are measured beside.
"""

import json
import sys

import numpy as np
import torch
from seeded_networks import Hooks, load

path, name, layers, pixel_file, count, *ways = sys.argv[1:]
layers, count = layers.split(","), int(count)
device = "cuda" if torch.cuda.is_available() else "cpu"
bytes_seen = torch.from_numpy(np.fromfile(pixel_file, np.uint8).reshape(count, 224, 224, 3))
mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
# In float32, as the models get them.
pixels = ((bytes_seen.float() / 255 - mean) / std).permute(0, 3, 1, 2).contiguous()


def torch_maps(dtype, tf32, classes):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = tf32
    hooks = Hooks(load(path, name).to(device, dtype), layers)
    chosen = torch.from_numpy(classes).long().to(device)
    return [one.double().cpu().numpy() for one in hooks.explain(pixels.to(device, dtype), chosen)[1]]


def deviation(maps, reference):
    scale = np.maximum(np.abs(reference).max((1, 2)), 1e-30)
    return float((np.abs(maps - reference).max((1, 2)) / scale).max())


found, references = {}, {}
for way in ways:
    label, folder = way.rsplit("=", 1)
    classes = np.fromfile(f"{folder}/classes.i32", np.int32)
    # Another way may predict another class where two are nearly equal.
    key = classes.tobytes()
    if key not in references:
        references[key] = torch_maps(torch.float64, False, classes)
    maps = [np.fromfile(f"{folder}/{i}.f32", np.float32).reshape(r.shape) for i, r in enumerate(references[key])]
    found[label] = [deviation(m, r) for m, r in zip(maps, references[key])]
reference = references[key]
found["PyTorch float32"] = [deviation(m, r) for m, r in zip(torch_maps(torch.float32, False, classes), reference)]
if device == "cuda":
    found["PyTorch TF32"] = [deviation(m, r) for m, r in zip(torch_maps(torch.float32, True, classes), reference)]
json.dump(found, sys.stdout)
