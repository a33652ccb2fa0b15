/** How the run drew its overlays, from run.json. */

import { z } from 'zod';
import { UserError } from '../../explain/user-error.ts';
import { runConfigurationSchema } from '../../shared/run/configuration.ts';
import { readRunFile } from '../../shared/run/run-file.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import type { OverlayLook } from './page-data.ts';

const { overlays } = runConfigurationSchema.shape;
const look = overlays.pick({ colormap: true, alpha: true, scale: true, on: true });
const fields = z.object({
  configuration: z.object({ overlays: look.extend({ on: look.shape.on.default('seen') }) }),
});

const usual: OverlayLook = { colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen' };

/** The usual look where run.json is missing or of another version: a page is useful all the same. @throws StoreError */
export async function readOverlayLook(output: Store): Promise<OverlayLook> {
  try {
    const file = await retryTransient(() => readRunFile(output, fields, () => null));
    return file?.configuration.overlays ?? usual;
  } catch (error) {
    if (error instanceof UserError) return usual;
    throw error;
  }
}
