/** Fills the columns of a table, a record at a time. */

import type { MapId } from '../contract.ts';
import { PairsBuilder } from './pairs-builder.ts';
import type { RecordLine } from './record-line.ts';
import { type MapColumns, mapState, type RunTable, topCount } from './run-table.ts';

export class TableBuilder {
  readonly #capacity: number;
  readonly #table: RunTable;
  readonly #pairs = new PairsBuilder();

  /** @param capacity the most rows that will be added */
  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#table = {
      rows: 0,
      keys: [],
      shard: new Int32Array(capacity),
      line: new Int32Array(capacity),
      quarantined: new Uint8Array(capacity),
      label: new Int32Array(capacity).fill(-1),
      predicted: new Int32Array(capacity).fill(-1),
      score: new Float64Array(capacity).fill(Number.NaN),
      margin: new Float64Array(capacity).fill(Number.NaN),
      topClass: new Int32Array(capacity * topCount).fill(-1),
      topScore: new Float64Array(capacity * topCount).fill(Number.NaN),
      maps: [],
      classNames: [],
      failures: {},
    };
  }

  /** @throws RangeError when the table is full */
  add(record: RecordLine, shard: number, line: number): void {
    const table = this.#table;
    const row = table.rows;
    if (row >= this.#capacity) throw new RangeError(`The table has room for ${this.#capacity} rows.`);
    table.rows += 1;
    this.#pairs.add(record);
    table.keys.push(record.key);
    table.shard[row] = shard;
    table.line[row] = line;
    table.label[row] = record.label ?? -1;
    this.#name(record.label, record.labelName);
    for (const [place, index] of (record.labels ?? []).entries()) this.#name(index, record.labelNames?.[place] ?? null);
    if (record.status === 'quarantined') {
      table.quarantined[row] = 1;
      table.failures[record.error.code] = (table.failures[record.error.code] ?? 0) + 1;
      return;
    }
    table.predicted[row] = record.predicted;
    table.score[row] = record.score;
    table.margin[row] = record.margin;
    for (const [place, entry] of record.top.slice(0, topCount).entries()) {
      table.topClass[row * topCount + place] = entry.class;
      table.topScore[row * topCount + place] = entry.score;
      this.#name(entry.class, entry.name);
    }
    for (const [place, map] of record.maps.entries()) this.#addMap(row, place, map);
  }

  /** The table with columns as long as it has rows. */
  finish(): RunTable {
    const pairs = this.#pairs.finish();
    const table = pairs === null ? this.#table : { ...this.#table, pairs };
    const { rows } = table;
    if (rows === this.#capacity) return table;
    return {
      ...table,
      shard: table.shard.slice(0, rows),
      line: table.line.slice(0, rows),
      quarantined: table.quarantined.slice(0, rows),
      label: table.label.slice(0, rows),
      predicted: table.predicted.slice(0, rows),
      score: table.score.slice(0, rows),
      margin: table.margin.slice(0, rows),
      topClass: table.topClass.slice(0, rows * topCount),
      topScore: table.topScore.slice(0, rows * topCount),
      maps: table.maps.map((map) => ({
        ...map,
        class: map.class.slice(0, rows),
        state: map.state.slice(0, rows),
        max: map.max.slice(0, rows),
        peakX: map.peakX.slice(0, rows),
        peakY: map.peakY.slice(0, rows),
        centreX: map.centreX.slice(0, rows),
        centreY: map.centreY.slice(0, rows),
        areaAboveHalf: map.areaAboveHalf.slice(0, rows),
        borderShare: map.borderShare.slice(0, rows),
      })),
    };
  }

  #name(index: number | null, name: string | null): void {
    if (index === null || index < 0) return;
    const { classNames } = this.#table;
    while (classNames.length <= index) classNames.push(null);
    classNames[index] ??= name;
  }

  #addMap(row: number, place: number, map: Extract<RecordLine, { status: 'done' }>['maps'][number]): void {
    const columns = this.#columnsOf(map, place);
    if (columns.cells === 0) columns.cells = map.shape[0] * map.shape[1];
    columns.class[row] = map.class;
    columns.state[row] = map.degenerate ? mapState.degenerate : mapState.normal;
    columns.max[row] = map.max;
    columns.peakX[row] = map.peak.x;
    columns.peakY[row] = map.peak.y;
    columns.centreX[row] = map.centre?.x ?? Number.NaN;
    columns.centreY[row] = map.centre?.y ?? Number.NaN;
    columns.areaAboveHalf[row] = map.areaAboveHalf;
    columns.borderShare[row] = map.borderShare;
  }

  #columnsOf(map: MapId, place: number): MapColumns {
    const { maps } = this.#table;
    const expected = maps[place];
    // Records of a run list the same maps in the same order.
    if (expected !== undefined && sameMap(expected, map)) return expected;
    const known = maps.find((columns) => sameMap(columns, map));
    if (known !== undefined) return known;
    const added = emptyMapColumns(map, this.#capacity);
    maps.push(added);
    return added;
  }
}

export function sameMap(a: MapId, b: MapId): boolean {
  return a.layer === b.layer && a.method === b.method && a.target === b.target;
}

export function emptyMapColumns({ layer, method, target }: MapId, rows: number): MapColumns {
  const unknown = () => new Float32Array(rows).fill(Number.NaN);
  return {
    layer,
    method,
    target,
    class: new Int32Array(rows).fill(-1),
    state: new Uint8Array(rows),
    max: unknown(),
    peakX: unknown(),
    peakY: unknown(),
    centreX: unknown(),
    centreY: unknown(),
    areaAboveHalf: unknown(),
    borderShare: unknown(),
    cells: 0,
  };
}
