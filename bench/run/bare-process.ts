/** `node bare-process.js <model> <images> <batch size>`: prints seconds of wall and processor time that a bare session takes, as JSON. */

import { loadRuntime } from '../../src/explain/onnx/runtime.ts';
import { randomBatch } from '../batch.ts';

const { InferenceSession, Tensor } = await loadRuntime();

const [model = '', images, size] = process.argv.slice(2);
const batchSize = Number(size);
// Threads that wait busily would be counted as work, which gradline's do not.
const extra = { session: { intra_op: { allow_spinning: '0' } } };
const session = await InferenceSession.create(model, { extra });
const [input = ''] = session.inputNames;
const [facts] = session.inputMetadata;
const sides = facts?.isTensor === true ? facts.shape.slice(1) : [];
const [channels = 3, height = 224, width = 224] = sides.map((side) => (typeof side === 'number' ? side : 224));
const fixed = facts?.isTensor === true ? facts.shape[0] : undefined;
const count = typeof fixed === 'number' ? fixed : batchSize;
const batch = randomBatch(count, 1, { channels, height, width });
const feeds = { [input]: new Tensor('float32', batch, [count, channels, height, width]) };
const begin = performance.now();
for (let done = 0; done < Number(images); done += count) await session.run(feeds);
const wall = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ wall, processor: (user + system) / 1e6 }));
await session.release();
