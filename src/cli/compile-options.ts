/** The flags of `gradline compile`, and what they ask `compileModel` for. */

import { type Command, Option } from 'commander';
import type { CompileOptions } from '../explain/compiled/compile-options.ts';
import type { OverlayLook } from '../explain/compiled/picture.ts';
import { UserError } from '../explain/user-error.ts';
import type { OverlaySettings, PreprocessSettings } from '../shared/run/configuration.ts';
import { inputSizeOf } from '../shared/run/input-size.ts';
import { wholeNumberOf } from './option-values.ts';
import { addCompiledSettings, givenSettings } from './run-options.ts';

/** As commander gives them. */
export interface CompileFlags extends Record<string, unknown> {
  output: string;
  target: string;
  batch?: string;
  inputPixels?: true;
  evidence?: true;
  upsample?: string;
  overlay?: true;
  colormap: string;
  alpha: string;
  float16?: true;
  externalData?: true;
  contribOperators?: true;
}

/** Flags that no run has. */
const ownFlags = [
  ...['output', 'target', 'batch', 'input-pixels', 'evidence', 'upsample', 'overlay', 'float16', 'external-data'],
  ...['contrib-operators', 'triton'],
];

export function addCompileOptions(command: Command): void {
  command.addOption(
    new Option(
      '--target <names>',
      'predicted, label, class:<index or name>, class:<a>-vs-<b>, top:<k>, or any',
    ).default('predicted'),
  );
  addCompiledSettings(command);
  command
    .option('--input-pixels', 'take pictures as bytes, and do the scaling of --preprocess in the file')
    .optionsGroup('File:')
    .option('--batch <n>', 'free, or so many pictures in every run (default: free wherever the model allows it)')
    .option('--evidence', 'return evidence vectors too')
    .option('--upsample <size>', "enlarge maps: side, or height and width as 224x224 (default: the layer's own grid)")
    .option('--overlay', 'return the picture with each map drawn over it too; needs --input-pixels')
    .option('--colormap <name>', 'for --overlay: magma, viridis, inferno, jet, turbo', 'magma')
    .option('--alpha <number>', 'for --overlay: opacity of the map, 0 to 1', '0.6')
    .option('--float16', 'weights and computation in half precision, for GPUs and phones')
    .option('--external-data', 'weights in <output>.data, as is done anyway above 2 GB')
    .option('--contrib-operators', 'keep operators that only ONNX Runtime has (com.microsoft)');
}

/** Settings that say nothing of how pictures become the model's input. */
const otherSettings = new Set([
  ...['layers', 'method', 'classes', 'output-name', 'inputs', 'score-activation', 'colormap', 'alpha', 'size'],
]);

/** @throws UserError as for the settings of a run */
export async function readCompileOptions(model: string, flags: CompileFlags): Promise<CompileOptions> {
  const [
    { readConfiguration },
    { listSetting, sizeSetting },
    { readClassNames },
    { readModelClasses },
    { explainerInputs },
  ] = await Promise.all([
    import('../shared/run/read-configuration.ts'),
    import('../shared/run/setting-values.ts'),
    import('../shared/run/class-names.ts'),
    import('../shared/run/model-classes.ts'),
    import('../shared/run/read-inputs.ts'),
  ]);
  const settings = Object.entries(givenSettings(flags)).filter(([name]) => !ownFlags.includes(name));
  const configuration = await readConfiguration({
    ...Object.fromEntries(settings),
    model,
    input: '.',
    output: flags.output,
  });
  const { preprocess, methods, layers, outputName, scoreActivation, inputs, overlays } = configuration;
  const classes =
    configuration.classes === null
      ? ((await readModelClasses(model))?.names ?? null)
      : await readClassNames(configuration.classes);
  const isPrepared = flags.inputPixels === true || settings.some(([name]) => !otherSettings.has(name));
  const upsample = flags.upsample === undefined ? undefined : sizeSetting.safeParse(flags.upsample);
  if (upsample?.success === false) {
    throw new UserError('bad-setting', `--upsample must be a size such as 224 or 224x320; it is ${flags.upsample}.`);
  }
  return {
    model,
    output: flags.output,
    layers,
    methods,
    targets: listSetting.parse(flags.target),
    scoreActivation,
    inputPixels: flags.inputPixels ?? false,
    evidence: flags.evidence ?? false,
    float16: flags.float16 ?? false,
    externalData: flags.externalData ?? false,
    contribOperators: flags.contribOperators ?? false,
    ...(outputName === undefined ? {} : { outputName }),
    ...inputSizeOf(preprocess),
    ...(classes === null ? {} : { classNames: [...classes.names] }),
    ...(classes?.ids == null ? {} : { classIds: [...classes.ids] }),
    ...explainerInputs(inputs),
    ...(flags.batch === undefined ? {} : { batch: batchOf(flags.batch) }),
    ...(isPrepared ? { preprocessing: await preprocessingOf(preprocess) } : {}),
    ...(upsample === undefined ? {} : { upsample: upsample.data }),
    ...(flags.overlay === true ? { overlay: await look(overlays) } : {}),
  };
}

function batchOf(text: string): 'free' | number {
  return text === 'free' ? text : wholeNumberOf('--batch', text, 1);
}

async function look({ colormap, alpha }: OverlaySettings): Promise<OverlayLook> {
  const { colourTable } = await import('../shared/picture/colormap.ts');
  return { colours: colourTable(colormap), opacity: alpha };
}

async function preprocessingOf(settings: PreprocessSettings): Promise<NonNullable<CompileOptions['preprocessing']>> {
  const { pixelScaling, resolvePreprocessing } = await import('../worker/pipeline/decode/preprocessing.ts');
  return {
    ...pixelScaling(settings),
    geometry: (modelSize) => {
      const { size, fit, resize, keepsSize, cropCorner, resampling, ground } = resolvePreprocessing(
        settings,
        modelSize,
      );
      return { size, fit, resize, keepsSize, cropCorner, resampling, ground };
    },
  };
}
