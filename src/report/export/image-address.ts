/** Where other programs find the images of a run. */

import { resolve } from 'node:path';
import { isTable } from '../../shared/run/input-kind.ts';
import { isS3Location, splitLocation } from '../../shared/store/location.ts';

const imageSuffix = /\.[a-z0-9]{2,5}$/i;

/**
 * The path or s3:// address of an image.
 * @param input of the run's settings: a folder, an s3:// prefix, a list, or one image
 * @param root what stands before the key instead, such as `https://images.example/val/` or `/data/local-files/?d=val/`; null: the input
 */
export function imageAddress(key: string, input: string, root: string | null): string {
  if (root !== null) return addressBelow(root, key);
  if (isS3Location(key)) return key;
  const folder = isTable(input) || isOneImage(input, key) ? splitLocation(input).folder : input;
  return isS3Location(folder) ? `${folder.replace(/\/+$/, '')}/${key}` : resolve(folder, key);
}

/** A key is encoded where its address is a URL, so that `#`, `?`, `%` and spaces stay part of the name. */
export function addressBelow(root: string, key: string): string {
  const isUrl = /^https?:\/\//i.test(root) || root.includes('?');
  const inside = isUrl ? key.split('/').map(encodeURIComponent).join('/') : key;
  return /[/\\=]$/.test(root) ? root + inside : `${root}/${inside}`;
}

function isOneImage(input: string, key: string): boolean {
  return imageSuffix.test(input) && splitLocation(input).name === key;
}
