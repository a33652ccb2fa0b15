/**
 * The entry point of the inference thread. ONNX Runtime blocks the thread that calls it, and the main thread must stay free to
 * fetch, decode, encode and answer timers.
 */

import { parentPort } from 'node:worker_threads';
import { openEvaluatingExplainer } from '../evaluate/evaluating-explainer.ts';
import { serveInference } from './inference-service.ts';

if (parentPort === null) throw new Error('inference-thread is started by inference.ts, not run by itself.');
serveInference(parentPort, openEvaluatingExplainer);
