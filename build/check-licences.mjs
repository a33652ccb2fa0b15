// Ends `npm run check` where a package that Gradline brings along has a licence that a company's list may not have.
import { execFileSync } from 'node:child_process';
import satisfies from 'spdx-satisfies';

const allowed = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Zlib',
];
/** libvips, loaded as a library of its own, which users can replace. */
const linked = /^@img\/sharp-/;

const list = execFileSync('npm', ['sbom', '--omit=dev', '--sbom-format=cyclonedx', '--package-lock-only'], {
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
const wrong = JSON.parse(list).components.flatMap(({ group, name, version, licenses = [] }) => {
  const full = group === undefined ? name : `${group}/${name}`;
  const licence = licenses.map((each) => each.expression ?? each.license.id ?? each.license.name).join(' AND ');
  const permitted = linked.test(full) ? [...allowed, 'LGPL-3.0-or-later'] : allowed;
  return licence !== '' && isPermitted(licence, permitted) ? [] : [`${full} ${version}: ${licence || 'none'}`];
});
if (wrong.length > 0) {
  console.error(`Licences that the list in build/check-licences.mjs does not have:\n\n${wrong.join('\n')}`);
  process.exit(1);
}

function isPermitted(licence, permitted) {
  try {
    return satisfies(licence, permitted);
  } catch {
    return false;
  }
}
