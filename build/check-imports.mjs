// Ends `npm run check` where src/ does not keep to the table "Where things are" of CONTRIBUTING.md. Circles are Biome's (noImportCycles).
import { readdirSync, readFileSync } from 'node:fs';
import { forbiddenImports, forbiddenInBrowser } from './import-rules.mjs';

const files = readdirSync('src', { recursive: true })
  .map((path) => `src/${path.replaceAll('\\', '/')}`)
  .filter((path) => /\.tsx?$/.test(path) && !path.endsWith('.d.ts'));
const found = [
  ...forbiddenImports(readFileSync('CONTRIBUTING.md', 'utf8'), files),
  ...forbiddenInBrowser('src/report/page/app/main.tsx'),
  ...forbiddenInBrowser('src/dashboard/app/main.tsx'),
  ...['main.tsx', 'worker.ts', 'service-worker.ts'].flatMap((name) => forbiddenInBrowser(`src/page/app/${name}`)),
];
if (found.length > 0) {
  console.error(`CONTRIBUTING.md, "Where things are", does not allow this:\n\n${found.join('\n')}`);
  process.exit(1);
}
