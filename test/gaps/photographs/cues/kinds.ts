/** All kinds of cues. */

import { drawFrame, drawTexturedEdges } from './border.ts';
import type { DrawCue } from './cue.ts';
import { drawLogo } from './logo.ts';
import { drawObject } from './object.ts';
import { drawTag, drawWatermark } from './text.ts';
import { drawBlur, drawColourCast, drawGrey, drawLowLight } from './whole-picture.ts';

export const cueKinds = {
  watermark: drawWatermark,
  logo: drawLogo,
  frame: drawFrame,
  'colour cast': drawColourCast,
  grey: drawGrey,
  'low light': drawLowLight,
  blur: drawBlur,
  object: drawObject,
  'textured edges': drawTexturedEdges,
  tag: drawTag,
} satisfies Record<string, DrawCue>;

export type CueKind = keyof typeof cueKinds;

export const allCueKinds = Object.keys(cueKinds).filter((kind): kind is CueKind => kind in cueKinds);
