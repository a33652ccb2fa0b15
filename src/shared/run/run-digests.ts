import { digestLocation, digestText } from '../store/digest.ts';
import type { RunFile } from './run-file.ts';

/**
 * Of what a run's results depend on besides its configuration.
 * @param model path or address of the model, of whose file the digest is taken
 * @param classNames by class index; null when unknown
 * @throws StoreError
 */
export async function runDigests(model: string, classNames: readonly string[] | null): Promise<RunFile['digests']> {
  return {
    model: await digestLocation(model),
    classes: classNames === null ? null : digestText(JSON.stringify(classNames)),
  };
}
