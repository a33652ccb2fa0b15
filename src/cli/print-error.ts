import { UserError } from '../explain/user-error.ts';
import { RedisError } from '../shared/ledger/redis-errors.ts';
import { StoreError } from '../shared/store/store.ts';
import { RunStopped } from '../worker/pipeline/run-stopped.ts';
import { exitCode } from './exit-code.ts';
import { packageFacts } from './package-facts.ts';
import { printable } from './table.ts';

export function exitCodeOf(error: unknown): number {
  if (error instanceof RunStopped) return exitCode.stopped;
  if (error instanceof RedisError && error.transient) return exitCode.stopped;
  if (error instanceof UserError) return exitCode.usage;
  if (error instanceof StoreError) {
    // A missing image is only quarantined, so here it is the input, the model or the bucket that is missing.
    return error.code === 'not-found' || error.code === 'no-such-bucket' ? exitCode.usage : exitCode.stopped;
  }
  return exitCode.stopped;
}

/** The lines that tell a person what went wrong. `GRADLINE_DEBUG=1` adds the stack trace. */
export function errorText(error: unknown, environment: NodeJS.ProcessEnv = process.env): string {
  const debug = Boolean(environment.GRADLINE_DEBUG) && environment.GRADLINE_DEBUG !== '0';
  const lines = [`gradline: ${isBug(error) ? `unexpected ${nameOf(error)}` : ''}${messageOf(error)}`];
  if (error instanceof RunStopped) {
    lines.push('What is committed is kept: go on with the same command and --resume.');
  }
  if (isBug(error)) lines.push(bugReport(debug));
  if (debug && error instanceof Error) lines.push(traceOf(error));
  return `${lines.join('\n').split('\n').map(printable).join('\n')}\n`;
}

/** What a log says of an error. */
export function errorFields(error: unknown): { code: string; message: string } {
  const code = error instanceof UserError || error instanceof StoreError ? error.code : 'internal';
  return { code, message: messageOf(error) };
}

function isBug(error: unknown): boolean {
  if (error instanceof UserError) return error.code === 'internal';
  return !(error instanceof StoreError);
}

function bugReport(debug: boolean): string {
  const { version, bugs } = packageFacts();
  const repeat = debug ? '' : ' Run it again with GRADLINE_DEBUG=1 for the trace.';
  return `This is a bug in Gradline ${version}.${repeat} Please report it at ${bugs ?? "the project's issue tracker"}.`;
}

function nameOf(error: unknown): string {
  const thrown = error instanceof RunStopped ? error.cause : error;
  return thrown instanceof Error ? `${thrown.name}: ` : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function traceOf(error: Error): string {
  const own = error.stack ?? `${error.name}: ${error.message}`;
  return error.cause instanceof Error ? `${own}\nCaused by ${traceOf(error.cause)}` : own;
}
