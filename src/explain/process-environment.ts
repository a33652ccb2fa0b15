/** The environment that native libraries read, which in a thread is not what `process.env` says. */

import { isMainThread } from 'node:worker_threads';

/**
 * Sets a variable where native code finds it.
 * @returns whether it does: a thread's `process.env` is a copy, unless the thread was started with `env: SHARE_ENV`
 */
export function setProcessVariable(name: string, value: string): boolean {
  process.env[name] = value;
  return processVariable(name) === value;
}

/** What native code finds in the environment. */
export function processVariable(name: string): string | undefined {
  if (isMainThread) return process.env[name];
  const report: unknown = process.report.getReport();
  const variables = isRecord(report) ? report.environmentVariables : undefined;
  const value = isRecord(variables) ? variables[name] : undefined;
  return typeof value === 'string' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
