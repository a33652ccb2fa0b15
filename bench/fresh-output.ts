import { join } from 'node:path';

let outputs = 0;

/**
 * A place for an output in a temporary folder, with which it goes when the process ends. Not before: for half a minute after many files were
 * deleted, ext4 looks through their places for each new one, which would count as work of the next run.
 */
export function freshOutput(folder: string): string {
  outputs += 1;
  return join(folder, `output-${outputs}`);
}
