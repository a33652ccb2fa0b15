/** Colours as red, green and blue from 0 to 255. */

export type Colour = readonly [red: number, green: number, blue: number];

/** `#rrggbb` to a colour. */
export function hex(text: string): Colour {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** `share` 0 gives `a`, 1 gives `b`. */
export function mix(a: Colour, b: Colour, share: number): Colour {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

/** A surface of colour `a` under light of colour `b`. */
export function multiply(a: Colour, b: Colour): Colour {
  return [(a[0] * b[0]) / 255, (a[1] * b[1]) / 255, (a[2] * b[2]) / 255];
}

/** Below 1 darkens towards black, above 1 brightens towards white. */
export function brighten(colour: Colour, factor: number): Colour {
  return factor <= 1 ? mix([0, 0, 0], colour, factor) : mix(colour, [255, 255, 255], factor - 1);
}

/** The colour as SVG writes it. */
export function css(colour: Colour): string {
  const [red, green, blue] = colour.map((channel) => Math.max(0, Math.min(255, Math.round(channel))));
  return `rgb(${red},${green},${blue})`;
}
