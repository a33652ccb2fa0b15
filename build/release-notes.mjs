// node build/release-notes.mjs <version>: that version's section of CHANGELOG.md. A release is tagged only where the changelog and package.json name it.
import { readFileSync } from 'node:fs';

const [version] = process.argv.slice(2);
const inPackage = JSON.parse(readFileSync('package.json', 'utf8')).version;
const sections = readFileSync('CHANGELOG.md', 'utf8').split(/^## /m);
const section = sections.find((text) => text.split(/\s/, 1)[0] === version);
if (version !== inPackage || section === undefined) {
  console.error(
    `The release is ${version}, package.json says ${inPackage}, and CHANGELOG.md ${section ? 'has' : 'lacks'} a section "## ${version}".`,
  );
  process.exit(1);
}
console.log(section.slice(section.indexOf('\n')).trim());
