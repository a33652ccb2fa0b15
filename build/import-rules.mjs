// The table "Where things are" of CONTRIBUTING.md as a rule: which folder may import which.
import { dirname } from 'node:path';
import picomatch from 'picomatch';
import { importsOf, reachedFrom } from './imports.mjs';

/**
 * The rows of the table, deepest folder first. A row rules the files of its folder that no deeper row rules; they may import each other, all
 * below the folder, and what the third column names: folders below `src/`, with all that is in them, or patterns (`explain/*`).
 */
function rowsOf(page) {
  const rows = page.matchAll(/^\| *`(src\/[^`]+)` *\|[^|]*\|([^|]*)\|$/gm);
  return [...rows]
    .map(([, folder, names]) => {
      const allowed = [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name);
      const everything = names.trim() === 'all';
      const patterns = [folder, ...allowed.map((name) => `src/${name}`)].flatMap((path) =>
        path.includes('*') ? path : [path, `${path}/**`],
      );
      return { folder, names: names.trim(), may: everything ? () => true : picomatch(patterns) };
    })
    .sort((a, b) => b.folder.length - a.folder.length);
}

const isSource = (path) => /^src\/.*\.tsx?$/.test(path);

/**
 * A sentence for each import that the table does not allow, each file that has no row, and each row that has no files.
 * @param {string} page the text of CONTRIBUTING.md
 * @param {string[]} files the TypeScript files of `src/`, as paths from the repository's root
 * @returns {string[]}
 */
export function forbiddenImports(page, files) {
  const rows = rowsOf(page);
  const rowOf = (file) => rows.find(({ folder }) => file.startsWith(`${folder}/`));
  const unused = rows.filter((row) => !files.some((file) => rowOf(file) === row));
  return [
    ...unused.map(({ folder }) => `${folder} has a row in the table, but no files that the row rules. Take it out.`),
    ...files.flatMap((file) => {
      const row = rowOf(file);
      if (row === undefined) return `${file}: no row of the table rules ${dirname(file)}. Add one.`;
      const forbidden = importsOf(file).filter((name) => isSource(name) && !row.may(name));
      return forbidden.map((name) => `${file} imports ${name}. Files of ${row.folder} may import: ${row.names}.`);
    }),
  ];
}

/**
 * A sentence for each import of a Node module in what `entry` brings into a browser.
 * @param {string} entry
 * @returns {string[]}
 */
export function forbiddenInBrowser(entry) {
  return [...reachedFrom(entry, isSource)].filter(isSource).flatMap((file) => {
    const ofNode = importsOf(file).filter((name) => name.startsWith('node:'));
    return ofNode.map((name) => `${file} imports ${name}, which a browser does not have; ${entry} reaches it.`);
  });
}
