import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newRun, redisProgram, useRedis } from './fixture.ts';
import { command, images, shardSize } from './ledger-commands.ts';
import { LedgerModel } from './ledger-model.ts';

describe.skipIf(redisProgram === null)('any interleaving of workers, producer, finishers and users', () => {
  const use = useRedis();

  it('answers and counts as the plain model does', async () => {
    const { redis, connect } = use();
    const clients = [redis, await connect(), await connect()];
    const reached = new Map<string, number>();
    await fc.assert(
      fc.asyncProperty(fc.commands([command], { maxCommands: 60, size: '+1' }), async (commands) => {
        const ledger = await newRun(redis, shardSize);
        const model = new LedgerModel(shardSize, images);
        await fc.asyncModelRun(
          () => ({ model, real: { ledgers: clients.map((client) => ({ ...ledger, redis: client })) } }),
          commands,
        );
        reached.set(model.state, (reached.get(model.state) ?? 0) + 1);
      }),
      { numRuns: 300 },
    );
    // The random runs go to every corner, else the property says little.
    expect([...reached.keys()].sort()).toEqual(
      expect.arrayContaining(['cancelled', 'complete', 'failed', 'finishing', 'paused', 'running']),
    );
  });
});
