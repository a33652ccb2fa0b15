/** The report in memory: columns unpacked, and the questions that every view asks of them. */

import { at } from '../../../explain/at.ts';
import type { MapId } from '../../contract.ts';
import { unpackFloats, unpackIntegers } from '../packed-array.ts';
import { type FileSet, type PageReport, previewFolder } from '../page-data.ts';
import { linkTo } from '../picture-path.ts';
import { openMultiLabel } from './multi-label/multi-label.ts';

export type Report = ReturnType<typeof openReport>;

export function openReport(page: PageReport) {
  const { images, findings, maps } = page;
  const label = unpackIntegers(images.label);
  const predicted = unpackIntegers(images.predicted);
  const score = unpackFloats(images.score);
  const margin = unpackFloats(images.margin);
  const degenerate = unpackIntegers(images.degenerate);
  const files = unpackIntegers(images.files);
  const folders = new Map(images.folders);
  const previews = new Map(page.previews);
  const suspected = new Map(findings.labelErrors.map((error) => [error.row, error]));
  const multi =
    findings.multiLabel && images.multiLabel ? openMultiLabel(findings.multiLabel, images.multiLabel) : null;
  let rowsByKey: Map<string, number> | null = null;

  const keyOf = (row: number): string => at(images.keys, row);
  const filesOf = (row: number): FileSet | undefined => images.fileSets[at(files, row)];
  const fileLink = (root: string, row: number, name: string | null | undefined): string | null =>
    name ? linkTo(`${root}/${folders.get(row) ?? keyOf(row)}/${name}`) : null;

  return {
    ...page,
    rows: images.keys.length,
    label,
    predicted,
    score,
    margin,
    /** Null where each image has one label at most. */
    multi,
    /** What is known of one image; the label is -1 where there is none. */
    answerOf: (row: number) => ({
      label: at(label, row),
      predicted: at(predicted, row),
      score: at(score, row),
      margin: at(margin, row),
    }),
    /** By row. */
    suspected,
    keyOf,
    /** -1 when no image of the page has the key. */
    rowOf(key: string): number {
      rowsByKey ??= new Map(images.keys.map((name, row) => [name, row]));
      return rowsByKey.get(key) ?? -1;
    },
    isLabelled: (row: number): boolean => (multi ? multi.isLabelled(row) : label[row] !== -1),
    /** Of several labels: any decision is wrong. */
    isMistake: (row: number): boolean =>
      multi ? multi.mistakesOf(row) > 0 : label[row] !== -1 && label[row] !== predicted[row],
    /** Whether the label may be wrong, or one is probably missing. */
    isSuspected: (row: number): boolean => (multi ? multi.missingOf(row).length > 0 : suspected.has(row)),
    isDegenerate: (row: number): boolean => degenerate[row] === 1,
    /** A class by name, or by number where it has none. */
    className: (index: number): string => findings.classNames[index] ?? `class ${index}`,
    /** A layer as the user wrote it; for `last` with the layer that it means. */
    layerName: (layer: string): string =>
      layer === 'last' && findings.lastLayer !== null ? `last (${findings.lastLayer})` : layer,
    /** The image as the model saw it; null where neither the run nor the report wrote it. */
    seenLink(row: number): string | null {
      const preview = previews.get(row);
      return preview === undefined
        ? fileLink('overlays', row, filesOf(row)?.seen)
        : linkTo(`${previewFolder}/${preview}`);
    },
    overlayLink: (row: number, map: number): string | null => fileLink('overlays', row, filesOf(row)?.overlays[map]),
    rawMapLink: (row: number, map: number): string | null => fileLink('maps', row, filesOf(row)?.maps[map]),
    /** Place in `maps`; -1 when there is none such. */
    mapIndex: (wanted: MapId): number =>
      maps.findIndex(
        ({ layer, method, target }) => layer === wanted.layer && method === wanted.method && target === wanted.target,
      ),
  };
}
