/** Makes the findings of one output in a process of its own, and prints seconds and peak memory as JSON. */

import { makeFindings } from '../../src/report/make-findings.ts';
import { readRunTable } from '../../src/report/read/read-table.ts';
import { openStore } from '../../src/shared/store/open-store.ts';

const [location, what] = process.argv.slice(2);
if (location === undefined) throw new Error('Give the output of a run.');
const output = await openStore(location);
const begin = performance.now();
let found = { mistakes: 0, clusters: 0, gaps: 0 };
if (what === 'table') {
  await readRunTable(output);
} else {
  const { findings } = await makeFindings(output);
  found = {
    mistakes: findings.counts.labelled - findings.counts.correct,
    clusters: findings.clusters.length,
    gaps: findings.gaps.length,
  };
}
const seconds = (performance.now() - begin) / 1000;
// maxRSS is in KiB.
console.log(JSON.stringify({ seconds, mebibytes: process.resourceUsage().maxRSS / 1024, ...found }));
