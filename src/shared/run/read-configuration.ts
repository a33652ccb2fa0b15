/** Flags over gradline.yaml over defaults, checked, as the configuration of a run. */

import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { didYouMean } from '../../explain/nearest-names.ts';
import { UserError } from '../../explain/user-error.ts';
import { resolveLocation } from '../store/location.ts';
import { parseClassIndex } from './class-names.ts';
import type { PreprocessSettings, RunConfiguration } from './configuration.ts';
import { defaultShardSize } from './run-plan.ts';
import { type RunSettings, runSettingNames, runSettingsSchema } from './run-settings.ts';
import { listSetting } from './setting-values.ts';

/**
 * @param flags settings by their kebab-case name, as the command line gives them (text, or true and false)
 * @param configFile path of a YAML file with the same names, or null; its relative paths start at its own folder
 * @throws UserError `bad-setting`, `unknown-setting`, `missing-setting`, `bad-config`
 */
export async function readConfiguration(
  flags: Record<string, unknown>,
  configFile: string | null = null,
): Promise<RunConfiguration> {
  const fromFile = configFile === null ? {} : await readConfigurationFile(configFile);
  const fromFlags = checkSettings(flags, (name) => `--${name}`);
  return runConfiguration({ ...fromFile, ...fromFlags });
}

async function readConfigurationFile(path: string): Promise<RunSettings> {
  let content: unknown;
  try {
    content = parse(await readFile(path, 'utf8'));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError('bad-config', `The configuration ${path} cannot be read: ${reason}`, { cause: error });
  }
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) {
    throw new UserError('bad-config', `The configuration ${path} must hold settings such as 'model: model.onnx'.`);
  }
  const settings = checkSettings(content, (name) => `'${name}' in ${path}`);
  const folder = dirname(path);
  for (const name of ['input', 'output', 'model', 'classes', 'regions', 'reference', 'since'] as const) {
    const location = settings[name];
    if (location !== undefined) settings[name] = resolveLocation(folder, location);
  }
  if (settings.labels !== undefined && namesFile(settings.labels)) {
    settings.labels = resolveLocation(folder, settings.labels);
  }
  return settings;
}

/** Whether a `--labels` value is a file rather than `folder` or a pattern. */
function namesFile(labels: string): boolean {
  return labels !== 'folder' && !labels.startsWith('regex:');
}

function checkSettings(raw: object, nameInMessage: (name: string) => string): RunSettings {
  const given = Object.fromEntries(Object.entries(raw).filter(([, value]) => value !== undefined && value !== null));
  const result = runSettingsSchema.safeParse(given);
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
    const near = didYouMean(key, runSettingNames) || ` The settings are ${runSettingNames.join(', ')}.`;
    return new UserError('unknown-setting', `There is no setting ${nameInMessage(key)}.${near}`);
  }
  const name = String(issue.path[0]);
  const entry = issue.path.length > 1 ? issue.path[1] : undefined;
  const value = given[name];
  if (issue.code === 'invalid_value') {
    const choices = issue.values.map(String);
    const wrong = typeof entry === 'number' ? listEntry(value, entry) : String(value);
    return new UserError(
      'bad-setting',
      `${nameInMessage(name)} cannot be '${wrong}'.${didYouMean(wrong, choices)} Use ${choices.join(', ')}.`,
    );
  }
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return new UserError('bad-setting', `${nameInMessage(name)} ${lowerFirst(issue.message)}; it is ${shown}.`);
}

