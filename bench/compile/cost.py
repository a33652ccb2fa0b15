"""Seconds that runs of ONNX files take, in turns: python cost.py rounds batch file [file ...]. Prints JSON: seconds by file."""

import json
import sys
import time

import numpy as np
import onnxruntime

rounds, batch, *files = sys.argv[1:]
rng = np.random.default_rng(1)
pictures = rng.standard_normal((int(batch), 3, 224, 224), np.float32)
sessions = [onnxruntime.InferenceSession(file) for file in files]
seconds = {file: [] for file in files}
for turn in range(int(rounds) + 1):
    for file, session in zip(files, sessions):
        begin = time.perf_counter()
        session.run(None, {session.get_inputs()[0].name: pictures})
        if turn > 0:
            seconds[file].append(time.perf_counter() - begin)
print(json.dumps({"version": onnxruntime.__version__, "seconds": seconds}))
