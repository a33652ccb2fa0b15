/** Places that a user names: a path on this machine, or an s3:// address. */

import { basename, dirname, isAbsolute, join } from 'node:path';

interface S3Location {
  bucket: string;
  /** Without the slash before it; '' for the whole bucket. */
  key: string;
}

/** The bucket and key of an s3:// address, or null for anything else. */
export function parseS3Location(location: string): S3Location | null {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(location);
  return match?.[1] === undefined ? null : { bucket: match[1], key: match[2] ?? '' };
}

export function isS3Location(location: string): boolean {
  return /^s3:/i.test(location);
}

/** The folder of a file's location and its name inside: `s3://b/x/list.csv` gives `s3://b/x` and `list.csv`. */
export function splitLocation(location: string): { folder: string; name: string } {
  if (!isS3Location(location)) return { folder: dirname(location), name: basename(location) };
  const slash = location.lastIndexOf('/');
  return { folder: location.slice(0, slash), name: location.slice(slash + 1) };
}

/** A location that may be relative to `folder`; addresses and absolute paths stay as they are. */
export function resolveLocation(folder: string, location: string): string {
  return isS3Location(location) || isAbsolute(location) ? location : join(folder, location);
}
