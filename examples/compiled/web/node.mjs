// node node.mjs explained.onnx pixels.raw map.raw
import { readFile, writeFile } from 'node:fs/promises';
import * as ort from 'onnxruntime-web';
import { explain } from './explain.mjs';

const [model, pixels, output] = process.argv.slice(2);
const found = await explain(ort, await readFile(model), new Uint8Array(await readFile(pixels)), 'wasm');
await writeFile(output, found.maps);
console.log(`class ${found.class}, score ${found.score.toFixed(3)}`);
