/** An inference thread like Gradline's own, with a model that takes no time. */

import { parentPort } from 'node:worker_threads';
import { serveInference } from '../../src/worker/pipeline/inference/inference-service.ts';
import { standInModel } from './stand-in-model.ts';

if (parentPort === null) throw new Error('stand-in-thread is started by feed-process.ts, not run by itself.');
serveInference(parentPort, async ({ batchSize = 8 }) => standInModel(batchSize));
