// Redis scripts and WebAssembly are read at run time from beside the module that uses them; tsc does not copy them.
import { cpSync, statSync } from 'node:fs';

cpSync('src', process.argv[2] ?? 'dist', {
  recursive: true,
  filter: (path) => statSync(path).isDirectory() || /\.(lua|wasm)$/.test(path),
});
