/** The files of a page: what `npm run build` bundles from its sources in `app/`, and what loads them. */

import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { contentTypeOf } from './answer-headers.ts';

export interface PageFile {
  /** Below the page's folder, such as `app.js`. */
  name: string;
  contentType: string;
  content: string;
}

const bundled = ['app.js', 'app.css', 'licenses.md'];

/**
 * @param app folder of the bundle below `dist/`
 * @param index text of `index.html`
 * @throws Error when the page is not built
 */
export async function readBuiltPage(app: string, index: string): Promise<PageFile[]> {
  const folder = join(dirname(createRequire(import.meta.url).resolve('gradline/package.json')), 'dist', app);
  const file = (name: string, content: string) => ({ name, contentType: contentTypeOf(name), content });
  const files = bundled.map(async (name) => file(name, await readFile(join(folder, name), 'utf8')));
  try {
    return [...(await Promise.all(files)), file('index.html', index)];
  } catch (cause) {
    throw new Error(`The page is not built: ${folder} lacks a file. Run npm run build.`, { cause });
  }
}
