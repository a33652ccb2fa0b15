// The pages, of the report and of the dashboard: one script and one style sheet each, which a browser can load from disk.
import { build } from 'vite';

/** Names by folders of the pages' sources, below src/ and dist/ alike. */
const pages = { 'report/page/app': 'gradlinePage', 'dashboard/app': 'gradlineDashboard' };

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
