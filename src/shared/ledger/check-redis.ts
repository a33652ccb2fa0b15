/** Whether a Redis can be trusted with a fleet's queue and ledger, before work begins. */

import { Cluster, type Redis } from 'ioredis';
import { UserError } from '../../explain/user-error.ts';
import { redisUserError } from './redis-errors.ts';
import type { RedisClient } from './run-keys.ts';

export interface RedisCheck {
  version: string;
  cluster: boolean;
  /** What can go wrong with this setup, a sentence each with what to do. */
  warnings: string[];
}

/**
 * BullMQ recommends 6.2 and needs LPOS (6.0.6). The ledger's scripts read the clock and then write, which Redis allows from 5.0
 * on. Older ones than 6.2 are no longer maintained.
 */
const oldest = [6, 2] as const;

/**
 * Asks every primary with INFO alone, which managed services allow where they refuse CONFIG.
 * @throws UserError `redis-too-old`, `redis-evicts`, `redis-read-only`; RedisError
 */
export async function checkRedis(redis: RedisClient): Promise<RedisCheck> {
  const cluster = redis instanceof Cluster;
  const nodes: Redis[] = redis instanceof Cluster ? redis.nodes('master') : [redis];
  const warnings = new Set<string>();
  let version = '';
  for (const node of nodes) {
    const facts = await readFacts(node);
    const place = `Redis at ${node.options.host}:${node.options.port}`;
    refuse(facts, place);
    for (const warning of warningsOf(facts, cluster ? place : 'Redis')) warnings.add(warning);
    version = facts.get('redis_version') ?? '';
  }
  return { version, cluster, warnings: [...warnings] };
}

async function readFacts(node: Redis): Promise<Map<string, string>> {
  const text = await node.info().catch((error: unknown) => {
    throw redisUserError(error);
  });
  const facts = new Map<string, string>();
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) facts.set(line.slice(0, colon), line.slice(colon + 1));
  }
  return facts;
}

function refuse(facts: Map<string, string>, place: string): void {
  const version = facts.get('redis_version') ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    throw new UserError(
      'redis-too-old',
      `${place} has version ${version}, but the queue needs ${oldest.join('.')} or newer. Upgrade it, or use another server.`,
    );
  }
  if (facts.get('role') === 'slave') {
    throw new UserError(
      'redis-read-only',
      `${place} is a replica and takes no writes. Give the address of the primary.`,
    );
  }
  const policy = facts.get('maxmemory_policy');
  if (policy !== undefined && policy !== 'noeviction') {
    throw new UserError(
      'redis-evicts',
      `${place} throws data away when its memory is full (maxmemory-policy ${policy}): jobs and counts would be lost without ` +
        'a word. Run `redis-cli CONFIG SET maxmemory-policy noeviction`, and set it in redis.conf or in the parameter group of a ' +
        'managed service, too.',
    );
  }
}

function warningsOf(facts: Map<string, string>, place: string): string[] {
  if (facts.get('aof_enabled') !== '0') return [];
  return [
    `${place} keeps no append-only file: after a restart, jobs and counts since its last snapshot are gone, and ` +
      '`gradline recover` has to rebuild them. Run `redis-cli CONFIG SET appendonly yes`, and set it in redis.conf, too.',
  ];
}
