import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, onTestFinished } from 'vitest';
import { changesSince } from '../../../src/report/changes-since.ts';
import { unpackFloats, unpackHalves, unpackIntegers } from '../../../src/report/page/packed-array.ts';
import type { EarlierMaps, ImageDetailsFile, PageReport } from '../../../src/report/page/page-data.ts';
import { writePage } from '../../../src/report/page/write-page.ts';
import { readRunTable } from '../../../src/report/read/read-table.ts';
import type { DoneRecord, ImageRecord } from '../../../src/shared/run/record.ts';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import { simpleFindings } from './simple-findings.ts';
import { heatmapOf, type RunShape, writeReport } from './written-report.ts';

const classNames = ['cat', 'dog', 'fox'];

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${String(index).padStart(4, '0')}.jpg`);
}

async function written(shape: Partial<RunShape> = {}) {
  const report = await writeReport({ keys: keysOf(150), classNames, pictures: 4, ...shape });
  onTestFinished(() => report[Symbol.asyncDispose]());
  const output = new FileStore(report.folder);
  const findings = simpleFindings(report.records, classNames);
  return { ...report, output, findings, page: join(report.folder, 'report') };
}

/** Runs a data file as the page does. */
async function dataOf<T>(page: string, name: string): Promise<T> {
  const source = await readFile(join(page, `data/${name}.js`), 'utf8');
  const received: [string, T][] = [];
  runInNewContext(source, { gradline: (...content: [string, T]) => received.push(content) });
  expect(received.map(([registered]) => registered)).toEqual([name]);
  const [, content] = received[0] ?? [];
  if (content === undefined) throw new Error(`${name}.js hands nothing over.`);
  return content;
}

/** Every file below the folder by its name. */
async function filesOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const files = names.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return [path.slice(folder.length + 1), await readFile(path, 'utf8')] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

function isDone(record: ImageRecord): record is DoneRecord {
  return record.status === 'done';
}

describe('writePage', () => {
  it('writes the page, its app and its data, the same bytes each time', async () => {
    const { output, findings, page } = await written();
    const first = await filesOf(page);
    const own = Object.keys(first).filter((name) => !name.startsWith('proofs/'));
    expect(own.sort()).toEqual([
      'app.css',
      'app.js',
      'data/images-00000.js',
      'data/images-00001.js',
      'data/images-00002.js',
      'data/report.js',
      'index.html',
      'licenses.md',
    ]);
    expect(await writePage(output, { findings })).toEqual({ page: 'report/index.html', images: 150, files: 8 });
    expect(await filesOf(page)).toEqual(first);
  });

  it('lets the page load nothing from other hosts', async () => {
    const { page } = await written();
    const { 'index.html': html = '', 'app.css': css = '' } = await filesOf(page);
    expect(html).toMatch(/http-equiv="Content-Security-Policy" content="default-src 'none'; script-src 'self' file:;/);
    expect(html.match(/(?:src|href)="[^"]*"/g)).toEqual([
      'href="data:,"',
      'href="app.css"',
      'src="app.js"',
      'src="data/report.js"',
    ]);
    expect(css).not.toMatch(/url\(|@import/);
  });

  it('holds every image in columns, and its maps in files of 64 images', async () => {
    const { page, records } = await written();
    const report = await dataOf<PageReport>(page, 'report');
    const done = records.filter(isDone);
    expect(report.images.keys).toEqual(done.map(({ key }) => key));
    expect([...unpackIntegers(report.images.label)]).toEqual(done.map(({ label }) => label));
    expect([...unpackIntegers(report.images.predicted)]).toEqual(done.map(({ predicted }) => predicted));
    expect(unpackFloats(report.images.score)).toEqual(Float32Array.from(done, ({ score }) => score));
    expect(report.selection).toBeNull();

    const map = report.maps.findIndex(({ layer, target }) => layer === 'layer4' && target === 'label');
    const file = await dataOf<ImageDetailsFile>(page, 'images-00001');
    const heatmaps = file.heatmaps[map];
    if (!heatmaps) throw new Error('There are no heatmaps of layer4.');
    const place = 70 - 64;
    const scale = unpackFloats(heatmaps.scales)[place] ?? 0;
    const values = unpackHalves(heatmaps.values).slice(place * 49, (place + 1) * 49);
    const expected = heatmapOf(70, 'layer4', 'label').values;
    for (const [cell, value] of values.entries()) expect(value * scale).toBeCloseTo(expected[cell] ?? Number.NaN, 2);
    expect(file.images[place]?.maps[map]).toMatchObject({ map, shape: [7, 7], degenerateReason: null });
    expect(file.images[place]?.top[0]?.class).toBe(done[70]?.predicted);
  });

  it('names the files that there are, and no others', async () => {
    const { page, records } = await written();
    const { images, maps } = await dataOf<PageReport>(page, 'report');
    const sets = unpackIntegers(images.files);
    for (const [row, record] of records.filter(isDone).entries()) {
      const files = images.fileSets[sets[row] ?? -1];
      expect(files?.seen ?? null).toBe(record.picture === undefined ? null : 'seen.jpg');
      for (const { layer, method, target, overlay } of record.maps) {
        const map = maps.findIndex((one) => one.layer === layer && one.method === method && one.target === target);
        expect(overlay).toBe(files?.overlays[map] ? `overlays/${record.key}/${files.overlays[map]}` : null);
      }
    }
    expect(images.folders).toEqual([]);
  });

  it('keeps the folder of a key that is too long for a file name', async () => {
    const key = `${'long'.repeat(70)}.jpg`;
    const { page, records } = await written({ keys: [key] });
    const { images } = await dataOf<PageReport>(page, 'report');
    const [record] = records.filter(isDone);
    expect(record?.picture).toBe(`overlays/${images.folders[0]?.[1]}/seen.jpg`);
    expect(images.folders[0]?.[1]).not.toBe(key);
  });

  it('names rows where findings name keys', async () => {
    const { page, findings, records } = await written();
    const report = await dataOf<PageReport>(page, 'report');
    const keyOf = (row: number) => report.images.keys[row];
    const [cluster] = report.findings.clusters;
    const [expected] = findings.clusters;
    expect(cluster?.images.map(keyOf)).toEqual(expected?.images);
    expect(cluster?.counterExamples.map(keyOf)).toEqual(expected?.counterExamples);
    expect(cluster?.embedding.images.map(([row]) => keyOf(row))).toEqual(expected?.images);
    expect(report.findings.labelErrors.map(({ row }) => keyOf(row))).toEqual(
      findings.labelErrors.map(({ key }) => key),
    );
    expect(records).toHaveLength(150);
  });

  it('deletes the data of an earlier page with more images', async () => {
    const { output, findings, page } = await written();
    await writePage(output, { findings }, { limit: 20 });
    const names = Object.keys(await filesOf(page)).filter((name) => name.startsWith('data/images'));
    expect(names).toHaveLength(Math.ceil((await dataOf<PageReport>(page, 'report')).images.keys.length / 64));
    expect(names.length).toBeLessThan(3);
  });

  it('above its limit holds what findings name, then mistakes, then a fixed sample of the rest, and says so', async () => {
    const { output, findings, page, records } = await written({ keys: keysOf(1500) });
    const [cluster] = findings.clusters;
    const named = { ...findings, gaps: [], labelErrors: [], collect: [], clusters: cluster ? [cluster] : [] };
    await writePage(output, { findings: named }, { limit: 800 });
    const report = await dataOf<PageReport>(page, 'report');
    const shown = new Set(report.images.keys);
    for (const key of cluster?.images ?? []) expect(shown).toContain(key);
    const mistakes = records.filter(isDone).filter(({ correct }) => correct === false);
    for (const { key } of mistakes) expect(shown).toContain(key);
    expect(shown.size).toBeGreaterThan(720);
    expect(shown.size).toBeLessThan(880);
    expect(report.selection).toMatchObject({ shown: shown.size, done: 1500, mistakes: 1 });
    const beside = new Set([
      ...(cluster?.counterExamples ?? []),
      ...(cluster?.embedding.correct ?? []).map(({ key }) => key),
    ]);
    expect(report.selection?.rest).toBeCloseTo((800 - 500 - beside.size) / (1000 - beside.size), 5);

    await writePage(output, { findings: { ...named, clusters: [] } }, { limit: 100 });
    const few = await dataOf<PageReport>(page, 'report');
    expect(few.selection).toMatchObject({ done: 1500, mistakes: 0.2, rest: 0 });
    expect(few.images.keys.every((key) => mistakes.some((mistake) => mistake.key === key))).toBe(true);
  });

  it('lists quarantined images with their reasons', async () => {
    const broken = { key: '<b>.jpg', code: 'not-an-image', message: 'The file is not a picture.' };
    const { page } = await written({ quarantined: [broken] });
    const { quarantined, images } = await dataOf<PageReport>(page, 'report');
    expect(quarantined).toEqual({ total: 1, listed: [{ ...broken, label: 0 }] });
    expect(images.keys).not.toContain(broken.key);
  });

  it('draws as the run did, and as usual where run.json does not say', async () => {
    const { output, findings, folder, page } = await written();
    await rm(join(folder, 'run.json'));
    await writePage(output, { findings });
    const look = async () => (await dataOf<PageReport>(page, 'report')).look;
    expect(await look()).toEqual({ colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen' });
    const overlays = { colormap: 'viridis', alpha: 0.4, scale: 2, on: 'original', write: 'all', format: 'png' };
    await writeFile(join(folder, 'run.json'), JSON.stringify({ configuration: { overlays } }));
    await writePage(output, { findings });
    expect(await look()).toEqual({ colormap: 'viridis', alpha: 0.4, scale: 2, on: 'original' });
  });

  it('names the line that is not a record', async () => {
    const { output, findings, folder } = await written();
    await writeFile(join(folder, 'scores/part-00001.jsonl'), '{"key":"a.jpg"}\n');
    await expect(writePage(output, { findings })).rejects.toThrow(
      /scores\/part-00001\.jsonl, line 1 in .* is not a record\. Delete that file and go on with --resume/,
    );
  });

  it('holds every image that changed since an earlier run, with what that run answered and looked at', async () => {
    const since = await written({ isMistake: (index) => index % 5 === 0, lower: 2 });
    const { page, output, findings, records } = await written({ since });
    const changes = await changesSince(new FileStore(since.folder), output, await readRunTable(output));
    await writePage(output, { findings, changes }, { limit: 10 });
    const report = await dataOf<PageReport>(page, 'report');
    const { newlyBroken, fixed, stillWrong } = report.changes ?? {};
    const keysIn = (list: typeof fixed) => list?.images.map(({ row }) => report.images.keys[row]);
    const earlier = new Map(since.records.filter(isDone).map((record) => [record.key, record]));
    const wrong = records.filter(isDone).filter(({ correct }) => correct === false);
    const brokenKeys = wrong.map(({ key }) => key).filter((key) => earlier.get(key)?.correct);
    expect(keysIn(newlyBroken)?.sort()).toEqual(brokenKeys.sort());
    expect([newlyBroken?.count, fixed?.count, stillWrong?.count]).toEqual([40, 20, 10]);
    for (const { row, predicted, score } of fixed?.images ?? []) {
      const was = earlier.get(report.images.keys[row] ?? '');
      expect(predicted).toBe(was?.predicted);
      expect(score).toBeCloseTo(was?.score ?? Number.NaN, 4);
    }

    const { rows, heatmaps } = await dataOf<EarlierMaps>(page, 'earlier-maps');
    const [row = -1] = fixed?.images.map((image) => image.row) ?? [];
    const place = rows.indexOf(row);
    if (!heatmaps) throw new Error('There are no earlier maps.');
    const scale = unpackFloats(heatmaps.scales)[place] ?? 0;
    const values = unpackHalves(heatmaps.values).slice(place * 49, (place + 1) * 49);
    const index = Number.parseInt(report.images.keys[row] ?? '', 10);
    const expected = heatmapOf(index, 'layer4', 'predicted', 2).values;
    for (const [cell, value] of values.entries()) expect(value * scale).toBeCloseTo(expected[cell] ?? Number.NaN, 2);
  });
});
