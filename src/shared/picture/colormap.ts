import { rgb } from 'd3-color';
import { interpolateInferno, interpolateMagma, interpolateTurbo, interpolateViridis } from 'd3-scale-chromatic';
import type { Colormap } from '../run/configuration.ts';

/** Entries in a colour table. */
export const colourCount = 256;

const tables = new Map<Colormap, Uint8Array>();

/** The colour table of a colormap: RGB of 256 steps from nothing to the maximum, `[256 * 3]`. Made once; do not write to it. */
export function colourTable(colormap: Colormap): Uint8Array {
  const known = tables.get(colormap);
  if (known !== undefined) return known;
  const table = new Uint8Array(colourCount * 3);
  for (let step = 0; step < colourCount; step++) table.set(colourOf(colormap, step), step * 3);
  tables.set(colormap, table);
  return table;
}

function colourOf(colormap: Colormap, step: number): number[] {
  const position = step / (colourCount - 1);
  switch (colormap) {
    case 'magma':
      return channelsOf(interpolateMagma(position));
    case 'viridis':
      return channelsOf(interpolateViridis(position));
    case 'inferno':
      return channelsOf(interpolateInferno(position));
    case 'turbo':
      return channelsOf(interpolateTurbo(position));
    case 'jet':
      return jet.map((corners) => Math.round(255 * linear(corners, position)));
  }
}

function channelsOf(colour: string): number[] {
  const { r, g, b } = rgb(colour);
  return [r, g, b];
}

/** Jet's red, green and blue as straight lines between corners (position, level), as matplotlib defines them. */
const jet: [number, number][][] = [
  [
    [0, 0],
    [0.35, 0],
    [0.66, 1],
    [0.89, 1],
    [1, 0.5],
  ],
  [
    [0, 0],
    [0.125, 0],
    [0.375, 1],
    [0.64, 1],
    [0.91, 0],
    [1, 0],
  ],
  [
    [0, 0.5],
    [0.11, 1],
    [0.34, 1],
    [0.65, 0],
    [1, 0],
  ],
];

function linear(corners: [number, number][], position: number): number {
  let [fromPosition, fromLevel] = corners[0] ?? [0, 0];
  for (const [toPosition, toLevel] of corners) {
    if (position <= toPosition) {
      const share = toPosition === fromPosition ? 1 : (position - fromPosition) / (toPosition - fromPosition);
      return fromLevel + share * (toLevel - fromLevel);
    }
    fromPosition = toPosition;
    fromLevel = toLevel;
  }
  return fromLevel;
}
