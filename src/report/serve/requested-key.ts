/** From the path of a request to the key of an object of the output. */

import { isHiddenKey, storeKeyProblem } from '../../shared/store/store-key.ts';

/**
 * @param target as the request line has it: a path, and perhaps a query
 * @returns the key, with `index.html` where a folder is named; null for what names no object: hidden ones, ways out of the folder, and paths
 * that are not percent-encoded UTF-8
 */
export function requestedKey(target: string): string | null {
  if (!target.startsWith('/')) return null;
  const [path = ''] = target.split('?', 1);
  let key: string;
  try {
    key = decodeURIComponent(path.slice(1));
  } catch {
    return null;
  }
  if (key === '' || key.endsWith('/')) key += 'index.html';
  // Windows takes a backslash for a slash, and a colon for a drive or a stream of a file.
  if (process.platform === 'win32' && /[\\:]/.test(key)) return null;
  return storeKeyProblem(key) !== null || isHiddenKey(key) ? null : key;
}
