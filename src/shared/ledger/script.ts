/**
 * Runs Lua scripts in Redis: each is one atomic step, and its file says what it reads, changes and replies.
 *
 * After a broken connection the client sends a command again whose reply it did not get, so a script may run twice for one
 * call. Every script is made so that this changes nothing: the second reply only says that it was done before.
 *
 * A script's header is where its parameters stand: `KEYS[1] <name>` and `ARGV[1] <name>`, a line each, and last `ARGV[2...] <name>`
 * where it takes a list of any length. Its body has them as `keys.<name>` and `args.<name>`, its caller gives them by the same names.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { redisUserError } from './redis-errors.ts';
import { type RedisClient, type RunKey, runKeys } from './run-keys.ts';

type Argument = string | number;

/** The type parameters are the names of its keys, of its arguments, and of the list behind them. */
export interface Script<Key extends string = string, Arg extends string = string, List extends string = string> {
  readonly name: string;
  readonly keys: readonly Key[];
  readonly args: readonly Arg[];
  readonly list: List | null;
  readonly source: string;
  /** SHA-1 of the source, by which Redis knows it. */
  readonly digest: string;
}

/** A script's reply: what happened, then values that the script's file lists. */
export interface Reply {
  result: string;
  values: unknown[];
}

const includeLine = /^-- @include ([a-z-]+)\r?$/gm;
const parameterLine = /^(KEYS|ARGV)\[(\d+(?:\.\.\.)?)\] (\w+)/gm;

/** One of the ledger's own, which work on the keys of a run. */
export function loadScript<Arg extends string, List extends string = never>(
  name: string,
  args: readonly Arg[] = [],
  list: List | null = null,
): Script<RunKey, Arg, List> {
  return readScript(new URL('./scripts/', import.meta.url), name, runKeys, args, list);
}

/**
 * Reads `<name>.lua` in a folder, with the parts that it includes: `-- @include <name>` is `parts/<name>.lua`.
 *
 * @param known the keys that its header may name
 * @param args the arguments that it is called with, in its header's order
 * @throws Error when the header says otherwise
 */
export function readScript<Key extends string, Arg extends string, List extends string = never>(
  folder: URL,
  name: string,
  known: readonly Key[],
  args: readonly Arg[],
  list: List | null = null,
): Script<Key, Arg, List> {
  const text = readFileSync(new URL(`${name}.lua`, folder), 'utf8');
  const headerEnd = text.indexOf(']]') + 2;
  const lines = [...text.slice(0, headerEnd).matchAll(parameterLine)].map(([, table, place, parameter]) => ({
    parameter: `${table}[${place}] ${parameter}`,
    key: table === 'KEYS' ? parameter : undefined,
  }));
  const keys = lines.flatMap(({ key }) => known.filter((other) => other === key));
  const expected = [
    ...keys.map((key, i) => `KEYS[${i + 1}] ${key}`),
    ...args.map((arg, i) => `ARGV[${i + 1}] ${arg}`),
    ...(list === null ? [] : [`ARGV[${args.length + 1}...] ${list}`]),
  ].join(', ');
  const stated = lines.map(({ parameter }) => parameter).join(', ');
  if (stated !== expected) throw new Error(`The header of ${name}.lua lists ${stated}; its caller gives ${expected}.`);
  const body = text
    .slice(headerEnd)
    .replaceAll(includeLine, (_, part: string) => readFileSync(new URL(`parts/${part}.lua`, folder), 'utf8'));
  const source = text.slice(0, headerEnd) + namesOf(keys, args, list) + body;
  return { name, keys, args, list, source, digest: createHash('sha1').update(source).digest('hex') };
}

/** Lua that gives the body its parameters by name. */
function namesOf(keys: readonly string[], args: readonly string[], list: string | null): string {
  const table = (names: readonly string[], from: string) =>
    names.map((name, i) => `${name} = ${from}[${i + 1}]`).join(', ');
  const tables = `\nlocal keys, args = { ${table(keys, 'KEYS')} }, { ${table(args, 'ARGV')} }`;
  if (list === null) return tables;
  // Not `unpack`, which the size of Lua's stack bounds.
  const first = args.length + 1;
  return `${tables}\nargs.${list} = {}\nfor i = ${first}, #ARGV do args.${list}[i - ${args.length}] = ARGV[i] end`;
}

const replyShape = z.tuple([z.string()], z.unknown());

/**
 * Runs a script by its digest, and sends its text only to a server that does not know it yet.
 *
 * @param key the place in Redis of each of its keys
 * @throws UserError when Redis cannot be reached or refuses
 */
export async function runScript<Key extends string, Arg extends string, List extends string>(
  { redis, key }: { readonly redis: RedisClient; readonly key: (name: Key) => string },
  script: Script<Key, Arg, List>,
  given: Readonly<Record<Arg, Argument> & Record<List, readonly Argument[]>>,
): Promise<Reply> {
  const keys = script.keys.map((name) => key(name));
  const args = script.args.map((name): Argument => given[name]);
  const list = script.list === null ? [] : given[script.list];
  const call = (command: string, body: string) => redis.call(command, body, keys.length, ...keys, ...args, ...list);
  let reply: unknown;
  try {
    reply = await call('EVALSHA', script.digest).catch((error: unknown) => {
      if (error instanceof Error && error.message.startsWith('NOSCRIPT')) return call('EVAL', script.source);
      throw error;
    });
  } catch (error) {
    throw redisUserError(error);
  }
  const [result, ...rest] = replyShape.parse(reply);
  return { result, values: rest };
}

/** A reply that the script's file does not list: this program and the script do not fit together. */
export function unknownReply(script: Script, reply: Reply): Error {
  return new Error(`The ledger's script ${script.name} replied ${JSON.stringify([reply.result, ...reply.values])}.`);
}
