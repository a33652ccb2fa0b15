/** The page's own files, the same for every report: what `npm run build` makes of the sources in `app/`. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { exploreMeta } from './page-data.ts';

export interface AppFile {
  name: string;
  contentType: string;
  content: Buffer | string;
}

const bundled = [
  { name: 'app.js', contentType: 'text/javascript; charset=utf-8' },
  { name: 'app.css', contentType: 'text/css; charset=utf-8' },
  { name: 'licenses.md', contentType: 'text/markdown; charset=utf-8' },
];

/** @throws Error when the app is not built */
export async function readAppFiles(): Promise<AppFile[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('gradline/package.json')), 'dist/report/page/app');
  const files = bundled.map(async (file) => ({ ...file, content: await readFile(join(folder, file.name)) }));
  try {
    return [
      ...(await Promise.all(files)),
      { name: 'index.html', contentType: 'text/html; charset=utf-8', content: index },
    ];
  } catch (cause) {
    throw new Error(`The report's page is not built: ${folder} lacks a file. Run npm run build.`, { cause });
  }
}

/**
 * Nothing may be loaded but from where the page lies: `'self'` for a server, `file:` for a page opened from disk, whose origin is
 * opaque. Styles may be inline because the charting library writes them so.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self' file:",
  "style-src 'self' file: 'unsafe-inline'",
  "img-src 'self' file: data:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const index = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${policy}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Gradline report</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="app.css">
    <script defer src="app.js"></script>
    <script defer src="data/report.js"></script>
  </head>
  <body>
    <div id="app"><p class="loading">Loading the report.</p></div>
    <noscript><p class="loading">This page needs JavaScript. The same findings are in findings.json beside it.</p></noscript>
  </body>
</html>
`;

/**
 * The index of a page whose server explains on demand: it may ask that server.
 * @param secret what goes with every request, in base64url
 */
export function exploringIndex(secret: string): string {
  return index
    .replace(policy, `${policy}; connect-src 'self'`)
    .replace('    <title>', `    <meta name="${exploreMeta}" content="${secret}">\n    <title>`);
}
