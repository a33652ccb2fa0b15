"""torch_bench.py <model.onnx> <torchvision's name> <layers, last first> <batch> <cpu or cuda>: images/s with hooks, as JSON."""

import json
import statistics
import sys
import time

import torch
from seeded_networks import Hooks, load

path, name, layers, batch, device = sys.argv[1:]
layers, batch = layers.split(","), int(batch)
cuda = device == "cuda"
torch.backends.cudnn.benchmark = True
# Seconds of each turn and turns: their median counts.
TURN, TURNS = (0.5, 5) if cuda else (0.2, 2)


def rate(work):
    for _ in range(3 if cuda else 1):
        work()
    rates = []
    for _ in range(TURNS):
        count, begin = 0, time.perf_counter()
        while time.perf_counter() - begin < TURN:
            work()
            count += batch
        if cuda:
            torch.cuda.synchronize()
        rates.append(count / (time.perf_counter() - begin))
    return statistics.median(rates)


def measure(mode, dtype, layout):
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = mode == "TF32"
    model = load(path, name).to(device, dtype).to(memory_format=layout)
    pixels = torch.rand(batch, 3, 224, 224, dtype=torch.float32).to(dtype).to(memory_format=layout)
    if cuda:
        pixels = pixels.pin_memory()

    def bare():
        with torch.no_grad():
            return model(pixels.to(device, non_blocking=True)).float().softmax(1).cpu()

    row = {"mode": mode, "bare": rate(bare)}
    for label, hooked in (("last", layers[:1]), ("four", layers[::-1])):
        hooks = Hooks(model, hooked)

        def explain():
            logits, maps = hooks.explain(pixels.to(device, non_blocking=True))
            return logits.float().softmax(1).cpu(), [one.float().cpu() for one in maps]

        row[label] = rate(explain)
        hooks.close()
    return row


rows = [measure("float32", torch.float32, torch.contiguous_format)]
if cuda:
    rows.append(measure("TF32", torch.float32, torch.contiguous_format))
    rows.append(measure("float16 channels_last", torch.float16, torch.channels_last))
json.dump(rows, sys.stdout)
