/** Writes the report's page beside the results: static files that a browser opens from disk, from a bucket or from any server. */

import type { Store } from '../../shared/store/store.ts';
import type { Findings } from '../contract.ts';
import { readEvidence } from '../read/evidence.ts';
import { type StoredShard, storedRecords } from '../read/stored-records.ts';
import { readBuiltPage } from '../serve/built-page.ts';
import { ImageColumnsBuilder } from './image-columns.ts';
import { type DetailedImage, heatmapOf, imageDetails, packDetails } from './image-details.ts';
import { indexHtml } from './index-html.ts';
import { type ChangesContent, earlierMaps, earlierRows, pageChanges } from './page-changes.ts';
import {
  detailsName,
  detailsRows,
  earlierMapsName,
  type PageReport,
  type QuarantinedImages,
  registrar,
} from './page-data.ts';
import { PageFiles } from './page-files.ts';
import { pageFindings } from './page-findings.ts';
import { type SeeImages, writePreviews } from './previews.ts';
import { readOverlayLook } from './run-look.ts';
import { type ImageSelection, selectImages } from './selection.ts';

export interface PageContent {
  findings: Findings;
  /** Since an earlier run. Default: none. */
  changes?: ChangesContent | null;
  /** Reads images of which the run wrote no picture. Default: the page does without. */
  see?: SeeImages | null;
}

export interface PageOptions {
  /** Images on the page; above it, all that findings name, mistakes, and a sample of the rest. Default 100,000. */
  limit?: number;
}

export interface WrittenPage {
  /** Output key of the page. */
  page: string;
  /** Explained images on it. */
  images: number;
  /** Files below `report/` that it is made of. */
  files: number;
}

/** Quarantined images that are listed one by one. */
const quarantinedListed = 10_000;

/**
 * Writes `report/index.html`, its script and style, and `report/data/`. The bytes depend only on the findings and the run's output.
 * Reads the scores parts and evidence of the run, one shard at a time.
 * @throws UserError `damaged-output`; StoreError; Error when the page's app is not built
 */
export async function writePage(output: Store, content: PageContent, options: PageOptions = {}): Promise<WrittenPage> {
  const { findings, changes = null, see = null } = content;
  const files = new PageFiles(output);
  const app = await readBuiltPage('report/page/app', indexHtml);
  const look = await readOverlayLook(output);
  const before = changes && earlierRows(changes);
  const selection = selectImages(findings, options.limit ?? 100_000, before?.keys());
  const columns = new ImageColumnsBuilder(
    findings.multiLabel?.classes.map(({ threshold }) => threshold),
    findings.analysed,
  );
  const quarantined: QuarantinedImages = { total: 0, listed: [] };
  let pending: DetailedImage[] = [];
  const writeDetails = async (count: number) => {
    const name = detailsName(columns.rows - pending.length);
    const images = pending.slice(0, count);
    pending = pending.slice(count);
    await files.writeData(name, dataFile(name, packDetails(images, columns.maps.length)));
  };

  for await (const shard of storedRecords(output)) {
    addQuarantined(quarantined, shard);
    for (const image of await explainedImages(output, shard, selection, columns)) {
      pending.push(image);
    }
    while (pending.length >= detailsRows) await writeDetails(detailsRows);
  }
  if (pending.length > 0) await writeDetails(pending.length);

  const rows = columns.rowsByKey();
  const bare = (key: string) => {
    const row = rows.get(key);
    return row !== undefined && columns.lacksPicture(row) ? row : undefined;
  };
  const report: PageReport = {
    findings: pageFindings(findings, rows),
    images: columns.pack(),
    maps: columns.maps,
    look,
    quarantined,
    previews: see === null ? [] : await writePreviews(files, findings, bare, see),
    selection: selection.shares && { shown: columns.rows, done: findings.counts.done, ...selection.shares },
    changes: changes && before && pageChanges(changes, before, rows, columns.maps),
  };
  if (changes && before) {
    await files.writeData(earlierMapsName, dataFile(earlierMapsName, await earlierMaps(changes, before, rows)));
  }
  for (const { name, content } of columns.classFiles()) await files.writeData(name, dataFile(name, content));
  await files.writeData('report', dataFile('report', report));
  for (const { name, content: body, contentType } of app) await files.write(name, body, contentType);
  await files.end();
  return { page: 'report/index.html', images: columns.rows, files: files.count };
}

/** A classic script, because a browser loads neither modules nor JSON from disk. */
function dataFile(name: string, content: object): string {
  return `${registrar}(${JSON.stringify(name)},${JSON.stringify(content)});\n`;
}

function addQuarantined(quarantined: QuarantinedImages, { records }: StoredShard): void {
  for (const record of records) {
    if (record.status !== 'quarantined') continue;
    quarantined.total += 1;
    if (quarantined.listed.length >= quarantinedListed) continue;
    const { key, label, error } = record;
    quarantined.listed.push({ key, label, code: error.code, message: error.message });
  }
}

/** The shard's images that belong on the page, added to the columns. */
async function explainedImages(
  output: Store,
  { shard, records }: StoredShard,
  selection: ImageSelection,
  columns: ImageColumnsBuilder,
): Promise<DetailedImage[]> {
  const lines: number[] = [];
  const details = records.flatMap((record, line) => {
    if (record.status !== 'done' || !selection.includes(record)) return [];
    lines.push(line);
    columns.add(record);
    return [imageDetails(record, (map) => columns.mapIndex(map))];
  });
  if (lines.length === 0) return [];
  const evidence = await readEvidence(output, shard, columns.maps, lines);
  return details.map((image, row) => ({
    details: image,
    heatmaps: (evidence ?? []).map((rows) => rows && heatmapOf(rows, row)),
  }));
}
