/** Links from the page to the files of an image. */

/**
 * A link relative to `report/index.html`. Every part is percent-encoded, so that `#`, `?`, `%`, `+`, quotes, spaces and any script
 * stay part of the name.
 * @param key of the output, such as `overlays/cats/a b.jpg/seen.jpg`
 */
export function linkTo(key: string): string {
  const parts = wellFormed(key).split('/');
  return `../${parts.map(encodePart).join('/')}`;
}

/** `encodeURIComponent` leaves `'`, `(`, `)`, `*` and `!` alone, which servers and quoting treat differently. */
function encodePart(part: string): string {
  return encodeURIComponent(part).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A lone surrogate has no UTF-8; Node.js writes U+FFFD for it in file names. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\ufffd');
}
