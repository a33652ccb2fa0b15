/**
 * The entry point of the inference thread. ONNX Runtime blocks the thread that calls it, and the main thread must stay free to
 * fetch, decode, encode and answer timers.
 */

import { parentPort } from 'node:worker_threads';
import { openEvaluatingExplainer } from '../evaluate/evaluating-explainer.ts';
import type { InferenceReply } from './inference-messages.ts';
import { serveInference } from './inference-service.ts';

if (parentPort === null) throw new Error('inference-thread is started by inference.ts, not run by itself.');
const port = parentPort;
// Does not keep the thread from ending.
setInterval(() => port.postMessage({ type: 'alive' } satisfies InferenceReply), 1_000).unref();
serveInference(port, openEvaluatingExplainer);
