"""Exports the zoo for `npm run zoo`: a line of JSON for each classifier and exporter, as soon as its file lies in the folder.

    python test/oracle/zoo/run.py <folder> [source] [name]...
"""

import base64
import json
import math
import os
import signal
import sys
import traceback
from pathlib import Path

import torch
from torch import nn

sys.path.insert(0, str(Path(__file__).parent.parent))
from exports import export  # noqa: E402
from images import images  # noqa: E402
from models import SOURCES  # noqa: E402
from references import reference  # noqa: E402
from rewrites import NAMES, rewrites  # noqa: E402
from weights import randomise  # noqa: E402

COUNT = 2
# Batches tried for one in which rounding decides little.
BATCHES = 10
# Programs add in different orders; pictures that differ by this share stand for them.
NOISE = 1e-5
# So many of them, as a ReLU whose input is all but zero opens for half of them only.
ALIKE = 8
# As a share of a map's maximum.
LITTLE_ROUNDING = 3e-4
# For one file of one classifier.
SECONDS = 420


def packed(tensor):
    return base64.b64encode(tensor.detach().contiguous().float().numpy().tobytes()).decode()


def network(entry, seed):
    torch.manual_seed(seed)
    model = entry.make().eval()
    for layer in model.modules():
        if isinstance(layer, nn.MultiheadAttention):
            layer.register_forward_pre_hook(moderate_projection)
    randomise(model, images(seed + 1, 8, 3, entry.size, entry.size), seed, few_levels=False)
    for layer in model.modules():
        if isinstance(layer, nn.MultiheadAttention):
            layer._forward_pre_hooks.clear()
    calm_branches(model)
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    return model.eval()


def calm_branches(model):
    """Damps the branches of blocks with gates once more: dozens of them let a picture beyond the first batch grow without end."""
    with torch.no_grad():
        for block in model.modules():
            norms = [layer for layer in block.modules() if isinstance(layer, nn.BatchNorm2d)]
            if type(block).__name__ in ("MBConv", "FusedMBConv") and norms:
                norms[-1].weight *= 0.2
                norms[-1].bias *= 0.2


def moderate_projection(layer, inputs):
    """Queries, keys and values with a spread of about 1, as other linear layers have: larger ones make attention all or nothing."""
    layer.in_proj_weight /= layer.in_proj_weight.std() * math.sqrt(layer.embed_dim)


def measured(entry, model, seed):
    """The batch, of some, in which rounding moves the maps of the listed layers and of the last module least."""

    def watched(roundings):
        return [*entry.layers, next(iter(roundings), "")]

    best = None
    for candidate in range(seed + 100, seed + 100 + BATCHES):
        pixels = images(candidate, COUNT, 3, entry.size, entry.size)
        noise = torch.Generator().manual_seed(candidate)
        alike = (pixels * (1 + NOISE * torch.randn(pixels.shape, generator=noise)) for _ in range(ALIKE))
        found = reference(entry, model, pixels, alike, watched, LITTLE_ROUNDING)
        roundings = found[1]
        worst = max(roundings.get(layer, math.inf) for layer in watched(roundings))
        print(f"{entry.name}, batch {candidate}: rounding {worst:.1e}", file=sys.stderr)
        if best is None or worst < best[0]:
            best = (worst, candidate, pixels, found)
        if worst < LITTLE_ROUNDING:
            break
    return best[1:]


def timeout(*_):
    raise TimeoutError(f"took longer than {SECONDS} s")


def reason(error):
    while error.__cause__ is not None:
        error = error.__cause__
    text = next((line for line in str(error).strip().splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {text.split('  [Caused by')[0]}"[:300]


def say(**line):
    print(json.dumps(line), file=lines, flush=True)


def run(entry, folder, seed):
    common = {"name": entry.name, "source": entry.source, "family": entry.family, "size": entry.size}
    try:
        model = network(entry, seed)
        input_seed, pixels, (maps, roundings, logits, classes) = measured(entry, model, seed)
    except Exception as error:
        traceback.print_exc()
        say(**common, exporter="", failed=reason(error))
        return
    here = folder / entry.name
    here.mkdir(parents=True, exist_ok=True)
    answers = {
        "input": {"seed": input_seed, "count": COUNT, "channels": 3, "height": entry.size, "width": entry.size, "layout": "NCHW"},
        "layers": entry.layers,
        "predicted": classes.tolist(),
        "logits": packed(logits),
        "maps": {path: {"values": packed(map), "rounding": roundings[path]} for path, map in maps.items()},
    }
    (here / "reference.json").write_text(json.dumps(answers))
    for exporter, opset in entry.opset.items():
        file = here / f"{exporter}.onnx"
        signal.alarm(SECONDS)
        try:
            given_up = export(exporter, model, pixels, opset, file)
            line = {**common, "exporter": exporter, "opset": opset, "givenUp": given_up, "file": str(file), "reference": str(here / "reference.json")}
            # Before the reader, who may remove a file once it knows of it.
            rewritten = list(rewrites(line)) if exporter == "torchscript" and entry.name in NAMES else []
            for one in [line, *rewritten]:
                say(**one)
        except Exception as error:
            traceback.print_exc()
            say(**common, exporter=exporter, opset=opset, failed=reason(error))
        finally:
            signal.alarm(0)


def main():
    folder, *chosen = sys.argv[1:]
    signal.signal(signal.SIGALRM, timeout)
    torch.set_num_threads(2)
    sources = [name for name in chosen if name in SOURCES] or list(SOURCES)
    names = [name for name in chosen if name not in SOURCES]
    for source in sources:
        try:
            entries = SOURCES[source]()
        except ImportError as error:
            say(name=source, source=source, family="", size=0, exporter="", failed=reason(error))
            continue
        for number, entry in enumerate(entries):
            if not names or entry.name in names:
                run(entry, Path(folder), 1000 * (number + 1))


if __name__ == "__main__":
    # Exporters print what they do; standard output is for the lines.
    lines = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    main()
