/** What the ledger keeps of shards under way, as its scripts stored it. */

import { z } from 'zod';
import type { Suspect } from '../../../src/shared/ledger/attempts.ts';
import type { RunLedger } from '../../../src/shared/ledger/run-keys.ts';

interface Attempt {
  shard: number;
  /** Null for a shard that was handed back and waits for its next worker. */
  worker: string | null;
  /** Milliseconds since 1970. */
  since: number | null;
  /** The image in flight, where a breadcrumb was set. */
  image: { place: number; key: string } | null;
  crashes: number;
  suspects: Suspect[];
}

const stored = z.object({
  worker: z.string().optional(),
  since: z.number().optional(),
  place: z.coerce.number().optional(),
  key: z.string().optional(),
  crashes: z.number(),
  suspects: z.record(z.string(), z.object({ key: z.string(), crashes: z.number() })),
});

/** Shards under way or with crashes, by number. */
export async function readAttempts({ redis, key }: RunLedger): Promise<Attempt[]> {
  const fields = await redis.hgetall(key('attempts'));
  return Object.entries(fields)
    .map(([shard, text]) => {
      const { worker, since, place, key, crashes, suspects } = stored.parse(JSON.parse(text));
      const image = place === undefined || key === undefined ? null : { place, key };
      return {
        shard: Number(shard),
        worker: worker ?? null,
        since: since ?? null,
        image,
        crashes,
        suspects: Object.entries(suspects).map(([place, suspect]) => ({ place: Number(place), ...suspect })),
      };
    })
    .sort((a, b) => a.shard - b.shard);
}
