// The pages, of the report, of the dashboard, and of `gradline page`: one script and one style sheet each, which a browser can load from disk.
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'vite';

/** Names by folders of the pages' sources, below src/ and dist/ alike. */
const pages = {
  'report/page/app': 'gradlinePage',
  'dashboard/app': 'gradlineDashboard',
  'page/app': 'gradlineExplain',
};

for (const [folder, name] of Object.entries(pages)) {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: `dist/${folder}`,
      emptyOutDir: true,
      // Browsers since 2024.
      target: ['chrome123', 'firefox121', 'safari17.5'],
      license: { fileName: 'licenses.md' },
      lib: {
        entry: `src/${folder}/main.tsx`,
        formats: ['iife'],
        name,
        fileName: () => 'app.js',
        cssFileName: 'app',
      },
    },
  });
}

// What works behind the page that explains in the browser. ONNX Runtime lies beside as it is published, the build for
// WebAssembly alone and the one for WebGPU: its threads start from its own file.
const runtimes = {
  'onnxruntime-web/wasm': './ort.wasm.bundle.min.mjs',
  'onnxruntime-web/jspi': './ort.jspi.bundle.min.mjs',
};
for (const [entry, fileName] of [
  ['worker', 'worker.js'],
  ['service-worker', 'service-worker.js'],
]) {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: 'dist/page/app',
      emptyOutDir: false,
      target: ['chrome123', 'firefox121', 'safari17.5'],
      lib: { entry: `src/page/app/${entry}.ts`, formats: ['es'], fileName: () => fileName },
      rollupOptions: {
        external: Object.keys(runtimes),
        output: { paths: runtimes },
      },
    },
  });
}
const web = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
const programs = ['ort-wasm-simd-threaded.wasm', 'ort-wasm-simd-threaded.jspi.wasm'];
for (const name of [...Object.values(runtimes), ...programs])
  copyFileSync(join(web, name), join('dist/page/app', name));
// Published without the text of its licence.
const { version } = JSON.parse(readFileSync(join(web, '../package.json'), 'utf8'));
const licence = readFileSync('build/licences/onnxruntime-web.txt', 'utf8');
appendFileSync('dist/page/app/licenses.md', `\n## onnxruntime-web - ${version} (MIT)\n\n${licence}`);
copyFileSync('src/shared/picture/kernels/kernels.wasm', 'dist/page/app/kernels.wasm');
