/** Flags over gradline.yaml over defaults, checked, as the configuration of a run. */

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { didYouMean } from '../../explain/nearest-names.ts';
import { UserError } from '../../explain/user-error.ts';
import { resolveLocation } from '../store/location.ts';
import {
  configurationFields,
  isRecipeFile,
  type RunConfiguration,
  runConfigurationSchema,
  runSettings,
} from './configuration.ts';
import { isTable } from './input-kind.ts';
import { filesOf, inputsBelow, readInputs, writtenInputs } from './read-inputs.ts';
import { assemble } from './setting.ts';
import { listSetting } from './setting-values.ts';
import { isThresholdFile } from './threshold-setting.ts';
import { readThresholds } from './thresholds.ts';

/** A setting that cannot be what was given, or that is missing. */
export class SettingError extends UserError {
  readonly setting: string;

  constructor(code: string, setting: string, message: string) {
    super(code, message);
    this.setting = setting;
  }
}

/** Values by the names of their settings. */
type GivenSettings = Record<string, unknown>;

const givenSettings = z.strictObject(Object.fromEntries(runSettings.map(({ name, given }) => [name, given]))).partial();
const settingNames = runSettings.map(({ name }) => name);

/**
 * @param flags settings by their kebab-case name, as the command line gives them (text, or true and false)
 * @param configFile path of a YAML file with the same names, or null; its relative paths start at its own folder
 * @throws UserError `bad-setting`, `unknown-setting`, `missing-setting`, `bad-config`
 */
export async function readConfiguration(
  flags: Record<string, unknown>,
  configFile: string | null = null,
): Promise<RunConfiguration> {
  const fromFile = configFile === null ? {} : (await readConfigurationFile(configFile)).settings;
  const fromFlags = checkSettings(flags, (name) => `--${flagOf(name)}`);
  return runConfiguration(await withThresholds(await withInputs(await withRecipe({ ...fromFile, ...fromFlags }))));
}

function flagOf(setting: string): string {
  return runSettings.find(({ name }) => name === setting)?.flag ?? setting;
}

/** What the files hold that give the model's inputs their values. */
async function withInputs(given: GivenSettings): Promise<GivenSettings> {
  if (given.inputs === undefined) return given;
  return { ...given, inputs: await readInputs(given.inputs) };
}

/** What the file of thresholds holds. */
async function withThresholds(given: GivenSettings): Promise<GivenSettings> {
  const { threshold } = given;
  if (typeof threshold !== 'string' || !isThresholdFile(threshold)) return given;
  return { ...given, threshold: { readFrom: threshold, byClass: await readThresholds(threshold) } };
}

interface WrittenSettings {
  /** By name, with whole paths: those of the file start at its own folder, others where the command was started. */
  settings: Record<string, unknown>;
  /** Files, folders and addresses among them. */
  places: string[];
}

/**
 * The same settings as a user wrote them, for another gradline.yaml: what `readConfiguration` makes of that is what it makes of these.
 * @throws as `readConfiguration`, for a setting that it does not know or cannot read
 */
export async function writtenSettings(
  flags: Record<string, unknown>,
  configFile: string | null = null,
): Promise<WrittenSettings> {
  const none = { settings: {}, written: {} };
  const fromFile = configFile === null ? none : await readConfigurationFile(configFile);
  const fromFlags = checkSettings(flags, (name) => `--${flagOf(name)}`);
  const paths = wholePaths(fromFlags, process.cwd());
  const whole = wholePaths({ ...fromFile.settings, ...fromFlags, ...paths }, '/');
  const inputs = whole.inputs === undefined ? {} : { inputs: writtenInputs(whole.inputs) };
  return {
    settings: { ...fromFile.written, ...withoutGaps(flags), ...paths, ...inputs },
    places: [...Object.values(whole).filter((value) => typeof value === 'string'), ...filesOf(whole.inputs ?? {})],
  };
}

/** Settings of the recipe that `preprocess` names, under those that were given by themselves. */
async function withRecipe(given: GivenSettings): Promise<GivenSettings> {
  const { preprocess, model } = given;
  if (typeof preprocess !== 'string' || (preprocess !== 'auto' && !isRecipeFile(preprocess))) return given;
  if (preprocess === 'auto' && typeof model !== 'string') return given;
  const { findRecipe, readRecipeFile } = await import('./recipe/read-recipe.ts');
  const recipe = preprocess === 'auto' ? await findRecipe(String(model)) : await readRecipeFile(preprocess);
  const { settings, readFrom, sizeField } = recipe;
  // Each of them says in its own way what another one says.
  const replaced = [
    ...(given['crop-pct'] === undefined ? [] : ['resize']),
    ...(given.resize === undefined ? [] : ['crop-pct']),
    ...(given.fit === undefined || given.fit === settings.fit ? [] : ['resize', 'crop-pct', 'pad']),
  ];
  const ofSize = given.size === undefined && settings.size !== undefined ? { sizeField } : {};
  const taken = Object.entries(settings).filter(([name]) => !replaced.includes(name));
  return { ...Object.fromEntries(taken), ...given, preprocess: { readFrom, ...ofSize } };
}

/** @returns settings as `Setting.given` reads them, and as the file has them */
async function readConfigurationFile(path: string): Promise<{ settings: GivenSettings; written: GivenSettings }> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('bad-config', `The configuration ${path} cannot be read: ${reason}`, { cause: error });
  }
  if (content === null || content === undefined) return { settings: {}, written: {} };
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new UserError('bad-config', `The configuration ${path} must hold settings such as 'model: model.onnx'.`);
  }
  const settings = checkSettings(content, (name) => `'${name}' in ${path}`);
  const paths = wholePaths(settings, dirname(path));
  return { settings: { ...settings, ...paths }, written: { ...withoutGaps(content), ...paths } };
}

