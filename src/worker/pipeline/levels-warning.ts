import type { SettledImage } from './settled-image.ts';

/** Values that need no word: all that 16 bits hold, or that are bytes anyway. */
const usual = [65_535, 255, 1];

/**
 * Says once a run how samples of more than 8 bits became bytes, when a file came that was stretched, or that differs from the one before.
 * @param given whether `--levels` says it for all files; then there is nothing to say
 */
export function levelsWarning(given: boolean, warn: (message: string) => void): (record: SettledImage) => void {
  let isSaid = given;
  return (record) => {
    if (isSaid || record.status !== 'done' || record.levels === undefined) return;
    const [black, white] = record.levels;
    if (black === 0 && usual.includes(white)) return;
    isSaid = true;
    warn(
      `${record.key} has more than 8 bits a sample: its values from ${black} to ${white} became black to white, as much as it uses. ` +
        'Each such file is stretched by itself, and its record says how (image.levels). If all were taken alike in training, say so: ' +
        `--levels ${black},${white}`,
    );
  };
}
