/** SHA-256 in hexadecimal of what a user names. */

import { createHash } from 'node:crypto';
import { readPieces } from './read-pieces.ts';

/** Of a file or s3:// object, read in pieces: models can be larger than a buffer. @throws StoreError */
export async function digestLocation(location: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of readPieces(location)) hash.update(piece);
  return hash.digest('hex');
}

export function digestText(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
