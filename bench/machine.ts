/** Where the numbers come from. */

import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { softwareVersions } from '../src/shared/run/run-file.ts';

/** Folder of this checkout's package.json, from the sources and from compiled files alike. */
export const packageFolder = dirname(createRequire(import.meta.url).resolve('gradline/package.json'));

/** The built command. @throws Error when it is not built */
export function builtCommand(): string {
  const file = join(packageFolder, 'dist/cli/main.js');
  if (!existsSync(file)) throw new Error('The command is not built. Run npm run build first.');
  return file;
}

/** Prints the machine and the versions, a line each. A load above zero means that others use the machine too. */
export function printMachine(): void {
  const { gradline, onnxruntime, sharp, node } = softwareVersions();
  const gibibytes = Math.round(totalmem() / 2 ** 30);
  const cpu = cpus()[0]?.model.trim() ?? process.arch;
  console.log(
    `Machine   ${cpu}, ${availableParallelism()} cores, ${gibibytes} GiB, ${process.platform} ${process.arch}`,
  );
  console.log(`Versions  gradline ${gradline}, onnxruntime-node ${onnxruntime}, sharp ${sharp}, Node ${node}`);
  console.log(
    `Load      ${(loadavg()[0] ?? 0).toFixed(1)} running tasks over the last minute, before anything is measured`,
  );
}
