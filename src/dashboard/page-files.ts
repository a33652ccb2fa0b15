/** The files of the dashboard's page: what `npm run build` makes of the sources in `app/`, and what loads them. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export interface PageFile {
  contentType: string;
  content: string;
}

const built = {
  '/app.js': 'text/javascript; charset=utf-8',
  '/app.css': 'text/css; charset=utf-8',
  '/licenses.md': 'text/plain; charset=utf-8',
};

/** By their paths. @throws Error when the page is not built */
export async function readPageFiles(): Promise<ReadonlyMap<string, PageFile>> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('gradline/package.json')), 'dist/dashboard/app');
  const files = Object.entries(built).map(async ([path, contentType]): Promise<[string, PageFile]> => {
    const content = await readFile(join(folder, path), 'utf8');
    return [path, { contentType, content }];
  });
  try {
    return new Map([...(await Promise.all(files)), ['/', { contentType: 'text/html; charset=utf-8', content: index }]]);
  } catch (cause) {
    throw new Error(`The dashboard's page is not built: ${folder} lacks a file. Run npm run build.`, { cause });
  }
}

const index = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <title>Gradline dashboard</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="app.css">
    <script defer src="app.js"></script>
  </head>
  <body>
    <div id="app"><p class="loading">Loading the dashboard.</p></div>
    <noscript><p class="loading">This page needs JavaScript. gradline status and gradline watch show the same in a terminal.</p></noscript>
  </body>
</html>
`;
