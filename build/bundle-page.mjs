// The report's page: one script and one style sheet, which a browser can load from disk. Options: the folder to write into.
import { build } from 'vite';

await build({
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: {
    outDir: process.argv[2] ?? 'dist/report/page/app',
    emptyOutDir: true,
    // Browsers since 2024.
    target: ['chrome123', 'firefox121', 'safari17.5'],
    license: { fileName: 'licenses.md' },
    lib: {
      entry: 'src/report/page/app/main.tsx',
      formats: ['iife'],
      name: 'gradlinePage',
      fileName: () => 'app.js',
      cssFileName: 'app',
    },
  },
});
