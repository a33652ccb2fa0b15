import { expect, test } from 'vitest';
import { tritonConfig, tritonConfigFile } from '../../src/cli/triton-config.ts';

const described = {
  inputs: [
    { name: 'pixels', role: 'pixels', type: 'uint8', shape: ['N', 8, 8, 3] },
    { name: 'target', role: 'classes', type: 'int64', shape: ['N'] },
  ],
  outputs: [{ name: 'scores', kind: 'scores', type: 'float32', shape: ['N', 5] }],
} as const;

test("Triton's configuration names what the file takes and returns, and batches where it can", () => {
  const { path, name } = tritonConfigFile('models/net/1/model.onnx');
  expect(path).toMatch(/models.net.config\.pbtxt$/);
  const text = tritonConfig(name, {
    batch: 'free',
    inputs: described.inputs.map((input) => ({ ...input, shape: [...input.shape] })),
    outputs: described.outputs.map((output) => ({ ...output, shape: [...output.shape] })),
  });
  expect(text).toContain('name: "net"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 64\n');
  expect(text).toContain('input {\n  name: "pixels"\n  data_type: TYPE_UINT8\n  dims: [ 8, 8, 3 ]\n}');
  expect(text).toContain('name: "target"\n  data_type: TYPE_INT64\n  dims: [ 1 ]\n  reshape { shape: [ ] }');
  expect(text).toContain(
    'output {\n  name: "scores"\n  data_type: TYPE_FP32\n  dims: [ 5 ]\n}\ndynamic_batching { }\n',
  );
  expect(() => tritonConfigFile('explained.onnx')).toThrow(/models\/resnet50\/1\/model\.onnx/);
});