/** The entry of a list that an issue points at, split and counted as the schema does. */
function listEntry(value: unknown, index: number): string {
  return listSetting.safeParse(value).data?.[index] ?? String(value);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function runConfiguration(settings: RunSettings): RunConfiguration {
  const { input, output, model } = settings;
  if (input === undefined) throw missing('the images', 'Give a folder, an s3:// address, or a .csv or .jsonl list.');
  if (model === undefined) throw missing('--model', 'Give the ONNX file of the classifier.');
  if (output === undefined) throw missing('--output', 'Give a folder or an s3:// address for the results.');
  const configuration: RunConfiguration = {
    input,
    output,
    model,
    layers: settings.layers ?? ['last'],
    methods: settings.method ?? ['grad-cam'],
    targets: settings.target ?? ['predicted'],
    ...(settings.fuse === undefined ? {} : { fuse: settings.fuse }),
    classes: settings.classes ?? null,
    labels: settings.labels ?? null,
    selection: {
      include: settings.include ?? [],
      exclude: settings.exclude ?? [],
      suffixes: settings.suffixes ?? null,
      sample: settings.sample ?? null,
      seed: settings.seed ?? 0,
      limit: settings.limit ?? null,
    },
    preprocess: preprocessSettings(settings),
    scoreActivation: settings['score-activation'] ?? 'auto',
    batchSize: settings['batch-size'] ?? 8,
    shardSize: settings['shard-size'] ?? defaultShardSize,
    provider: settings.provider ?? 'cpu',
    threads: settings.threads ?? null,
    overlays: {
      write: settings.overlays ?? 'all',
      colormap: settings.colormap ?? 'magma',
      alpha: settings.alpha ?? 0.6,
      scale: settings['overlay-scale'] ?? 'image',
      on: settings['overlay-on'] ?? 'seen',
      format: settings['overlay-format'] ?? 'jpg',
    },
    maps: settings.maps ?? false,
    evidence: settings.evidence ?? true,
    report: settings.report ?? true,
    ...(settings.reference === undefined ? {} : { reference: settings.reference }),
    ...(settings.since === undefined ? {} : { since: settings.since }),
    ...evaluationSettings(settings),
    scores: settings.scores ?? 'shard',
    statistics: settings.statistics ?? false,
    ...(settings['max-failures'] === undefined ? {} : { maxFailures: settings['max-failures'] }),
    resume: settings.resume ?? false,
  };
  checkTogether(configuration);
  return configuration;
}

/** How many images are measured unless the user says otherwise. */
const defaultEvaluated = 200;

function evaluationSettings(settings: RunSettings): Pick<RunConfiguration, 'evaluate' | 'regions'> {
  const { evaluate = false, regions: file } = settings;
  const sample = settings['evaluate-sample'];
  const categories = settings['region-categories'];
  if (sample !== undefined && !evaluate) {
    throw missing('--evaluate', 'Without it --evaluate-sample has nothing to say.');
  }
  if (categories !== undefined && file === undefined) {
    throw missing('--regions', 'Without it --region-categories has nothing to say.');
  }
  return {
    ...(evaluate ? { evaluate: { sample: sample ?? defaultEvaluated } } : {}),
    ...(file === undefined ? {} : { regions: { file, categories: categories ?? 'name' } }),
  };
}

function preprocessSettings(settings: RunSettings): PreprocessSettings {
  const { size, fit, resize, mean, std, range, channels } = settings;
  return {
    preset: settings.preprocess ?? 'imagenet',
    ...(size === undefined ? {} : { size }),
    ...(fit === undefined ? {} : { fit }),
    ...(resize === undefined ? {} : { resize }),
    ...(mean === undefined ? {} : { mean }),
    ...(std === undefined ? {} : { std }),
    ...(range === undefined ? {} : { range }),
    ...(channels === undefined ? {} : { channels }),
  };
}

/** Settings that make sense one by one but not with each other. */
function checkTogether(configuration: RunConfiguration): void {
  const { targets, labels, classes, overlays, input, report, reference, since } = configuration;
  const mayHaveLabels = labels !== null || isImageList(input);
  if (targets.includes('label') && !mayHaveLabels) {
    throw missing('--labels', "The target 'label' needs to know each image's label.");
  }
  if (overlays.write === 'errors' && !mayHaveLabels) {
    throw missing('--labels', "'--overlays errors' needs to know each image's label.");
  }
  if (!report && (reference ?? since) !== undefined) {
    throw missing('--report', `Without it --${reference === undefined ? 'since' : 'reference'} has nothing to say.`);
  }
  for (const target of targets) {
    const names = /^class:(.+)$/s.exec(target)?.[1]?.split('-vs-') ?? [];
    const areIndices = names.every((name) => parseClassIndex(name) !== null);
    if (!areIndices && classes === null && labels !== 'folder') {
      throw missing('--classes', `The target '${target}' needs the names of the classes.`);
    }
  }
}

/** Whether an input is a list of images rather than a folder or prefix. */
export function isImageList(input: string): boolean {
  return /\.(csv|jsonl)$/i.test(input);
}

function missing(name: string, reason: string): UserError {
  return new UserError('missing-setting', `Missing ${name}. ${reason}`);
}
