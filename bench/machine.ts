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
  const file = join(packageFolder, 'dist/cli/gradline.cjs');
  if (!existsSync(file)) throw new Error('The command is not built. Run npm run build first.');
  return file;
}

/** The machine and the versions. A load above zero means that others use the machine too. */
export function machineFacts() {
  return {
    cpu: cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    gibibytes: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    /** Running tasks over the last minute. */
    load: loadavg()[0] ?? 0,
    versions: softwareVersions(),
  };
}

/** Prints the machine and the versions, a line each. */
export function printMachine(): void {
  const { cpu, cores, gibibytes, platform, load, versions } = machineFacts();
  const { gradline, onnxruntime, sharp, node } = versions;
  console.log(`Machine   ${cpu}, ${cores} cores, ${gibibytes} GiB, ${platform}`);
  console.log(`Versions  gradline ${gradline}, onnxruntime-node ${onnxruntime}, sharp ${sharp}, Node ${node}`);
  console.log(`Load      ${load.toFixed(1)} running tasks over the last minute, before anything is measured`);
}
