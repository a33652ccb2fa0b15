/** Draws a set of pictures: `node dist-tools/demo/make-images.js --set training --count 2400 --seed 1 --output demo/out/training`. */

import { InvalidArgumentError, Option, program } from 'commander';
import { planImageSet, type SetName } from './draw/image-set.ts';
import { writeSeveral } from './draw/several-set.ts';
import { writeImageSet } from './draw/write-image-set.ts';

interface Flags {
  set: SetName;
  count: number;
  seed: number;
  output: string;
  multiLabel?: boolean;
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('Give a whole number.');
  return Number(text);
}

program
  .name('make-images')
  .description("Draws the demo's pictures: <output>/<class>/<number>.jpg, and what is in them: <output>.json.")
  .addOption(
    new Option('--set <name>', 'which shares of stamped pictures')
      .choices(['training', 'validation'])
      .makeOptionMandatory(),
  )
  .requiredOption('--count <n>', 'pictures in all', wholeNumber)
  .requiredOption('--seed <n>', 'the same seed draws the same pictures', wholeNumber)
  .requiredOption('--output <folder>', 'is replaced if it exists')
  .option('--multi-label', 'any number of subjects in each picture, and their labels in <output>.csv')
  .action(async ({ set, count, seed, output, multiLabel }: Flags) => {
    if (multiLabel === true) {
      const plan = await writeSeveral(set, count, seed, output);
      console.log(`${plan.length} pictures in ${output}, their labels in ${output}.csv.`);
      return;
    }
    const truth = await writeImageSet(planImageSet(set, count, seed), output);
    const stamped = truth.filter((picture) => picture.stamp !== null).length;
    console.log(`${truth.length} pictures in ${output}, ${stamped} of them with a date.`);
  });

await program.parseAsync();
