/** Asking the server that explains on demand. */

import type { ExplanationAnswer, ExplanationRequest, ExploredModel } from '../../../../explore/contract.ts';
import { explanationPath, modelPath } from '../../../../explore/terms.ts';
import { csrfHeader, type Refused } from '../../../../shared/access/refused.ts';
import { exploreMeta } from '../../page-data.ts';

const secret = document.querySelector<HTMLMetaElement>(`meta[name="${exploreMeta}"]`)?.content ?? null;

/** Whether the page's server explains on demand; a page from disk or a bucket has none that does. */
export const canExplore = secret !== null;

let model: Promise<ExploredModel> | null = null;

/** @throws Error with what the server says */
export function exploredModel(): Promise<ExploredModel> {
  model ??= ask(modelPath, {}, isModel);
  model.catch(() => {
    model = null;
  });
  return model;
}

/** @throws Error with what the server says; the signal's reason */
export function explain(request: ExplanationRequest, signal: AbortSignal): Promise<ExplanationAnswer> {
  const headers = { 'Content-Type': 'application/json', [csrfHeader]: secret ?? '' };
  return ask(explanationPath, { method: 'POST', headers, body: JSON.stringify(request), signal }, isAnswer);
}

async function ask<Answer>(path: string, options: RequestInit, isOne: (body: object) => body is object & Answer) {
  const response = await fetch(`../${path}`, options).catch((error: Error) => {
    if (error.name === 'AbortError') throw error;
    throw new Error('The server does not answer. Is gradline serve still running?');
  });
  const body: unknown = await response.json().catch(() => null);
  if (typeof body === 'object' && body !== null) {
    if (response.ok && isOne(body)) return body;
    if (isRefused(body)) {
      throw new Error(body.code === 'forged' ? 'The server has been started anew. Reload the page.' : body.message);
    }
  }
  throw new Error(`The server gives an answer that this page does not know (${response.status}). Reload the page.`);
}

function isModel(body: object): body is ExploredModel {
  return 'layers' in body && 'methods' in body;
}

function isAnswer(body: object): body is ExplanationAnswer {
  return 'explained' in body && 'original' in body;
}

function isRefused(body: object): body is Refused {
  return 'code' in body && 'message' in body;
}
