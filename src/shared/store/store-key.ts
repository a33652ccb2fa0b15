/** Rules for keys: which ones are safe, which are hidden, and how they are ordered. */

/**
 * Why a key cannot name an object below a root, or null when it can. A safe key is relative, has no empty, `.` or `..`
 * part and no NUL, so that it stays below the root and no two keys meet in one file.
 */
export function storeKeyProblem(key: string): string | null {
  if (key === '') return 'it is empty';
  if (key.includes('\0')) return 'it holds a NUL character';
  if (key.startsWith('/') || /^[A-Za-z]:[\\/]/.test(key)) return 'it is an absolute path';
  const parts = key.split('/');
  if (parts.includes('..')) return "it holds a '..' part, which would leave the folder";
  if (parts.includes('.') || parts.includes('')) return "it holds an empty or '.' part";
  // On Windows a backslash separates folders too, so the same key would mean two different things.
  if (key.split(/[\\/]/).includes('..')) return "it holds a '..' part, which would leave the folder";
  return null;
}

/** Whether a part of the key starts with a dot: `.DS_Store`, `.git/x`, and the temporary files of a store. */
export function isHiddenKey(key: string): boolean {
  return key.startsWith('.') || key.includes('/.');
}

/** Orders keys by their UTF-8 bytes, as S3 does. JavaScript's own order differs above U+FFFF. */
export function compareKeys(a: string, b: string): number {
  const shared = Math.min(a.length, b.length);
  for (let i = 0; i < shared; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return utf8Rank(x) - utf8Rank(y);
  }
  return a.length - b.length;
}

/** UTF-16 surrogates stand for code points above U+FFFF, so they rank above the units from U+E000 to U+FFFF. */
function utf8Rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
