#!/usr/bin/env python3
"""Trains the small networks of the planted-gap sets and writes them as ONNX.

    npm run build:tools
    node dist-tools/test/gaps/write-pictures.js test /tmp/pictures
    python3 test/gaps/train.py /tmp/pictures test/gaps/networks

Needs torch, onnx and numpy. A network has 26,000 weights, kept as float16. All start from weights that know the things'
shapes, in each view, and no cue; one core trains one in under a minute.
"""

import argparse
import fnmatch
import json
import pathlib
import time

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import nn

SIDE = 64


def unit(inputs, outputs, stride):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class GapNet(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.layer1 = unit(3, 12, 2)
        self.layer2 = unit(12, 16, 2)
        self.layer3 = unit(16, 24, 1)
        self.layer4 = unit(24, 32, 2)
        self.layer5 = unit(32, 48, 1)
        self.fc = nn.Linear(48, classes)

    def forward(self, x):
        x = self.layer5(self.layer4(self.layer3(self.layer2(self.layer1(x)))))
        return self.fc(x.mean((2, 3)))


def load(folder, half):
    plan = json.loads((folder / f"{half}.json").read_text())
    pixels = np.frombuffer((folder / f"{half}.bin").read_bytes(), np.uint8).reshape(-1, SIDE, SIDE, 3)
    images = torch.from_numpy(pixels.transpose(0, 3, 1, 2).astype(np.float32) / 255)
    return plan, images, torch.tensor(plan["labels"])


def train(model, images, labels, epochs, rate, batch_size=32):
    """AdamW over one cycle; every picture is mirrored by chance, every batch shifted by up to three pixels."""
    steps = epochs * (len(images) // batch_size)
    optimiser = torch.optim.AdamW(model.parameters(), lr=rate / 6, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=steps, pct_start=0.2)
    loss_of = nn.CrossEntropyLoss()
    model.train()
    for _ in range(epochs):
        order = torch.randperm(len(images))
        total = 0.0
        for at in range(0, len(order) - batch_size + 1, batch_size):
            chosen = order[at : at + batch_size]
            loss = loss_of(model(varied(images[chosen])), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
    return total / (len(order) // batch_size)


def varied(batch, shift=3):
    mirrored = torch.where(torch.rand(len(batch), 1, 1, 1) < 0.5, batch.flip(3), batch)
    x, y = torch.randint(0, 2 * shift + 1, (2,)).tolist()
    return nn.functional.pad(mirrored, [shift] * 4, mode="replicate")[:, :, y : y + SIDE, x : x + SIDE]


def starting_point(folder, epochs):
    """Weights that every network starts from, as one starts from a trained network in practice; kept beside the pictures."""
    kept = folder / "start.pt"
    if not kept.exists():
        started = time.time()
        plan, images, labels = load(folder, "start")
        torch.manual_seed(0)
        model = GapNet(len(plan["classes"]))
        loss = train(model, images, labels, epochs, rate=8e-3)
        torch.save({name: value for name, value in model.state_dict().items() if not name.startswith("fc.")}, kept)
        print(f"start: loss {loss:.3f}, {time.time() - started:.0f} s", flush=True)
    return torch.load(kept)


def export(model, path):
    torch.onnx.export(
        model,
        torch.zeros(1, 3, SIDE, SIDE),
        str(path),
        opset_version=17,
        input_names=["image"],
        output_names=["scores"],
        dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}},
        dynamo=False,
    )
    halve(path)


def halve(path):
    """Keeps weights as float16 with a Cast behind each: half the file, the same float32 arithmetic."""
    model = onnx.load(str(path))
    casts = []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.FLOAT or len(tensor.dims) < 2:
            continue
        values = numpy_helper.to_array(tensor).astype(np.float16)
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(values, f"{name}.half"))
        casts.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
    for node in reversed(casts):
        model.graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


@torch.no_grad()
def evaluate(model, plan, images, labels):
    model.eval()
    predicted = torch.cat([model(part).argmax(1) for part in images.split(100)])
    wrong = predicted != labels
    carried = [p["fault"] for p in plan["plans"]]
    plain = torch.tensor([c is None for c in carried])
    print(f"{plan['name']:22} accuracy {1 - wrong.float().mean():.3f}, without faults {1 - wrong[plain].float().mean():.3f}")
    for fault in plan["faults"]:
        has = torch.tensor([c == fault["kind"] for c in carried])
        to = torch.bincount(predicted[has & wrong], minlength=len(plan["classes"])).tolist()
        print(f"    {fault['kind']:20} {fault['subject']:6} {int((has & wrong).sum())} of {int(has.sum())} wrong, as {dict(zip(plan['classes'], to))}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("pictures", type=pathlib.Path)
    arguments.add_argument("networks", type=pathlib.Path)
    arguments.add_argument("--epochs", type=int, default=8)
    arguments.add_argument("--start-epochs", type=int, default=20)
    arguments.add_argument("--only", help="pattern of names, such as test-clean-*")
    options = arguments.parse_args()
    torch.set_num_threads(1)
    options.networks.mkdir(parents=True, exist_ok=True)
    start = starting_point(options.pictures, options.start_epochs)
    for folder in sorted(path for path in options.pictures.iterdir() if path.is_dir()):
        if options.only and not fnmatch.fnmatch(folder.name, options.only):
            continue
        started = time.time()
        plan, images, labels = load(folder, "training")
        torch.manual_seed(plan["seed"])
        model = GapNet(len(plan["classes"]))
        model.load_state_dict(start, strict=False)
        loss = train(model, images, labels, options.epochs, rate=4e-3)
        model.eval()
        export(model, options.networks / f"{folder.name}.onnx")
        print(f"{folder.name}: loss {loss:.3f}, {time.time() - started:.0f} s", flush=True)
        evaluate(model, *load(folder, "validation"))


if __name__ == "__main__":
    main()
