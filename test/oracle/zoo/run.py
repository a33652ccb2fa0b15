"""Exports the zoo for `npm run zoo`: a line of JSON for each classifier and exporter, as soon as its file lies in the folder.

    python test/oracle/zoo/run.py <folder> [source] [name]...
"""

import base64
import json
import signal
import sys
import traceback
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).parent.parent))
from exports import export  # noqa: E402
from images import images  # noqa: E402
from models import SOURCES  # noqa: E402
from references import reference  # noqa: E402
from weights import randomise  # noqa: E402

COUNT = 2
# Batches tried for one in which rounding decides little.
BATCHES = 4
# As a share of a map's maximum.
LITTLE_ROUNDING = 1e-4
# For one file of one classifier.
SECONDS = 420


def packed(tensor):
    return base64.b64encode(tensor.detach().contiguous().float().numpy().tobytes()).decode()


def network(entry, seed):
    torch.manual_seed(seed)
    model = entry.make().eval()
    randomise(model, images(seed + 1, 8, 3, entry.size, entry.size), seed, few_levels=False)
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    return model.eval()


def measured(entry, model, seed):
    """The batch, of a few, in which PyTorch's own rounding moves the listed layers' maps least."""
    best = None
    for candidate in range(seed + 100, seed + 100 + BATCHES):
        pixels = images(candidate, COUNT, 3, entry.size, entry.size)
        found = reference(entry, model, pixels)
        worst = max((found[1].get(layer, float("inf")) for layer in entry.layers))
        if best is None or worst < best[0]:
            best = (worst, candidate, pixels, found)
        if worst < LITTLE_ROUNDING:
            break
    return best[1:]


def timeout(*_):
    raise TimeoutError(f"took longer than {SECONDS} s")


def reason(error):
    text = next((line for line in str(error).strip().splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {text}"[:300]


def say(**line):
    print(json.dumps(line), flush=True)


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
            batch = export(exporter, model, pixels, opset, file)
            say(**common, exporter=exporter, opset=opset, batch=batch, file=str(file), reference=str(here / "reference.json"))
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
    lines, sys.stdout = sys.stdout, sys.stderr
    builtin_print = print

    def print(*words, **how):  # noqa: A001
        builtin_print(*words, file=lines, **how)

    main()