/** The settings among these that are paths, as seen from a folder. */
function wholePaths(settings: GivenSettings, folder: string): GivenSettings {
  const paths = runSettings.flatMap(({ name, isPath }): [string, string][] => {
    const value = settings[name];
    return typeof value === 'string' && isPath?.(value) ? [[name, resolveLocation(folder, value)]] : [];
  });
  const inputs = settings.inputs === undefined ? {} : { inputs: inputsBelow(folder, settings.inputs) };
  return { ...Object.fromEntries(paths), ...inputs };
}

function withoutGaps(raw: object): GivenSettings {
  return Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined && value !== null));
}

function checkSettings(raw: object, nameInMessage: (name: string) => string): GivenSettings {
  const given = withoutGaps(raw);
  const result = givenSettings.safeParse(given);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue === undefined) throw result.error;
  throw settingError(issue, given, nameInMessage);
}

function settingError(
  issue: z.core.$ZodIssue,
  given: Record<string, unknown>,
  nameInMessage: (name: string) => string,
): UserError {
  if (issue.code === 'unrecognized_keys') {
    const key = issue.keys[0] ?? '';
    const near = didYouMean(key, settingNames) || ` The settings are ${settingNames.join(', ')}.`;
    return new SettingError('unknown-setting', key, `There is no setting ${nameInMessage(key)}.${near}`);
  }
  const name = String(issue.path[0]);
  const entry = issue.path.length > 1 ? issue.path[1] : undefined;
  const value = given[name];
  if (issue.code === 'invalid_value') {
    const choices = issue.values.map(String);
    const wrong = typeof entry === 'number' ? listEntry(value, entry) : String(value);
    return new SettingError(
      'bad-setting',
      name,
      `${nameInMessage(name)} cannot be '${wrong}'.${didYouMean(wrong, choices)} Use ${choices.join(', ')}.`,
    );
  }
  const isTexts = Array.isArray(value) && value.every((text) => typeof text === 'string');
  const shown = withoutSecrets(typeof value === 'string' ? value : isTexts ? value.join(' ') : JSON.stringify(value));
  return new SettingError('bad-setting', name, `${nameInMessage(name)} ${lowerFirst(issue.message)}; it is ${shown}.`);
}

/** The entry of a list that an issue points at, split and counted as the schema does. */
function listEntry(value: unknown, index: number): string {
  return listSetting.safeParse(value).data?.[index] ?? String(value);
}

/** What follows the host in a web address lets whoever reads it in. */
function withoutSecrets(text: string): string {
  return text.replace(/^((?:slack\+)?https?:\/\/)(?:[^/]*@)?([^/?#]*).+$/is, '$1$2/…');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function runConfiguration(given: GivenSettings): RunConfiguration {
  if (given.input === undefined)
    throw missing('input', 'the images', 'Give a folder, an s3:// address, or a .csv, .tsv or .jsonl list.');
  if (given.model === undefined) throw missing('model', '--model', 'Give the ONNX file of the classifier.');
  if (given.output === undefined)
    throw missing('output', '--output', 'Give a folder or an s3:// address for the results.');
  const assembled = assemble(configurationFields, given, (name, without) => {
    throw missing(without, `--${without}`, `Without it --${name} has nothing to say.`);
  });
  const configuration = runConfigurationSchema.parse(assembled);
  const meant = withMultiLabel(configuration);
  checkTogether(meant);
  return meant;
}

/** Settings that mean something only where each class is decided by itself. */
function withMultiLabel(configuration: RunConfiguration): RunConfiguration {
  const { multiLabel, threshold, targets } = configuration;
  const pairTarget = targets.find((target) => pairTargets.includes(target));
  if (threshold === undefined && pairTarget === undefined) return configuration;
  const what = pairTarget === undefined ? '--threshold' : `The target '${pairTarget}'`;
  if (multiLabel === false) throw missing('multi-label', '--multi-label', `Without it ${what} has nothing to say.`);
  return { ...configuration, multiLabel: true };
}

const pairTargets: readonly string[] = ['false-positives', 'false-negatives'];

/** Settings that make sense one by one but not with each other. */
function checkTogether(configuration: RunConfiguration): void {
  const { targets, labels, overlays, input, report, reference, since, notify, notifyLimit, threshold } = configuration;
  const mayHaveLabels = labels !== null || isTable(input);
  const ofLabels = targets.find((target) => target === 'label' || pairTargets.includes(target));
  if (ofLabels !== undefined && !mayHaveLabels) {
    throw missing('labels', '--labels', `The target '${ofLabels}' needs to know each image's label.`);
  }
  if (threshold === 'best-f1' && !mayHaveLabels) {
    throw missing('labels', '--labels', "'--threshold best-f1' needs to know each image's labels.");
  }
  if (overlays.write === 'errors' && !mayHaveLabels) {
    throw missing('labels', '--labels', "'--overlays errors' needs to know each image's label.");
  }
  if (notify === undefined && notifyLimit !== undefined) {
    throw missing('notify', '--notify', 'Without it --notify-limit has nothing to say.');
  }
  if (!report && (reference ?? since) !== undefined) {
    throw missing(
      'report',
      '--report',
      `Without it --${reference === undefined ? 'since' : 'reference'} has nothing to say.`,
    );
  }
}

function missing(setting: string, name: string, reason: string): SettingError {
  return new SettingError('missing-setting', setting, `Missing ${name}. ${reason}`);
}
