/** Only one producer at a time writes into an output. */

import { createHash, randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { UserError } from '../explain/user-error.ts';
import { redisUserError } from '../shared/ledger/redis-errors.ts';
import type { RedisClient } from '../shared/ledger/run-keys.ts';

/** Milliseconds that a producer may be silent before another takes over. */
const defaultLease = 15_000;

/*
 * KEYS[1] lock, ARGV[1] its value when this producer holds it, ARGV[2] lease in milliseconds. Replies 1, or 0 when another holds
 * it. A lock that is gone is taken again: Redis may have lost it.
 */
const keepScript = `
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`;

/* KEYS[1] lock, ARGV[1] expected value, ARGV[2] new value or '' to free it, ARGV[3] lease. Replies 1, or 0 when it has another value. */
const replaceScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[2] == '' then redis.call('DEL', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) end
return 1`;

/** Tokens of the locks that this process holds. */
const held = new Set<string>();

const ownerShape = z.object({ host: z.string(), pid: z.number(), token: z.string() });
type Owner = z.infer<typeof ownerShape>;

export interface LockOptions {
  /** Milliseconds. */
  lease?: number;
  signal?: AbortSignal;
  /** Another producer holds the lock; it may have died, so this one waits until its lease ends. */
  onWait?: (holder: string) => void;
}

export class ProducerLock {
  readonly #redis: RedisClient;
  readonly #key: string;
  readonly #value: string;
  readonly #token: string;
  readonly #lease: number;
  readonly #timer: NodeJS.Timeout;

  private constructor(redis: RedisClient, key: string, value: string, token: string, lease: number) {
    this.#redis = redis;
    this.#key = key;
    this.#value = value;
    this.#token = token;
    held.add(token);
    this.#lease = lease;
    // A failure shows at the next `confirm`.
    this.#timer = setInterval(() => void this.#keep().catch(() => undefined), lease / 3);
    this.#timer.unref();
  }

  /**
   * Takes the lock of an output, at once when its last producer ended or died on this machine, else when its lease ends.
   * @throws UserError `producer-at-work` when another one is alive
   */
  static async acquire(redis: RedisClient, output: string, options: LockOptions = {}): Promise<ProducerLock> {
    const lease = options.lease ?? defaultLease;
    const key = `gradline:producer:${createHash('sha256').update(output).digest('hex').slice(0, 32)}`;
    const token = randomUUID();
    const value = JSON.stringify({ host: hostname(), pid: process.pid, token } satisfies Owner);
    const patience = performance.now() + lease * 1.2;
    let told = false;
    for (;;) {
      const holder = await take(redis, key, value, lease);
      if (holder === null) return new ProducerLock(redis, key, value, token, lease);
      const name = `process ${holder.pid} on ${holder.host}`;
      if (performance.now() > patience) {
        throw new UserError(
          'producer-at-work',
          `Another producer (${name}) is enqueueing the run in ${output}. Let it go on, or stop it and run this command again.`,
        );
      }
      if (!told) options.onWait?.(name);
      told = true;
      await wait(Math.min(lease / 10, 500), undefined, { signal: options.signal });
    }
  }

  /** Call it before every step that others see. @throws UserError `producer-superseded` */
  async confirm(): Promise<void> {
    if (await this.#keep()) return;
    throw new UserError(
      'producer-superseded',
      'This producer was silent for so long that another one took over. Nothing is lost: leave the run to that one.',
    );
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    held.delete(this.#token);
    // Without Redis it ends by itself.
    await this.#redis.eval(replaceScript, 1, this.#key, this.#value, '', 0).catch(() => undefined);
  }

  async #keep(): Promise<boolean> {
    try {
      return (await this.#redis.eval(keepScript, 1, this.#key, this.#value, this.#lease)) === 1;
    } catch (error) {
      throw redisUserError(error);
    }
  }
}

/** @returns who holds the lock, or null when it is taken now */
async function take(redis: RedisClient, key: string, value: string, lease: number): Promise<Owner | null> {
  try {
    if ((await redis.set(key, value, 'PX', lease, 'NX')) === 'OK') return null;
    const found = await redis.get(key);
    if (found === null) return take(redis, key, value, lease);
    const owner = ownerShape.parse(JSON.parse(found));
    if (owner.host !== hostname() || isAlive(owner)) return owner;
    return (await redis.eval(replaceScript, 1, key, found, value, lease)) === 1 ? null : owner;
  } catch (error) {
    throw redisUserError(error);
  }
}

/** A process with this one's own number may be an earlier life of the same container, whose processes are numbered from 1. */
function isAlive({ pid, token }: Owner): boolean {
  if (pid === process.pid) return held.has(token);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
