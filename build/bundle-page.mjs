// The pages, of the report, of the dashboard, and of `gradline page`: one script and one style sheet each, which a browser can load from disk.
import { copyFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from 'vite';

/** Names by folders of the pages' sources, below src/ and dist/ alike. */
const pages = { 'report/page/app': 'gradlinePage', 'dashboard/app': 'gradlineDashboard', 'page/app': 'gradlineExplain' };

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

// What works behind the page that explains in the browser. ONNX Runtime lies beside as it is published: its threads start from its own file.
const runtime = './ort.wasm.bundle.min.mjs';
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
        external: ['onnxruntime-web/wasm'],
        output: { paths: { 'onnxruntime-web/wasm': runtime } },
      },
    },
  });
}
const web = dirname(createRequire(import.meta.url).resolve('onnxruntime-web'));
for (const name of ['ort.wasm.bundle.min.mjs', 'ort-wasm-simd-threaded.wasm']) copyFileSync(join(web, name), join('dist/page/app', name));
copyFileSync('src/shared/picture/kernels/kernels.wasm', 'dist/page/app/kernels.wasm');
