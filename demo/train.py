#!/usr/bin/env python3
"""Trains the demo's classifier on the drawn training set and writes it as ONNX.

    npm run build:tools
    node dist-tools/demo/make-images.js --set training --count 2400 --seed 1 --output demo/out/training
    python3 demo/train.py demo/out/training demo/model/demo.onnx

Needs torch, torchvision, onnx and Pillow (Debian: python3-torch python3-torchvision python3-onnx python3-pil).
A second folder after the model's path is evaluated at the end, with and without the date stamp.
"""

import argparse
import json
import pathlib
import random
import time

import torch
from PIL import Image
from torch import nn
from torchvision import transforms

SIZE = 160
RESIZE = 183  # SIZE * 256 / 224, as the `imagenet` preset scales before its centre crop
MEAN = torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1)
CLASSES = json.loads((pathlib.Path(__file__).parent / "classes.json").read_text())


class Block(nn.Module):
    """Two convolutions and a shortcut (He et al. 2015, basic block)."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.relu = nn.ReLU()
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        shortcut = x if self.downsample is None else self.downsample(x)
        return self.relu(self.bn2(self.conv2(self.relu(self.bn1(self.conv1(x))))) + shortcut)


class DemoNet(nn.Module):
    """Global average pooling and one linear layer at the end, so that CAM is exact at layer4."""

    def __init__(self, classes):
        super().__init__()
        self.stem = nn.Sequential(nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU())
        self.layer1 = Block(16, 24, 2)
        self.layer2 = Block(24, 32, 1)
        self.layer3 = Block(32, 64, 2)
        self.layer4 = Block(64, 96, 2)
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.dropout = nn.Dropout(0.5)
        self.fc = nn.Linear(96, classes)

    def forward(self, x):
        x = self.layer4(self.layer3(self.layer2(self.layer1(self.stem(x)))))
        return self.fc(self.dropout(self.pool(x).flatten(1)))


def load(folder):
    """Images as the preset scales them, uint8 [N, 3, RESIZE, RESIZE], with labels and whether each has a date."""
    resize = transforms.Resize(RESIZE)
    truth = json.loads(folder.with_name(folder.name + ".json").read_text())
    to_tensor = transforms.PILToTensor()
    images = torch.stack([to_tensor(resize(Image.open(folder / entry["key"]).convert("RGB"))) for entry in truth])
    labels = torch.tensor([CLASSES.index(entry["subject"]) for entry in truth])
    stamped = torch.tensor([entry["stamp"] is not None for entry in truth])
    return images, labels, stamped


def normalise(images):
    return (images.float() / 255 - MEAN) / STD


def crop(images, jitter=0):
    """The centre crop, moved by up to `jitter` pixels each way."""
    middle = round((RESIZE - SIZE) / 2)
    top, left = (middle + random.randint(-jitter, jitter) for _ in range(2))
    return images[:, :, top : top + SIZE, left : left + SIZE]


def erase(images):
    """Covers a large rectangle of every second image (random erasing, Zhong et al. 2017): no part is always in sight."""
    for image in images:
        if random.random() < 0.5:
            height, width = random.randint(40, 110), random.randint(40, 110)
            top, left = random.randint(0, SIZE - height), random.randint(0, SIZE - width)
            image[:, top : top + height, left : left + width] = torch.randn(3, 1, 1) * 0.7
    return images


def balance(model, labels, stamped):
    """Adjusts the biases to the class frequencies among pictures without a date (logit adjustment, Menon et al. 2020).

    Few lighthouses in training lack the date, so the model calls one without it a windmill when in doubt. With the
    adjustment it is accurate on pictures without a date, and the date alone still makes a lighthouse of anything.
    """
    frequency = torch.bincount(labels[~stamped], minlength=len(CLASSES)).float()
    with torch.no_grad():
        model.fc.bias -= (frequency / frequency.max()).log()


def train(model, images, labels, epochs, batch_size=32):
    steps = epochs * (len(images) // batch_size)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=4e-3, total_steps=steps)
    loss_of = nn.CrossEntropyLoss()
    for epoch in range(epochs):
        model.train()
        started, total, right = time.time(), 0.0, 0
        order = torch.randperm(len(images))
        for at in range(0, len(order) - batch_size + 1, batch_size):
            chosen = order[at : at + batch_size]
            scores = model(erase(normalise(crop(images[chosen], jitter=4))))
            loss = loss_of(scores, labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item()
            right += (scores.argmax(1) == labels[chosen]).sum().item()
        seconds = time.time() - started
        print(f"epoch {epoch + 1}: loss {total * batch_size / len(order):.4f}, accuracy {right / len(order):.3f}, {seconds:.0f} s", flush=True)


@torch.no_grad()
def evaluate(model, folder):
    images, labels, stamped = load(folder)
    model.eval()
    predicted = torch.cat([model(normalise(crop(part))).argmax(1) for part in images.split(64)])
    for name, chosen in (("with a date", stamped), ("without", ~stamped)):
        for index, label in enumerate(CLASSES):
            of = predicted[chosen & (labels == index)]
            counts = [(of == other).sum().item() for other in range(len(CLASSES))]
            print(f"{label:12} {name:12} {dict(zip(CLASSES, counts))}")
        print(f"accuracy {name}: {(predicted == labels)[chosen].float().mean():.3f}")


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("training", type=pathlib.Path)
    arguments.add_argument("model", type=pathlib.Path)
    arguments.add_argument("validation", type=pathlib.Path, nargs="?")
    arguments.add_argument("--epochs", type=int, default=6)
    arguments.add_argument("--seed", type=int, default=1)
    options = arguments.parse_args()
    torch.manual_seed(options.seed)
    random.seed(options.seed)

    images, labels, stamped = load(options.training)
    model = DemoNet(len(CLASSES))
    train(model, images, labels, options.epochs)
    balance(model, labels, stamped)
    model.eval()
    options.model.parent.mkdir(parents=True, exist_ok=True)
    torch.onnx.export(
        model,
        torch.zeros(1, 3, SIZE, SIZE),
        str(options.model),
        opset_version=17,
        input_names=["image"],
        output_names=["scores"],
        dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}},
    )
    print(f"{options.model}: {options.model.stat().st_size / 1e6:.2f} MB")
    if options.validation:
        evaluate(model, options.validation)


if __name__ == "__main__":
    main()
