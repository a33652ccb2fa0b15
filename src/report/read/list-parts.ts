import type { Store } from '../../shared/store/store.ts';

const partName = /^scores\/part-(\d{5,})\.jsonl$/;

export interface ScoresPart {
  shard: number;
  bytes: number;
}

/** The scores parts of an output, ascending by shard. @throws StoreError */
export async function listParts(output: Store): Promise<ScoresPart[]> {
  const parts: ScoresPart[] = [];
  for await (const { key, size } of output.list('scores/part-')) {
    const digits = partName.exec(key)?.[1];
    if (digits !== undefined) parts.push({ shard: Number(digits), bytes: size });
  }
  return parts.sort((a, b) => a.shard - b.shard);
}
