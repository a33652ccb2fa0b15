import { UserError } from '../../explain/user-error.ts';
import type { FileAccess } from './file-access.ts';
import { FileStore } from './file-store.ts';
import { isS3Location, splitLocation } from './location.ts';
import type { Store } from './store.ts';

/**
 * Opens the folder or the `s3://bucket/prefix` at `location`. The AWS SDK is loaded only for the latter.
 *
 * @param access to the files of a folder; default: in libuv's pool
 * @throws UserError `bad-location` for an address that cannot be read
 */
export async function openStore(location: string, access?: FileAccess): Promise<Store> {
  if (isS3Location(location)) {
    const { openS3Store } = await import('./s3-store.ts');
    return openS3Store(location);
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(location)) {
    throw new UserError('bad-location', `${location} cannot be opened: use a folder or an s3://bucket/prefix address.`);
  }
  return new FileStore(location, access);
}

/** Reads one whole file, given by its path or s3:// address. @throws StoreError as the store does */
export async function readLocation(location: string): Promise<Buffer> {
  const { folder, name } = splitLocation(location);
  const store = await openStore(folder);
  try {
    return await store.get(name);
  } finally {
    await store.close();
  }
}
