import { formatBytes, startsLikeImage } from '../shared/picture/image-format.ts';
import { retryTransient, storeRetries } from '../shared/store/retry.ts';
import { type Store, StoreError } from '../shared/store/store.ts';

/** Whether an object starts like a picture. One that cannot be read counts as one: the run will say what is wrong with it. */
export function holdsImage(store: Store, key: string): Promise<boolean> {
  const look = async () => {
    const pieces: Buffer[] = [];
    for await (const piece of store.pieces(key, 0, formatBytes)) pieces.push(piece);
    return startsLikeImage(Buffer.concat(pieces));
  };
  return retryTransient(look, storeRetries).catch((error: unknown) => {
    if (error instanceof StoreError) return true;
    throw error;
  });
}
