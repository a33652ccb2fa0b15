/** Errors as answers: what a person can act on is told, a defect is not. */

import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { UserError } from '../explain/user-error.ts';
import type { Refused } from '../shared/access/refused.ts';
import { RedisError } from '../shared/ledger/redis-errors.ts';
import { SettingError } from '../shared/run/read-configuration.ts';
import { StoreError } from '../shared/store/store.ts';

interface Refusal {
  status: ContentfulStatusCode;
  body: Refused;
}

/** The settings that errors of a run's start are about. */
const settingsOfCodes: Readonly<Record<string, string>> = {
  'unknown-layer': 'layers',
  'no-layers': 'layers',
  'unknown-target': 'target',
  'unknown-class': 'target',
  'ambiguous-class': 'target',
  'bad-classes': 'classes',
  'bad-labels': 'labels',
  'no-labels': 'labels',
  'numbered-folders': 'labels',
  'bad-list': 'input',
  'no-input': 'input',
  'no-images': 'input',
  'model-not-found': 'model',
  'not-a-classifier': 'model',
  'unsupported-input': 'model',
  'not-onnx': 'model',
  'unknown-output': 'output-name',
  'wrong-preprocessing': 'preprocess',
  'nothing-to-fuse': 'fuse',
  'same-output': 'output',
  'output-not-empty': 'output',
  'output-changes-bytes': 'output',
  'output-loses-objects': 'output',
  'run-differs': 'output',
  'ledger-lost': 'output',
  'bad-run-id': 'run',
};

const statuses: Readonly<Record<string, ContentfulStatusCode>> = {
  'no-such-run': 404,
  'no-such-schedule': 404,
  'not-shown': 415,
  'not-allowed': 409,
  'run-changed': 409,
  'producer-at-work': 409,
  'too-many-starts': 429,
};

/** The setting whose value a message names; of several the longest, because an output may lie in the folder of the input. */
export function settingNamedIn(message: string, settings: Readonly<Record<string, unknown>>): string | undefined {
  const named = Object.entries(settings).flatMap(([name, value]) =>
    typeof value === 'string' && value.length > 3 && message.includes(value) ? [{ name, length: value.length }] : [],
  );
  return named.sort((a, b) => b.length - a.length)[0]?.name;
}

/** Null for a defect. */
export function refusalOf(error: unknown): Refusal | null {
  if (error instanceof StoreError) {
    return { status: error.code === 'not-found' ? 404 : 502, body: { code: error.code, message: error.message } };
  }
  if (!(error instanceof UserError) || error.code === 'internal') return null;
  const { code, message } = error;
  const setting = error instanceof SettingError ? error.setting : settingsOfCodes[code];
  const status = error instanceof RedisError ? 503 : (statuses[code] ?? 422);
  return { status, body: { code, message, ...(setting === undefined ? {} : { setting }) } };
}
