import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Of the installed ONNX Runtime. */
export function runtimeVersion(): string {
  const { version }: { version: string } = require('onnxruntime-node/package.json');
  return version;
}
