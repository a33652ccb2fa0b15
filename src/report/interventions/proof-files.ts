/** Proofs as files of the output. */

import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import type { ProofPair, ProofPicture, Proofs } from '../contract.ts';
import type { DrawnPair, DrawnPicture, DrawnProofs } from './draw-proofs.ts';

const folder = 'report/proofs/';

export interface ProofFile {
  key: string;
  webp: Buffer;
}

/** @param id of the cluster */
export function keyedProofs(id: string, drawn: DrawnProofs): { proofs: Proofs; files: ProofFile[] } {
  const files: ProofFile[] = [];
  const file = (name: string, webp: Buffer) => {
    const key = `${folder}${id}/${name}.webp`;
    files.push({ key, webp });
    return key;
  };
  const picture = (name: string, { webp, ...answer }: DrawnPicture): ProofPicture => ({
    picture: file(name, webp),
    ...answer,
  });
  const pairs = (direction: string, all: readonly DrawnPair[]): ProofPair[] =>
    all.map(({ before, after, ...pair }, i) => ({
      ...pair,
      before: picture(`${direction}-${i + 1}-before`, before),
      after: picture(`${direction}-${i + 1}-after`, after),
    }));
  const proofs = {
    kind: drawn.kind,
    removed: pairs('removed', drawn.removed),
    transplanted: pairs('transplanted', drawn.transplanted),
    shared: drawn.shared && file('shared', drawn.shared),
  };
  return { proofs, files };
}

/** Takes the place of what an earlier report wrote. @throws StoreError */
export async function writeProofs(output: Store, files: readonly ProofFile[]): Promise<void> {
  for (const { key, webp } of files) await retryTransient(() => output.put(key, webp, 'image/webp'));
  const written = new Set(files.map(({ key }) => key));
  const stale: string[] = [];
  for await (const { key } of output.list(folder)) if (!written.has(key)) stale.push(key);
  for (const key of stale) await retryTransient(() => output.delete(key));
}
