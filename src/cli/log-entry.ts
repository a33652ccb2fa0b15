/** Structured logs: one JSON object a line, the same for every command that stays at work. */

import { type Command, Option } from 'commander';

export type LogLevel = 'info' | 'warn' | 'error';

/** `event` says in one word what happened; the fields are the event's own, `run`, `shard` and `image` among them. */
export function logEntry(event: string, fields: object = {}, level: LogLevel = 'info'): string {
  return `${JSON.stringify({ time: new Date().toISOString(), level, event, ...fields })}\n`;
}

export interface LogOption {
  log?: 'lines' | 'json';
  /** The same as `log` with `json`. */
  json?: boolean;
}

export function addLogOptions(command: Command): Command {
  return command
    .addOption(new Option('--log <form>', 'lines for people, or json: an object a line').choices(['lines', 'json']))
    .option('--json', 'the same as --log json');
}

export function logsJson({ log, json }: LogOption): boolean {
  return json === true || log === 'json';
}

/** Whether the command line asks for it, also where it could not be read. */
export function argumentsAskForJson(given: readonly string[]): boolean {
  return given.some(
    (word, i) => word === '--json' || word === '--log=json' || (word === '--log' && given[i + 1] === 'json'),
  );
}
