/** Numbers as people read them. */

const whole = new Intl.NumberFormat('en');

/** `12,345` */
export function count(value: number): string {
  return whole.format(value);
}

/** `1 image`, `12 images` */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** A share as `97.2%`; null as a dash. Only all is 100% and only none is 0%. */
export function percent(share: number | null): string {
  if (share === null || Number.isNaN(share)) return '–';
  const text = (share * 100).toFixed(1);
  if (text === '100.0') return share === 1 ? '100%' : '> 99.9%';
  if (text === '0.0') return share === 0 ? '0%' : '< 0.1%';
  return `${text}%`;
}

/** A share in as few signs as a tile has room for: `97%`, `>99%`. */
export function shortPercent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 100 && share < 1) return '>99%';
  if (whole === 0 && share > 0) return '<1%';
  return `${whole}%`;
}

/** Three digits; very small and very large ones with an exponent. */
export function value(number: number): string {
  if (number === 0) return '0';
  const size = Math.abs(number);
  const text = size < 1e-3 || size >= 1e5 ? number.toExponential(2) : String(Number(number.toPrecision(3)));
  return text.replace('-', '−');
}

/** A probability: never a bare zero. */
export function chance(probability: number): string {
  return probability < 1e-4 ? 'below 0.0001' : String(Number(probability.toPrecision(2)));
}
