// Which tests are fast. A test file's project follows from what it imports, so that a new one needs no list.
import { readdirSync, readFileSync } from 'node:fs';
import { reachedFrom } from './imports.mjs';

const isOurs = (path) => /^(src|test|bench|demo|infra)\/.*\.m?tsx?$/.test(path);
const isNotProduct = (path) => isOurs(path) && !path.startsWith('src/');

/**
 * The project of a test file:
 * - `browser` where it drives one;
 * - `servers` where it starts processes or servers, or talks to them;
 * - `models` where it runs ONNX Runtime, or what the build made, and `alone` where it does so and looks at or changes its process;
 * - `fast` for all others.
 * Files of `models` and of `fast` share a process, and so what they import.
 * @param {string} file a path from the repository's root
 * @returns {'browser' | 'servers' | 'models' | 'alone' | 'fast'}
 */
export function projectOf(file) {
  const own = reachedFrom(file, isNotProduct, { types: false });
  if (own.has('playwright-core')) return 'browser';
  if (['node:child_process', 'node:net', 'node:http', 'node:https'].some((name) => own.has(name))) return 'servers';
  const text = readFileSync(file, 'utf8');
  if (!reachedFrom(file, isOurs, { types: false }).has('onnxruntime-node') && !/\.\.\/dist\b/.test(text)) return 'fast';
  return /\bprocess\.|\bvi\.|setFlagsFromString/.test(text) ? 'alone' : 'models';
}

/** The test files of each project. */
export function testProjects() {
  const projects = { browser: [], servers: [], alone: [], models: [], fast: [] };
  for (const path of readdirSync('test', { recursive: true })) {
    const file = `test/${path.replaceAll('\\', '/')}`;
    if (file.endsWith('.test.ts')) projects[projectOf(file)].push(file);
  }
  return projects;
}
