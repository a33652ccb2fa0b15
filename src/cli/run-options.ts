/** The flags of `gradline run`. Each has the name of a setting in gradline.yaml; what values it takes is checked with those. */

import type { Command } from 'commander';
import { methodNames } from '../shared/run/run-settings.ts';

/** Flags that only decide what the terminal shows. */
const terminalOptions = ['config', 'json', 'quiet'];

/** @param use `enqueue`: for a run that always goes on where it stopped */
export function addRunOptions(command: Command, use: 'run' | 'enqueue' = 'run'): void {
  const value = (flags: string, description: string) => command.option(flags, description);
  const list = (flags: string, description: string) => command.option(flags, description, joinLists);

  value('--model <file>', 'ONNX file of the classifier (required)');
  value('--output <place>', 'folder or s3:// address for the results (required)');
  list(
    '--layers <names>',
    'layers to hook: layer4, layer4[-2], features.18, a node, a tensor, input, or last (default: last)',
  );
  list('--method <names>', `${methodNames.join(', ')} (default: grad-cam)`);
  list('--target <names>', 'predicted, label, class:<index or name>, class:<a>-vs-<b>, top:<k> (default: predicted)');
  value('--fuse <way>', 'one more map, of all layers together: mean, max, product');
  value('--classes <file>', 'names of the classes: JSON array, JSON object, or one name a line');
  value('--labels <source>', 'folder, regex:<pattern>, or a .csv or .jsonl file with key and label');
  value('--config <file>', 'YAML file with the same names as the flags; flags win');

  command.optionsGroup('Selection:');
  list('--include <globs>', 'only images whose key, or name where the glob has no /, matches one of them');
  list('--exclude <globs>', 'no images that match one of them');
  list('--suffixes <endings>', 'endings of file names: .jpg,.png (default: those of images; any in a list)');
  value('--sample <n>', 'draw n images at random');
  value('--seed <n>', 'decides which are drawn (default: 0)');
  value('--limit <n>', 'at most n images, the first of them');

  command.optionsGroup('Preprocessing:');
  value('--preprocess <preset>', 'imagenet, fastai, caffe, tf, none (default: imagenet)');
  value('--size <pixels>', 'side, or height and width as 240x320 (default: what the model asks for, else 224)');
  value('--fit <way>', 'crop, squish, pad, none');
  value('--resize <pixels>', 'shorter side before the centre crop');
  value('--mean <numbers>', 'subtracted from each channel: 0.485,0.456,0.406');
  value('--std <numbers>', 'each channel is divided by it: 0.229,0.224,0.225');
  value('--range <numbers>', 'pixel values before mean and std: 0,1 or 0,255 or -1,1');
  value('--channels <order>', 'rgb, bgr');

  command.optionsGroup('Results:');
  value('--overlays <which>', 'all, errors (misclassified images only), none (default: all)');
  value('--colormap <name>', 'magma, viridis, inferno, jet, turbo (default: magma)');
  value('--alpha <number>', 'opacity of the map, 0 to 1 (default: 0.6)');
  value('--overlay-scale <top>', 'image: each map fills the scale; a number: the same top for all (default: image)');
  value('--overlay-on <picture>', 'seen: what the model saw; original: the whole picture (default: seen)');
  value('--overlay-format <suffix>', 'jpg, png, webp (default: jpg)');
  value('--maps', 'write the raw maps as .npy files');
  command.option('--no-maps', 'do not, whatever the configuration file says');
  // The positive flag first: a negative one alone would make true the default, over whatever the configuration file says.
  command.option('--evidence', 'write evidence vectors, for clusters and gaps in reports (default)');
  command.option('--no-evidence', 'write none: a report then has no clusters and no gaps');
  command.option('--report', 'make a report at the end (default)');
  command.option('--no-report', 'make none; gradline report makes one at any time');
  value('--reference <output>', 'a run over the training set: the report compares gaps with what it holds');
  value('--since <output>', 'an earlier run: the report shows what changed since');
  value('--scores <where>', 'shard, image, both (default: shard)');
  value('--score-activation <name>', 'auto, softmax, sigmoid, none (default: auto)');
  value('--statistics', 'record activation statistics for each layer');
  command.option('--no-statistics', 'do not, whatever the configuration file says');

  command.optionsGroup('Measuring maps:');
  command.option('--evaluate', 'measure how faithful the maps are: deletion, insertion, drop, ROAD, shuffled weights');
  command.option('--no-evaluate', 'do not, whatever the configuration file says');
  value('--evaluate-sample <n>', 'on so many images (default: 200)');
  value('--regions <file>', "boxes or masks in COCO's format: do the maps lie on the object?");
  value(
    '--region-categories <rule>',
    'name: a category is the class of that name; index, index-from-1: by its id (default: name)',
  );

  command.optionsGroup('Execution:');
  value('--batch-size <n>', 'images in one session run (default: 8)');
  value('--shard-size <n>', 'images committed together (default: 64)');
  value('--provider <name>', 'ONNX Runtime execution provider: cpu, cuda, coreml, ... (default: cpu)');
  value('--threads <n>', 'threads inside one operator (default: one a core)');
  value('--max-failures <limit>', 'stop the run when more images fail: a number, or a share such as 5%');
  if (use === 'run') {
    value('--resume', 'go on where an earlier run into the same output stopped');
    command.option('--no-resume', 'do not, whatever the configuration file says');
  }

  command.optionsGroup('Terminal:');
  value('--json', 'print progress and summary as JSON lines');
  value('--quiet', 'print nothing but errors');
}

/** A flag given twice adds to the list. */
function joinLists(value: string, earlier: string | undefined): string {
  return earlier === undefined ? value : `${earlier},${value}`;
}

/** What was given on the command line, under the settings' own names. */
export function givenSettings(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options)
      .map(([name, value]): [string, unknown] => [
        name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
        value,
      ])
      .filter(([name]) => !terminalOptions.includes(name)),
  );
}
