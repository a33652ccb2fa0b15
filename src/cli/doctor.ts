import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { exitCode } from './exit-code.ts';
import { wholeNumber } from './whole-number.ts';

const notes = `
Exit codes: 0 the provider works; 1 it does not.
`;

export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .summary('say whether this machine can explain on its GPU, and what is missing')
    .description('Tries an execution provider with a tiny model, and says what CUDA needs and this machine lacks.')
    .option('--provider <name>', 'ONNX Runtime execution provider to try', 'cuda')
    .option('--device <index>', 'which GPU', wholeNumber('It must be a whole number, 0 or more.', 0))
    .option('--json', 'print it as one JSON object')
    .addHelpText('after', notes)
    .action(doctorAction);
}

interface DoctorFlags {
  provider: string;
  device?: number;
  json?: boolean;
}

async function doctorAction({ provider, device, json }: DoctorFlags): Promise<void> {
  const [{ tryProvider }, { thisMachine }, { readCards }, { examineCuda, cudaReportText }] = await Promise.all([
    import('../worker/pipeline/provider.ts'),
    import('../shared/gpu/machine.ts'),
    import('../shared/gpu/driver.ts'),
    import('../shared/gpu/cuda-report.ts'),
  ]);
  const machine = thisMachine();
  const isCuda = provider === 'cuda';
  const [cuda, cards] = await Promise.all([isCuda ? examineCuda(machine) : null, isCuda ? readCards(machine) : []]);
  const trial = await tryProvider(provider, device === undefined ? null : [device], machine);
  const problem = 'problem' in trial ? trial.problem : null;
  const { version, folder } = machine.binding;
  const cores = availableParallelism();
  const works = problem === null;
  if (json) {
    const installed = { onnxruntime: version, folder, node: process.versions.node, cores };
    process.stdout.write(`${JSON.stringify({ provider, works, problem, ...installed, cards, ...cuda }, null, 2)}\n`);
  } else {
    const lines = [
      `ONNX Runtime ${version} for Node ${process.versions.node} on ${machine.platform} ${machine.arch}, ${cores} cores`,
      ...cards.map(({ index, name, memory }) => `Card ${index}: ${name}, ${(memory / 1024).toFixed(0)} GiB`),
      `The execution provider ${provider} ${works ? 'works' : `cannot start: ${problem}`}`,
      ...(cuda === null ? [] : ['', ...cudaReportText(cuda)]),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  if (!works) process.exitCode = exitCode.someFailed;
}
