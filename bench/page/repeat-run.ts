/** A run over many images from one over few: its records, evidence and pictures again and again, under other keys. */

import { cp, link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evidencePartKey, scoresPartKey } from '../../src/shared/run/output-key.ts';
import { type ImageRecord, imageRecordSchema } from '../../src/shared/run/record.ts';
import { runFileKey } from '../../src/shared/run/run-file.ts';

interface SourceShard {
  records: ImageRecord[];
  /** Path of its evidence part. */
  evidence: string;
}

/**
 * Writes an output of at least `images` images into an empty folder. Every copy of an image has the key `night-<n>/<key>`; its pictures are
 * those of the small run, reached by a link.
 * @param source the small run's output, a folder
 * @returns how many images there are
 */
export async function repeatRun(source: string, folder: string, images: number): Promise<number> {
  const shards = await readShards(source);
  const size = shards.reduce((sum, { records }) => sum + records.length, 0);
  if (size === 0) throw new Error(`${source} has no records.`);
  await mkdir(join(folder, 'scores'), { recursive: true });
  await mkdir(join(folder, 'evidence'));
  await mkdir(join(folder, 'overlays'));
  await cp(join(source, 'overlays'), join(folder, 'overlays', 'all'), { recursive: true });
  await cp(join(source, runFileKey), join(folder, runFileKey));
  let [written, shard] = [0, 0];
  for (let copy = 1; written < images; copy += 1) {
    const night = `night-${String(copy).padStart(4, '0')}`;
    await symlink('all', join(folder, 'overlays', night));
    for (const { records, evidence } of shards) {
      const lines = records.map((record) => `${JSON.stringify(renamed(record, night))}\n`);
      await writeFile(join(folder, scoresPartKey(shard)), lines.join(''));
      await link(evidence, join(folder, evidencePartKey(shard)));
      shard += 1;
    }
    written += size;
  }
  return written;
}

async function readShards(source: string): Promise<SourceShard[]> {
  const parts = (await readdir(join(source, 'scores'))).filter((name) => name.endsWith('.jsonl')).sort();
  return Promise.all(
    parts.map(async (name, shard) => {
      const lines = (await readFile(join(source, 'scores', name), 'utf8')).split('\n').filter((line) => line !== '');
      return {
        records: lines.map((line) => imageRecordSchema.parse(JSON.parse(line))),
        evidence: join(source, evidencePartKey(shard)),
      };
    }),
  );
}

function renamed(record: ImageRecord, night: string): ImageRecord {
  const key = `${night}/${record.key}`;
  if (record.status === 'quarantined') return { ...record, key };
  return {
    ...record,
    key,
    maps: record.maps.map((map) => ({ ...map, overlay: map.overlay && moved(map.overlay, night), map: null })),
    ...(record.picture && { picture: moved(record.picture, night) }),
  };
}

/** `overlays/a.jpg/seen.jpg` as `overlays/night-0001/a.jpg/seen.jpg`. */
function moved(file: string, night: string): string {
  return file.replace('/', `/${night}/`);
}
