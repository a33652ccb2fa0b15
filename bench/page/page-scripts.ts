/** Programs that run inside the measured page, as text: this folder is compiled for Node.js, without a browser's types. */

/** Runs before the page's own scripts: notes when a picture in the window is loaded and the frame with it has been drawn. */
export const watchForPicture = `
document.addEventListener('load', ({ target }) => {
  if (!(target instanceof HTMLImageElement) || 'firstPicture' in globalThis) return;
  const { top, bottom, height } = target.getBoundingClientRect();
  if (target.naturalWidth === 0 || height === 0 || top >= innerHeight || bottom <= 0) return;
  requestAnimationFrame(() => requestAnimationFrame(() => { globalThis.firstPicture = performance.now(); }));
}, { capture: true });`;

/** Milliseconds since the navigation began; null before. */
export const firstPicture = `globalThis.firstPicture ?? null`;

/** Milliseconds until the change of a field is drawn: the first frame has it, the second begins when that is drawn. */
export function typeInto(selector: string, text: string): string {
  return `(async () => {
    const input = document.querySelector(${JSON.stringify(selector)});
    const start = performance.now();
    input.value = ${JSON.stringify(text)};
    for (const name of ['input', 'change']) input.dispatchEvent(new Event(name, { bubbles: true }));
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    return performance.now() - start;
  })()`;
}

/** Presses the first tile of the gallery. */
export const openFirstTile = `(document.querySelector('.grid a').click(), performance.now())`;

/** The time when an opened image has its picture and its map; null before. */
export const imageShown = `(() => {
  const picture = document.querySelector('.stage img');
  const drawn = picture?.complete && picture.naturalWidth > 0 && document.querySelector('.stage canvas');
  return drawn ? performance.now() : null;
})()`;
