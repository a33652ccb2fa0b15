import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { exitCode } from './exit-code.ts';

const notes = `
npm's onnxruntime-node has no CUDA provider. This puts its two libraries beside it, from the wheel of onnxruntime-gpu of exactly the
same version in a Python package index, and checks the wheel against the index's SHA-256 before anything is written. Then it says how
CUDA and cuDNN come. gradline doctor says at any time what is there.

Exit codes: 0 the libraries are in place; 2 usage, another system, no such wheel, or not agreed to; 3 the index cannot be reached.
`;

export function addSetupGpuCommand(program: Command): void {
  program
    .command('setup-gpu')
    .summary('fetch the libraries with which ONNX Runtime uses NVIDIA GPUs')
    .description("Fetches ONNX Runtime's CUDA provider for this installation (Linux on x64).")
    .option('--yes', 'do not ask')
    .option('--index-url <url>', 'Python package index (default: PIP_INDEX_URL, else https://pypi.org/simple)')
    .addHelpText('after', notes)
    .action(setupAction);
}

interface SetupFlags {
  yes?: boolean;
  indexUrl?: string;
}

async function setupAction(flags: SetupFlags): Promise<void> {
  const [{ planSetup, setUpCuda }, { defaultIndex, withoutLogin }, { thisMachine }, report] = await Promise.all([
    import('../shared/gpu/setup.ts'),
    import('../shared/gpu/wheel-index.ts'),
    import('../shared/gpu/machine.ts'),
    import('../shared/gpu/cuda-report.ts'),
  ]);
  const machine = thisMachine();
  const plan = await planSetup(machine, flags.indexUrl ?? (process.env.PIP_INDEX_URL || defaultIndex));
  const { wheel, folder } = plan;
  const size = wheel.size === null ? 'of unknown size' : megabytes(wheel.size);
  say(
    `Fetches ${wheel.name} (${size})\n  from ${withoutLogin(wheel.url)}\n  SHA-256 ${wheel.sha256}\n  into ${folder}`,
  );
  if (!flags.yes && !(await agreed())) {
    say('Nothing was fetched. Say yes, or give --yes where nobody can be asked.');
    process.exitCode = exitCode.usage;
    return;
  }
  let next = 0;
  const libraries = await setUpCuda(plan, (bytes) => {
    if (bytes < next) return;
    next = bytes + 50e6;
    if (bytes >= 50e6) say(`  ${megabytes(bytes)}`);
  });
  say(`\nIn place: ${libraries.join('\n          ')}\n`);
  say(report.cudaReportText(await report.examineCuda(machine)).join('\n'));
}

async function agreed(): Promise<boolean> {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^\s*y(es)?\s*$/i.test(await terminal.question('Go on? [y/N] '));
  } finally {
    terminal.close();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
