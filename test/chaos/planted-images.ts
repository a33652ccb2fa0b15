/** Pictures of which some are corrupt, and the output that they have to end in. */

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync, zipSync } from 'fflate';
import type { Random } from '../../demo/draw/random.ts';
import { makeReportAt } from '../../src/report/make-report.ts';
import { evidencePartKey, scoresPartKey } from '../../src/shared/run/output-key.ts';
import { imageRecordSchema } from '../../src/shared/run/record.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import type { Store } from '../../src/shared/store/store.ts';
import { planCarefully } from '../../src/worker/fleet/crash-policy.ts';
import { mergeScores } from '../../src/worker/pipeline/finish/merge-scores.ts';

export interface PlantedImages {
  /** All keys, in the order of the plan. */
  keys: string[];
  /** Files that break off in the middle. */
  corrupt: string[];
  /** Whole pictures that are said to end the process. */
  killing: string[];
}

/** Cuts one picture in a hundred short, and names three others that kill. @param project as `tinyProject` makes it */
export async function plantBadImages(project: string, random: Random): Promise<PlantedImages> {
  const photos = join(project, 'photos');
  const keys = (await readdir(photos, { recursive: true }))
    .filter((name) => name.endsWith('.png'))
    .map((name) => name.replaceAll('\\', '/'))
    .sort();
  const drawn = new Set<string>();
  const corruptImages = Math.max(1, Math.round(keys.length / 100));
  while (drawn.size < corruptImages + 3) drawn.add(keys[random.integer(0, keys.length - 1)] ?? '');
  const bad = [...drawn];
  const [corrupt, killing] = [bad.slice(0, corruptImages).sort(), bad.slice(corruptImages).sort()];
  for (const key of corrupt) {
    const whole = await readFile(join(photos, key));
    await writeFile(join(photos, key), whole.subarray(0, whole.length / 2));
  }
  return { keys, corrupt, killing };
}

/**
 * Makes the output of an undisturbed run, where no picture kills, what a fleet's must be: the killing images' records are those of
 * quarantined images, and they have no overlays.
 */
export async function withoutKillingImages(
  location: string,
  killing: readonly string[],
  shards: number,
): Promise<void> {
  const output = await openStore(location);
  for (let shard = 0; shard < shards; shard += 1) {
    const key = scoresPartKey(shard);
    const lines = (await output.get(key)).toString('utf8').split('\n');
    const changed = lines.map((line) => (line === '' ? line : lineOf(line, killing)));
    await output.put(key, changed.join('\n'), 'application/x-ndjson');
    const places = lines.flatMap((line, place) => (line !== '' && killing.includes(keyOf(line)) ? [place] : []));
    if (places.length > 0) await blankEvidence(output, shard, places);
  }
  for (const key of killing) {
    for await (const overlay of output.list(`overlays/${key}/`)) await output.delete(overlay.key);
  }
  await output.close();
  await mergeScores({ output: location, shards, missing: [] });
  await makeReportAt({ output: location, reference: null });
}

/** Evidence rows of images that were not explained are zeros. */
async function blankEvidence(output: Store, shard: number, places: readonly number[]): Promise<void> {
  const key = evidencePartKey(shard);
  const arrays = unzipSync(await output.get(key));
  for (const bytes of Object.values(arrays)) {
    const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const start = 10 + file.readUInt16LE(8);
    const rows = Number(/'shape': \((\d+)/.exec(file.toString('latin1', 10, start))?.[1]);
    const length = (file.length - start) / rows;
    for (const place of places) file.fill(0, start + place * length, start + (place + 1) * length);
  }
  await output.put(key, Buffer.from(zipSync(arrays, { level: 0, mtime: new Date(1980, 0, 1) })), 'application/zip');
}

function keyOf(line: string): string {
  return imageRecordSchema.parse(JSON.parse(line)).key;
}

function lineOf(line: string, killing: readonly string[]): string {
  const { key, label, labelName } = imageRecordSchema.parse(JSON.parse(line));
  if (!killing.includes(key)) return line;
  const shard = { number: 0, images: [{ key, label }] };
  const { blamed } = planCarefully(shard, 1, [{ place: 0, key, crashes: 1 }], 1, () => labelName);
  return JSON.stringify(blamed.get(0));
}
