/** Asking the server. */

import { signal } from '@preact/signals';
import { csrfHeader, type Refused } from '../../shared/access/refused.ts';
import type { Session } from '../contract.ts';

/** Null until the server has answered; `sign-in` when it wants the token first. */
export const session = signal<Session | 'sign-in' | null>(null);

/** What the server, or the way to it, said instead of an answer. */
export class RefusedError extends Error {
  readonly code: string;
  readonly setting: string | undefined;

  constructor({ code, message, setting }: Refused) {
    super(message);
    this.name = 'RefusedError';
    this.code = code;
    this.setting = setting;
  }
}

export async function openSession(): Promise<void> {
  try {
    session.value = await get<Session>('api/session', isSession);
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'sign-in')) throw error;
    session.value = 'sign-in';
  }
}

/** @throws RefusedError */
export async function get<Answer>(path: string, isAnswer: (answer: unknown) => answer is Answer): Promise<Answer> {
  return read(await ask(path), isAnswer);
}

/** @throws RefusedError */
export async function post<Answer>(
  path: string,
  body: object,
  isAnswer: (answer: unknown) => answer is Answer,
): Promise<Answer> {
  return read(await change(path, body), isAnswer);
}

/** For changes that have no answer. @throws RefusedError */
export async function tell(path: string, body: object): Promise<void> {
  await change(path, body);
}

/** A page that is older than the server has an old value in its hands: it takes the new one and asks once more. */
async function change(path: string, body: object): Promise<Response> {
  try {
    return await send(path, body);
  } catch (error) {
    if (!(error instanceof RefusedError && error.code === 'forged')) throw error;
    await openSession();
    return send(path, body);
  }
}

function send(path: string, body: object): Promise<Response> {
  const known = session.value;
  const csrf = known === null || known === 'sign-in' ? '' : known.csrf;
  return ask(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', [csrfHeader]: csrf },
    body: JSON.stringify(body),
  });
}

async function ask(path: string, options: RequestInit = {}): Promise<Response> {
  const answer = await fetch(path, options).catch(() => {
    throw new RefusedError({ code: 'unreachable', message: 'The dashboard does not answer. Is it still running?' });
  });
  if (answer.ok) return answer;
  const refused: unknown = await answer.json().catch(() => null);
  if (answer.status === 401 && path !== 'sign-in') session.value = 'sign-in';
  throw new RefusedError(
    isRefused(refused) ? refused : { code: 'unknown', message: `The server says ${answer.status}.` },
  );
}

async function read<Answer>(response: Response, isAnswer: (answer: unknown) => answer is Answer): Promise<Answer> {
  const answer: unknown = await response.json();
  if (isAnswer(answer)) return answer;
  throw new RefusedError({ code: 'unknown', message: 'The server answers what this page does not know. Reload it.' });
}

/** Whether an answer is an object with these fields: both sides are of one version. */
export function hasFields(answer: unknown, ...fields: string[]): answer is object {
  return typeof answer === 'object' && answer !== null && fields.every((field) => field in answer);
}

function isSession(answer: unknown): answer is Session {
  return hasFields(answer, 'csrf', 'readOnly', 'hasToken', 'redis', 'version');
}

function isRefused(answer: unknown): answer is Refused {
  return hasFields(answer, 'code', 'message');
}
