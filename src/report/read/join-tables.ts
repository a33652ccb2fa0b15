import { joinPairs } from './pairs-builder.ts';
import { type MapColumns, type RunTable, topCount } from './run-table.ts';
import { emptyMapColumns, sameMap } from './table-builder.ts';

/** The rows of several tables one after another, as one table. */
export function joinTables(tables: readonly RunTable[]): RunTable {
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const pairs = joinPairs(tables);
  return {
    rows,
    keys: tables.flatMap(({ keys }) => keys),
    shard: joined(
      new Int32Array(rows),
      tables.map(({ shard }) => shard),
    ),
    line: joined(
      new Int32Array(rows),
      tables.map(({ line }) => line),
    ),
    quarantined: joined(
      new Uint8Array(rows),
      tables.map(({ quarantined }) => quarantined),
    ),
    label: joined(
      new Int32Array(rows),
      tables.map(({ label }) => label),
    ),
    predicted: joined(
      new Int32Array(rows),
      tables.map(({ predicted }) => predicted),
    ),
    score: joined(
      new Float64Array(rows),
      tables.map(({ score }) => score),
    ),
    margin: joined(
      new Float64Array(rows),
      tables.map(({ margin }) => margin),
    ),
    topClass: joined(
      new Int32Array(rows * topCount),
      tables.map(({ topClass }) => topClass),
    ),
    topScore: joined(
      new Float64Array(rows * topCount),
      tables.map(({ topScore }) => topScore),
    ),
    maps: joinMaps(tables, rows),
    classNames: joinNames(tables),
    failures: joinFailures(tables),
    ...(pairs === null ? {} : { pairs }),
  };
}

/** `target`, filled with the parts one after another. */
function joined<A extends Uint8Array | Int32Array | Float32Array | Float64Array>(target: A, parts: readonly A[]): A {
  let at = 0;
  for (const part of parts) {
    target.set(part, at);
    at += part.length;
  }
  return target;
}

function joinMaps(tables: readonly RunTable[], rows: number): MapColumns[] {
  const maps: MapColumns[] = [];
  let start = 0;
  for (const table of tables) {
    for (const part of table.maps) {
      let whole = maps.find((map) => sameMap(map, part));
      if (whole === undefined) {
        whole = emptyMapColumns(part, rows);
        maps.push(whole);
      }
      if (whole.cells === 0) whole.cells = part.cells;
      whole.class.set(part.class, start);
      whole.state.set(part.state, start);
      whole.max.set(part.max, start);
      whole.peakX.set(part.peakX, start);
      whole.peakY.set(part.peakY, start);
      whole.centreX.set(part.centreX, start);
      whole.centreY.set(part.centreY, start);
      whole.areaAboveHalf.set(part.areaAboveHalf, start);
      whole.borderShare.set(part.borderShare, start);
    }
    start += table.rows;
  }
  return maps;
}

function joinNames(tables: readonly RunTable[]): (string | null)[] {
  const length = tables.reduce((most, { classNames }) => Math.max(most, classNames.length), 0);
  const names = new Array<string | null>(length).fill(null);
  for (const { classNames } of tables) {
    for (const [index, name] of classNames.entries()) names[index] ??= name;
  }
  return names;
}

function joinFailures(tables: readonly RunTable[]): Record<string, number> {
  const failures: Record<string, number> = {};
  for (const table of tables) {
    for (const [code, count] of Object.entries(table.failures)) failures[code] = (failures[code] ?? 0) + count;
  }
  return failures;
}
