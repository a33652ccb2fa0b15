/**
 * Runs Lua scripts in Redis: each is one atomic step, and its file says what it reads, changes and replies.
 *
 * After a broken connection the client sends a command again whose reply it did not get, so a script may run twice for one
 * call. Every script is made so that this changes nothing: the second reply only says that it was done before.
 */

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { redisUserError } from './redis-errors.ts';
import type { RedisClient } from './run-keys.ts';

export interface Script {
  readonly name: string;
  readonly source: string;
  /** SHA-1 of the source, by which Redis knows it. */
  readonly digest: string;
}

/** A script's reply: what happened, then values that the script's file lists. */
export interface Reply {
  result: string;
  values: unknown[];
}

const ledgerScripts = new URL('./scripts/', import.meta.url);
const includeLine = /^-- @include ([a-z-]+)\r?$/gm;

/** Reads `<name>.lua` in a folder, with the parts that it includes: `-- @include <name>` is `parts/<name>.lua`. */
export function loadScript(name: string, folder: URL = ledgerScripts): Script {
  const text = readFileSync(new URL(`${name}.lua`, folder), 'utf8');
  const source = text.replaceAll(includeLine, (_, part: string) =>
    readFileSync(new URL(`parts/${part}.lua`, folder), 'utf8'),
  );
  return { name, source, digest: createHash('sha1').update(source).digest('hex') };
}

const replyShape = z.tuple([z.string()], z.unknown());

/**
 * Runs a script by its digest, and sends its text only to a server that does not know it yet.
 * @throws UserError when Redis cannot be reached or refuses
 */
export async function runScript(
  redis: RedisClient,
  script: Script,
  keys: string[],
  values: (string | number)[],
): Promise<Reply> {
  const call = (command: string, body: string) => redis.call(command, body, keys.length, ...keys, ...values);
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
