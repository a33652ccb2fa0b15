/** Telling somebody that a run has ended, as its settings say. */

import { readRunFile } from '../run/run-file.ts';
import { openStore } from '../store/open-store.ts';
import { retryTransient } from '../store/retry.ts';
import { type Store, StoreError } from '../store/store.ts';
import { collected, type EndedRun, type EndMessage, endedRun, endMessage, slackMessage } from './end-message.ts';
import { type SendPolicy, send, type Webhook, webhookIn } from './webhook.ts';

const findingsKey = 'report/findings.json';

/**
 * Sends what run.json and the report say of a run that is complete or has failed, if its settings name a webhook. It never fails: a run that
 * nobody could be told of has ended all the same.
 * @returns what went wrong, in a sentence; null: nothing
 */
export async function notifyOfEnd(location: string, policy?: SendPolicy): Promise<string | null> {
  try {
    await using output = await openStore(location);
    const ended = await retryTransient(() => readRunFile(output, endedRun));
    const { notify } = ended.configuration;
    if (notify === undefined) return null;
    const webhook = webhookIn(notify);
    const message = endMessage(ended, output.location, ended.state === 'failed' ? null : await readFindings(output));
    await tell(webhook, message, policy);
    return null;
  } catch (error) {
    return nobodyTold(error);
  }
}

/**
 * The same of a run that failed before it had a run.json.
 * @returns as `notifyOfEnd`
 */
export async function notifyOfFailure(
  { run, error }: Pick<EndedRun, 'run'> & { error: { code: string; message: string } },
  configuration: EndedRun['configuration'],
  policy?: SendPolicy,
): Promise<string | null> {
  if (configuration.notify === undefined) return null;
  const now = new Date().toISOString();
  const counts = { images: null, done: 0, quarantined: 0, missing: 0, failures: {} };
  const ended = { run, started: now, finished: now, state: 'failed', accuracy: null, error, counts, configuration };
  try {
    const webhook = webhookIn(configuration.notify);
    await tell(webhook, endMessage(ended, configuration.output, null), policy);
    return null;
  } catch (error) {
    return nobodyTold(error);
  }
}

function tell(webhook: Webhook, message: EndMessage, policy: SendPolicy | undefined): Promise<void> {
  return send(webhook, webhook.form === 'slack' ? slackMessage(message) : message, policy);
}

function nobodyTold(error: unknown): string {
  return `Nobody was told that the run has ended: ${error instanceof Error ? error.message : String(error)}`;
}

async function readFindings(output: Store) {
  try {
    return collected.parse(JSON.parse((await output.get(findingsKey)).toString('utf8')));
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return null;
    throw error;
  }
}
