import { createReadStream } from 'node:fs';
import { fileStoreError } from './file-store.ts';
import { isS3Location, splitLocation } from './location.ts';

/**
 * The bytes of a file or s3:// object in order, a piece at a time, so that any size takes little memory.
 *
 * @throws UserError `input-changed` when an object is replaced meanwhile; StoreError
 */
export async function* readPieces(location: string): AsyncGenerator<Buffer> {
  if (isS3Location(location)) {
    const { openS3Store } = await import('./s3-store.ts');
    const { folder, name } = splitLocation(location);
    const store = await openS3Store(folder);
    try {
      yield* store.pieces(name);
    } finally {
      await store.close();
    }
    return;
  }
  const stream = createReadStream(location, { highWaterMark: 1 << 18 });
  try {
    for await (const piece of stream) yield piece;
  } catch (error) {
    throw fileStoreError(error, 'read', location);
  } finally {
    stream.destroy();
  }
}
