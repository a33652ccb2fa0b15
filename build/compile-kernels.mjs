// WebAssembly from its AssemblyScript sources, written beside the module that loads it. Left alone when it is newer than they are.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../src/shared/picture/kernels', import.meta.url));
const sources = join(folder, 'assembly');
const target = join(folder, 'kernels.wasm');
const changed = (file) => statSync(file).mtimeMs;
const newest = Math.max(
  ...readdirSync(sources).map((name) => changed(join(sources, name))),
  changed(fileURLToPath(import.meta.url)),
);

if (!existsSync(target) || changed(target) < newest) {
  const { default: asc } = await import('assemblyscript/asc');
  const { error, stderr } = await asc.main(['--config', join(sources, 'asconfig.json')]);
  if (error !== null) {
    console.error(stderr.toString());
    process.exit(1);
  }
}
