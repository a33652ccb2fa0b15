/** Lists and dictionaries as Python prints them: `{0: 'tench', 1: "cock's comb"}`. */

const token = /\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|(-?\d+)|([[\](){},:]))\s*/y;

const brackets: Record<string, string> = { '(': '[', ')': ']' };

/** @returns undefined for anything else than lists, tuples and dictionaries of texts and whole numbers */
export function parsePythonLiteral(text: string): unknown {
  const parts: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    const [, single, double, number, sign] = match;
    const string = single ?? double;
    const part =
      string === undefined ? (number ?? brackets[sign ?? ''] ?? sign ?? '') : JSON.stringify(unescaped(string));
    const last = parts.at(-1) ?? '';
    // JSON has no numbers for keys, and no comma before what closes.
    if (part === ':' && /^-?\d+$/.test(last)) parts[parts.length - 1] = `"${last}"`;
    if (/^[\]}]$/.test(part) && last === ',') parts.pop();
    parts.push(part);
  }
  try {
    return JSON.parse(parts.join(''));
  } catch {
    return undefined;
  }
}

const unescaped = (text: string) =>
  text.replace(/\\(?:x([\da-f]{2})|u([\da-f]{4})|(.))/gis, (_, byte?: string, unit?: string, character?: string) => {
    const code = byte ?? unit;
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16));
    return character === 'n' ? '\n' : (character ?? '');
  });
