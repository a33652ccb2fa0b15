/** Telling a webhook something, over HTTP. Its address is a secret: it is in no message and in no file. */

import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../../explain/user-error.ts';

export interface Webhook {
  url: string;
  /** What it takes: any JSON, or what Slack and programs like it take. */
  form: 'json' | 'slack';
}

export interface SendPolicy {
  attempts: number;
  /** Milliseconds before the second attempt; doubles with every further one. */
  firstDelay: number;
  /** Milliseconds for one attempt. */
  patience: number;
}

/** Some 45 seconds in all for a webhook that never answers. */
const usualPolicy: SendPolicy = { attempts: 4, firstDelay: 1_000, patience: 10_000 };

const slackPrefix = 'slack+';

/**
 * The webhook whose address an environment variable holds. `slack+https://` says that a program takes Slack's form; hooks.slack.com does.
 * @throws UserError `no-webhook`, which does not repeat what the variable holds
 */
export function webhookIn(variable: string, environment: NodeJS.ProcessEnv = process.env): Webhook {
  const held = environment[variable]?.trim() ?? '';
  const url = held.startsWith(slackPrefix) ? held.slice(slackPrefix.length) : held;
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) {
    throw new UserError(
      'no-webhook',
      `--notify names the environment variable ${variable}, which ${held === '' ? 'is not set' : 'does not hold an http(s):// address'}. ` +
        'Set it to the address of the webhook, on every machine that may end the run.',
    );
  }
  return { url, form: held !== url || parsed.hostname === 'hooks.slack.com' ? 'slack' : 'json' };
}

/** @throws Error that says why, without the address, once all attempts have failed */
export async function send(webhook: Webhook, body: object, policy: SendPolicy = usualPolicy): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const problem = await post(webhook, body, policy.patience);
    if (problem === null) return;
    if (!problem.passes || attempt >= policy.attempts) throw new Error(problem.reason);
    await wait(policy.firstDelay * 2 ** (attempt - 1));
  }
}

/** Null where it was taken; else why not, and whether another attempt may help. */
async function post(
  { url }: Webhook,
  body: object,
  patience: number,
): Promise<{ reason: string; passes: boolean } | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': 'gradline' },
      body: JSON.stringify(body),
      // Where it leads next is not where the user wanted the message to go.
      redirect: 'error',
      signal: AbortSignal.timeout(patience),
    });
    await response.body?.cancel();
    if (response.ok) return null;
    const passes = response.status >= 500 || response.status === 408 || response.status === 429;
    return { reason: `the webhook answered ${response.status}`, passes };
  } catch (error) {
    return { reason: `the webhook did not answer: ${codeOf(error)}`, passes: true };
  }
}

/** A code such as ECONNREFUSED; the whole message could hold the address. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'it failed';
  const { cause } = error;
  if (cause instanceof Error && 'code' in cause && typeof cause.code === 'string') return cause.code;
  return error.name === 'TimeoutError' ? 'it took too long' : error.name;
}
