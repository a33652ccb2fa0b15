/** How the run drew its overlays, from run.json. */

import { z } from 'zod';
import { runFileKey } from '../../shared/run/run-file.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import { type Store, StoreError } from '../../shared/store/store.ts';
import type { OverlayLook } from './page-data.ts';

const runFile = z.object({
  configuration: z.object({
    overlays: z.object({
      colormap: z.enum(['magma', 'viridis', 'inferno', 'jet', 'turbo']),
      alpha: z.number().min(0).max(1),
      scale: z.union([z.literal('image'), z.number().positive()]),
      on: z.enum(['seen', 'original']).default('seen'),
    }),
  }),
});

const usual: OverlayLook = { colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen' };

/** The usual look where run.json is missing or of another version: a page is useful all the same. @throws StoreError */
export async function readOverlayLook(output: Store): Promise<OverlayLook> {
  let text: string;
  try {
    text = (await retryTransient(() => output.get(runFileKey))).toString('utf8');
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return usual;
    throw error;
  }
  try {
    return runFile.parse(JSON.parse(text)).configuration.overlays;
  } catch {
    return usual;
  }
}
