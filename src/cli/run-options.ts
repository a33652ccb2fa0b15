/** The flags of `gradline run`: each is a setting of `runConfigurationSchema`, in the order of the help. */

import { type Command, Option } from 'commander';
import { runSettings } from '../shared/run/configuration.ts';
import { settingText } from '../shared/run/setting.ts';
import { addLogOptions } from './log-entry.ts';

/** Flags that only decide what the terminal shows. */
const terminalOptions = ['config', 'log', 'json', 'quiet'];

const mainSettings = ['model', 'output', 'layers', 'method', 'target', 'fuse', 'classes', 'labels'];

/** Under their headings. */
const groups = {
  'Selection:': ['include', 'exclude', 'suffixes', 'sample', 'seed', 'limit'],
  'Several labels an image:': ['multi-label', 'threshold', 'label-separator', 'label-values'],
  'Preprocessing:': [
    ...['preprocess', 'size', 'fit', 'resize', 'crop-pct', 'crop-corner', 'interpolation', 'antialias', 'pillow'],
    ...['pad', 'pad-at', 'mean', 'std', 'range', 'channels', 'orientation', 'levels', 'pixel-limit', 'decode'],
  ],
  'Results:': [
    ...[
      'overlays',
      'colormap',
      'alpha',
      'overlay-scale',
      'overlay-on',
      'overlay-bands',
      'overlay-format',
      'maps',
      'evidence',
      'report',
    ],
    ...['interventions', 'reference', 'since', 'scores', 'output-name', 'inputs', 'score-activation', 'statistics'],
  ],
  'Measuring maps:': ['evaluate', 'evaluate-sample', 'regions', 'region-categories'],
  'Execution:': [
    ...['provider', 'device', 'precision', 'batch-size', 'shard-size', 'threads', 'pixel-threads'],
    ...['max-failures', 'notify', 'notify-limit', 'resume'],
  ],
};

/** For a form: every setting that a run of a fleet can have. */
export const settingGroups = Object.entries({ 'Run:': ['input', ...mainSettings], ...groups }).map(
  ([heading, names]) => ({ heading: heading.replace(/:$/, ''), names }),
);

/** @param use `enqueue`: for a run that always goes on where it stopped */
export function addRunOptions(command: Command, use: 'run' | 'enqueue' = 'run'): void {
  addSettings(command, mainSettings);
  command.option('--config <file>', 'YAML file with the same names as the flags; flags win');
  for (const [heading, names] of Object.entries(groups)) {
    command.optionsGroup(heading);
    addSettings(command, use === 'run' ? names : names.filter((name) => name !== 'resume'));
  }
  command.optionsGroup('Terminal:');
  addLogOptions(command).option('--quiet', 'print nothing but errors');
}

/** For a command that looks at a few images: what they are, and how they are prepared. */
export function addPreviewOptions(command: Command): void {
  addSettings(command, ['classes', 'labels', 'output-name', 'inputs', 'score-activation']);
  for (const heading of ['Selection:', 'Preprocessing:'] as const) {
    command.optionsGroup(heading);
    addSettings(command, groups[heading]);
  }
}

/** For `gradline compile`: what is explained, and how pictures are prepared. Reading pictures is for whoever runs the file. */
export function addCompiledSettings(command: Command): void {
  addSettings(command, ['layers', 'method', 'classes', 'output-name', 'inputs', 'score-activation']);
  command.optionsGroup('Preprocessing:');
  const ofFiles = ['orientation', 'levels', 'pixel-limit', 'decode'];
  addSettings(
    command,
    groups['Preprocessing:'].filter((name) => !ofFiles.includes(name)),
  );
}

function addSettings(command: Command, names: readonly string[]): void {
  for (const setting of names.flatMap((wanted) => runSettings.filter(({ name }) => name === wanted))) {
    const { name, value, isList, flag, off = 'do not, whatever the configuration file says' } = setting;
    const option = new Option(value === null ? `--${name}` : `--${flag ?? name} ${value}`, settingText(setting));
    command.addOption(flag !== undefined ? option.argParser(collect) : isList ? option.argParser(joinLists) : option);
    // Behind the positive flag: a negative one alone would make true the default, over whatever the configuration file says.
    if (value === null) command.option(`--no-${name}`, off);
  }
}

/** A flag given twice adds to the list. */
function joinLists(value: string, earlier: string | undefined): string {
  return earlier === undefined ? value : `${earlier},${value}`;
}

/** A flag given twice has both values, whatever they hold. */
export function collect(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

/** What was given on the command line, under the settings' own names. */
export function givenSettings(options: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(options)
      .map(([name, value]): [string, unknown] => [
        settingOf(name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)),
        value,
      ])
      .filter(([name]) => !terminalOptions.includes(name)),
  );
}

function settingOf(flag: string): string {
  return runSettings.find((setting) => setting.flag === flag)?.name ?? flag;
}
