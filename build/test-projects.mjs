// Which tests are fast. A test file's project follows from what it imports, so that a new one needs no list.
import { readdirSync, readFileSync } from 'node:fs';
import { reachedFrom } from './imports.mjs';

const isOurs = (path) => /^(src|test|bench|demo|infra)\/.*\.m?tsx?$/.test(path);
const isNotProduct = (path) => isOurs(path) && !path.startsWith('src/');

/**
 * The project of a test file:
 * - `browser` where it drives one;
 * - `servers` where it starts processes or servers, or talks to them;
 * - `models` where it runs ONNX Runtime, or what the build made;
 * - `fast` for all others.
 * @param {string} file a path from the repository's root
 * @returns {'browser' | 'servers' | 'models' | 'fast'}
 */
export function projectOf(file) {
  const own = reachedFrom(file, isNotProduct, { types: false });
  if (own.has('playwright-core')) return 'browser';
  if (['node:child_process', 'node:net', 'node:http', 'node:https'].some((name) => own.has(name))) return 'servers';
  if (reachedFrom(file, isOurs, { types: false }).has('onnxruntime-node')) return 'models';
  return /\.\.\/dist\b/.test(readFileSync(file, 'utf8')) ? 'models' : 'fast';
}

/** The test files of each project. */
export function testProjects() {
  const projects = { fast: [], models: [], servers: [], browser: [] };
  for (const path of readdirSync('test', { recursive: true })) {
    const file = `test/${path.replaceAll('\\', '/')}`;
    if (file.endsWith('.test.ts')) projects[projectOf(file)].push(file);
  }
  return projects;
}
