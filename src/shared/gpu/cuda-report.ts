/** What a machine has of what CUDA needs, what is missing, and how it gets it. */

import { existsSync, realpathSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  cudnnLibrary,
  driverLibrary,
  fourierLibrary,
  leastDriver,
  linkedLibraries,
  packageCommand,
  providerLibraries,
  wheelCommands,
} from './cuda-needs.ts';
import { driverVersion } from './driver.ts';
import { type LibraryPlace, LinkerPath, needsOf } from './libraries.ts';
import type { Machine } from './machine.ts';

interface CudaPart {
  /** `provider`, `cuda`, `cudnn`, `driver` or `system`. */
  part: string;
  title: string;
  ok: boolean;
  /** What was found, or what is missing. */
  found: string;
  /** Commands, and sentences about them, that mend it; empty where it is well. */
  mend: string[];
}

export interface CudaReport {
  parts: CudaPart[];
  /** Of NVIDIA's driver; null: none is loaded, or it does not say. */
  driver: string | null;
  /** Every part is there, as far as can be seen without trying. */
  ready: boolean;
}

export async function examineCuda(machine: Machine): Promise<CudaReport> {
  const { platform, arch, binding } = machine;
  if (platform !== 'linux' || arch !== 'x64') {
    const found = `${platform} ${arch}: ONNX Runtime for Node has CUDA for Linux on x64 only`;
    const mend = ['Run Gradline on such a machine, or choose --provider cpu.'];
    return {
      parts: [{ part: 'system', title: 'a system with CUDA', ok: false, found, mend }],
      driver: null,
      ready: false,
    };
  }
  const provider = join(binding.folder, providerLibraries[0]);
  const [linker, needs, driver] = await Promise.all([
    LinkerPath.read(machine),
    existsSync(provider) ? needsOf(machine, provider) : null,
    driverVersion(machine),
  ]);
  const linked = needs?.filter(({ name }) => isNvidia(name)) ?? linkedLibraries.map((name) => linker.find(name));
  const libcuda = needs?.find(({ name }) => name === driverLibrary) ?? linker.find(driverLibrary);
  const parts = [
    providerPart(machine),
    cudaPart(linked, linker),
    librariesPart('cudnn', 'cuDNN 9', [linker.find(cudnnLibrary)], linker),
    driverPart(libcuda, driver),
  ];
  return { parts, driver, ready: parts.every(({ ok }) => ok) };
}

function cudaPart(linked: readonly LibraryPlace[], linker: LinkerPath): CudaPart {
  const part = librariesPart('cuda', 'CUDA 13', linked, linker);
  if (linker.find(fourierLibrary).path !== null) return part;
  return { ...part, found: `${part.found}; without ${fourierLibrary}, for models with Fourier transforms` };
}

/** Of CUDA's toolkit or cuDNN, but not of the driver. */
function isNvidia(name: string): boolean {
  return name !== driverLibrary && /^lib(cu|nv)/.test(name);
}

function providerPart({ binding }: Machine): CudaPart {
  const missing = providerLibraries.filter((name) => !existsSync(join(binding.folder, name)));
  const ok = missing.length === 0;
  return {
    part: 'provider',
    title: "ONNX Runtime's CUDA provider",
    ok,
    found: ok ? `in ${binding.folder}` : `${missing.join(' and ')}: not in ${binding.folder}`,
    mend: ok ? [] : ['gradline setup-gpu'],
  };
}

function librariesPart(part: string, title: string, libraries: readonly LibraryPlace[], linker: LinkerPath): CudaPart {
  const missing = libraries.filter(({ path }) => path === null).map(({ name }) => name);
  if (missing.length === 0) {
    return { part, title, ok: true, found: libraries.map(({ path }) => shortPlace(path ?? '')).join(', '), mend: [] };
  }
  const others = missing.flatMap((name) => {
    const versions = linker.versionsOf(name).filter((version) => !name.endsWith(`.so.${version}`));
    return versions.length === 0 ? [] : [`${name.replace(/\.so\..*/, '')} is there in version ${versions.join(', ')}`];
  });
  return {
    part,
    title,
    ok: false,
    found: `not found: ${missing.join(', ')}${others.length === 0 ? '' : ` (${others.join('; ')})`}`,
    mend: [...wheelCommands, `or, as root, from NVIDIA's repository: ${packageCommand}`],
  };
}

/** The file behind the links names its whole version: `libcudnn.so.9` is `libcudnn.so.9.13.0`. */
function shortPlace(path: string): string {
  return basename(existsSync(path) ? realpathSync(path) : path);
}

function driverPart(libcuda: LibraryPlace, version: string | null): CudaPart {
  const part = 'driver';
  const title = "NVIDIA's driver";
  const major = version === null ? null : Number.parseInt(version, 10);
  if (major !== null && major < leastDriver) {
    const found = `${version}, which is older than ${leastDriver}, the first one for CUDA 13`;
    return { part, title, ok: false, found, mend: [`Install NVIDIA's driver ${leastDriver} or newer.`] };
  }
  if (libcuda.path === null) {
    const loaded = version === null ? 'none is loaded' : `${version} is loaded`;
    const mend =
      version === null
        ? `Install NVIDIA's driver ${leastDriver} or newer; start a container with --gpus all (NVIDIA Container Toolkit).`
        : "Start the container with --gpus all (NVIDIA Container Toolkit), so that it gets the driver's libraries.";
    return { part, title, ok: false, found: `${driverLibrary} not found, ${loaded}`, mend: [mend] };
  }
  return { part, title, ok: true, found: version ?? `of unknown version, ${libcuda.path}`, mend: [] };
}

/** One screen: a line for each part, then what to do. */
export function cudaReportText({ parts }: CudaReport): string[] {
  const width = Math.max(...parts.map(({ title }) => title.length));
  const lines = parts.map(
    ({ title, ok, found }) => `  ${ok ? 'ok     ' : 'MISSING'}  ${title.padEnd(width)}  ${found}`,
  );
  return [...lines, ...mendingText(parts)];
}

function mendingText(parts: readonly CudaPart[]): string[] {
  const mends = [...new Set(parts.flatMap(({ mend }) => mend))];
  return mends.length === 0 ? [] : ['', 'To mend it:', ...mends.map((line) => `  ${line}`)];
}
