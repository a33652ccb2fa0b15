/** Times and rates as people read them. */

const exact = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });

/** `28 Nov 2026, 02:00:12`, by the reader's clock. */
export function timeText(time: number): string {
  return exact.format(time);
}

const second = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' });
const minute = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short' });
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

/** For times on an axis of so many milliseconds: `13:02:30`, `13:02`, `28 Nov`. */
export function clockText(span: number): (time: Date) => string {
  const form = span < 300_000 ? second : span < 2 * 86_400_000 ? minute : day;
  return (time) => form.format(time);
}

/** `3 s`, `12 min`, `5 h`, `3 days` */
export function spanText(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** `214`, `21.4`, `2.14` */
export function rateText(rate: number): string {
  if (rate >= 100) return new Intl.NumberFormat('en').format(Math.round(rate));
  return String(Number(rate.toPrecision(3)));
}
