/** Text as HTML. */

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text that is shown as it is, inside elements and quoted attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}

/** `+2.79`, `−0.061`: three significant digits, with a sign that is as wide as the plus. */
export function signedNumber(value: number): string {
  const size = Math.abs(value);
  const digits = size !== 0 && (size < 0.0001 || size >= 10_000) ? size.toExponential(2) : plainDigits(size);
  return `${value < 0 ? '−' : '+'}${digits}`;
}

function plainDigits(size: number): string {
  return size === 0 ? '0' : String(Number(size.toPrecision(3)));
}
