import { type Command, InvalidArgumentError } from 'commander';
import { exitCode } from './exit-code.ts';
import { wholeNumber } from './whole-number.ts';

const notes = `
Images are matched by key. An image looks elsewhere when its answer is the same and the maps of both runs correlate less than
--threshold.

Exit codes: 0, or 1 when more images are newly broken than --fail-on-broken allows; 2 usage; 3 an output cannot be read.

Example:
  gradline diff s3://results/monday s3://results/tuesday --fail-on-broken 20
`;

export function addDiffCommand(program: Command): void {
  program
    .command('diff')
    .summary('what changed from one run to another')
    .description(
      'Compares two outputs of runs over the same images: newly broken, fixed, still wrong, looking elsewhere.',
    )
    .argument('<before>', "the earlier run's output")
    .argument('<after>', "the later run's output")
    .option(
      '--threshold <number>',
      'correlation of maps below which a network looks elsewhere (default: 0.5)',
      correlation,
    )
    .option(
      '--fail-on-broken <n>',
      'exit with 1 when more images are newly broken',
      wholeNumber('It must be a whole number.', 0),
    )
    .option('--json', 'print all of it as JSON')
    .addHelpText('after', notes)
    .action(diffAction);
}

interface DiffFlags {
  threshold?: number;
  failOnBroken?: number;
  json?: boolean;
}

async function diffAction(before: string, after: string, flags: DiffFlags): Promise<void> {
  const [{ openStore }, { diffRuns }, { diffText }] = await Promise.all([
    import('../shared/store/open-store.ts'),
    import('../report/diff/diff-runs.ts'),
    import('./diff-text.ts'),
  ]);
  await using earlier = await openStore(before);
  await using later = await openStore(after);
  const diff = await diffRuns(earlier, later, flags.threshold === undefined ? {} : { threshold: flags.threshold });
  process.stdout.write(flags.json ? `${JSON.stringify(diff)}\n` : diffText(diff));
  if (flags.failOnBroken !== undefined && diff.newlyBroken.count > flags.failOnBroken) {
    process.exitCode = exitCode.someFailed;
  }
}

function correlation(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= -1 && value <= 1)) throw new InvalidArgumentError('It must be from -1 to 1.');
  return value;
}
