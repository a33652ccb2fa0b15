/** The page of an invented run whose images have several labels, written as its data files have it. */

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { packDetails, packHeatmaps } from '../../../src/report/page/image-details.ts';
import { indexHtml } from '../../../src/report/page/index-html.ts';
import { packFloats, packIntegers } from '../../../src/report/page/packed-array.ts';
import {
  type ChangedPairRow,
  type ClassFile,
  classFileName,
  detailsName,
  detailsRows,
  type EarlierMaps,
  earlierMapsName,
  type ImageDetails,
  type PageChanges,
  type PagePairChanges,
  type PageReport,
  registrar,
} from '../../../src/report/page/page-data.ts';
import { readBuiltPage } from '../../../src/report/serve/built-page.ts';
import { overlayKey, seenPictureKey } from '../../../src/shared/run/output-key.ts';
import { FileStore } from '../../../src/shared/store/file-store.ts';
import { harbourFindings, isDecided, isWrong } from './harbour-findings.ts';
import { harbourClasses, harbourScenes, places, type Scene } from './harbour-scenes.ts';

interface HarbourShape {
  images: number;
  /** Whether pictures are drawn. */
  pictures?: boolean;
  folder?: string;
}

const layers = ['layer3', 'layer4'];
const slots = [1, 2, 3, 4, 5];
const maps = layers.flatMap((layer) =>
  slots.map((slot) => ({ layer, method: 'grad-cam', target: `predicted+label#${slot}` })),
);
const grid = 7;

export interface HarbourReport {
  /** As the browser opens it from disk. */
  address: string;
  scenes: Scene[];
  [Symbol.asyncDispose](): Promise<void>;
}

export async function writeHarbourReport(shape: HarbourShape): Promise<HarbourReport> {
  const folder = shape.folder ?? (await mkdtemp(join(tmpdir(), 'gradline-harbour-')));
  const output = new FileStore(folder);
  const scenes = harbourScenes(shape.images);
  const put = (name: string, content: object) =>
    output.put(
      `report/data/${name}.js`,
      `${registrar}(${JSON.stringify(name)},${JSON.stringify(content)});\n`,
      'text/javascript',
    );
  for (const { name, content, contentType } of await readBuiltPage('report/page/app', indexHtml))
    await output.put(`report/${name}`, content, contentType);
  await put('report', harbourPage(scenes, shape.pictures === true));
  await put(earlierMapsName, earlierHarbourMaps(scenes));
  for (const index of harbourClasses.keys()) await put(classFileName(index), harbourClassFile(scenes, index));
  for (let start = 0; start < scenes.length; start += detailsRows) {
    const part = scenes.slice(start, start + detailsRows);
    const images = part.map((scene) => ({ details: detailsOf(scene), heatmaps: heatmapsOf(scene) }));
    await put(detailsName(start), packDetails(images, maps.length));
  }
  if (shape.pictures) for (const scene of scenes) await drawPictures(output, scene);
  return {
    address: `file://${join(folder, 'report/index.html')}`,
    scenes,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export function harbourPage(scenes: readonly Scene[], pictures = false): PageReport {
  const count = (of: (scene: Scene, index: number) => boolean) => (scene: Scene) =>
    harbourClasses.filter((_, index) => of(scene, index)).length;
  const best = (scene: Scene) => scene.scores.indexOf(Math.max(...scene.scores));
  return {
    findings: harbourFindings(scenes),
    images: {
      keys: scenes.map(({ key }) => key),
      label: packIntegers(scenes.map(() => -1)),
      predicted: packIntegers(scenes.map(best)),
      score: packFloats(scenes.map(({ scores }) => Math.max(...scores))),
      margin: packFloats(scenes.map(() => 0.1)),
      degenerate: packIntegers(scenes.map(() => 0)),
      files: packIntegers(scenes.map(({ explained }) => explained.length)),
      fileSets: [0, ...slots].map((own) => ({
        seen: pictures ? 'seen.jpg' : null,
        overlays: maps.map(({ layer, method, target }) =>
          pictures && Number(target.at(-1)) <= own
            ? (overlayKey('x', layer, method, target, 'jpg').split('/').at(-1) ?? null)
            : null,
        ),
        maps: maps.map(() => null),
      })),
      folders: [],
      multiLabel: {
        labels: packIntegers(scenes.map(({ truth }) => truth?.filter((own) => own === 1).length ?? -1)),
        decided: packIntegers(scenes.map(count(isDecided))),
        falsePositives: packIntegers(
          scenes.map(count((scene, index) => isWrong(scene, index) && isDecided(scene, index))),
        ),
        falseNegatives: packIntegers(
          scenes.map(count((scene, index) => isWrong(scene, index) && !isDecided(scene, index))),
        ),
      },
    },
    maps,
    look: { colormap: 'magma', alpha: 0.6, scale: 'image', on: 'seen' },
    quarantined: {
      total: 1,
      listed: [{ key: 'broken.jpg', label: null, code: 'not-an-image', message: 'The file is not a picture.' }],
    },
    selection: null,
    previews: [],
    changes: changesOf(scenes),
  };
}

function changesOf(scenes: readonly Scene[]): PageChanges {
  const rows = scenes.flatMap((scene, row) =>
    scene.truth && harbourClasses.some((_, index) => isWrong(scene, index)) ? [row] : [],
  );
  const images = rows.slice(0, 6);
  const none = { count: 0, images: [] };
  return {
    before: {
      run: '20260101-020000-abc123',
      model: 'harbour.onnx',
      modelDigest: 'a'.repeat(64),
      input: 'photos',
      images: scenes.length,
      done: scenes.length,
      labelled: scenes.length,
      accuracy: 0.5,
    },
    matched: scenes.length,
    samePreprocess: true,
    paired: { images: 90, correctBefore: 50, correctAfter: 44, chance: 0.03 },
    classes: [
      {
        class: 2,
        name: 'gull',
        images: 24,
        recall: { before: 0.9, after: 0.9, worse: 0, better: 0, chance: 1, moved: false },
        precision: { before: 0.8, after: 0.5, worse: 6, better: 0, chance: 0.01, moved: true },
      },
    ],
    notes: [],
    newlyBroken: { count: images.length, images: [] },
    fixed: none,
    stillWrong: none,
    changedUnlabelled: none,
    elsewhere: null,
    pairs: pairsSince(scenes),
    apart: { relabelled: 0, added: 0, vanished: 0, newlyQuarantined: 0, noLongerQuarantined: 0 },
  };
}

/** Gulls beside boats are false only now; some boats are seen elsewhere. */
function pairsSince(scenes: readonly Scene[]): PagePairChanges {
  const gulls = changed(scenes, 2, (scene) => isWrong(scene, 2) && isDecided(scene, 2), 0.12);
  const boats = changed(scenes, 0, (scene) => scene.truth?.[0] === 1 && isDecided(scene, 0), 0.9).slice(0, 6);
  const list = (images: ChangedPairRow[]) => ({ count: images.length, images });
  const moved = { explained: 0, compared: 0, medianCorrelation: null, elsewhere: 0 };
  return {
    known: scenes.length * harbourClasses.length,
    stillRight: 600,
    newlyBroken: list(gulls),
    fixed: list([]),
    stillWrong: list([]),
    changedUnlabelled: list([]),
    maps: {
      layer: 'layer4',
      method: 'grad-cam',
      threshold: 0.5,
      moved: {
        stillRight: { explained: 40, compared: 40, medianCorrelation: 0.88, elsewhere: boats.length },
        newlyBroken: moved,
        fixed: moved,
        stillWrong: moved,
        unknown: moved,
      },
      elsewhere: list(boats.map((pair) => ({ ...pair, correlation: -0.31 }))),
      degenerate: { before: 0, after: 0, both: 0 },
    },
  };
}

/** @param score then */
function changed(
  scenes: readonly Scene[],
  index: number,
  holds: (scene: Scene) => boolean,
  score: number,
): ChangedPairRow[] {
  return scenes.flatMap((scene, row): ChangedPairRow[] => {
    const own = scene.scores[index] ?? 0;
    const slot = scene.explained.indexOf(index);
    if (!holds(scene) || slot < 0 || slot >= slots.length) return [];
    const isTrue = scene.truth?.[index] === 1;
    const before = { decided: score >= 0.5, score };
    return [{ row, class: index, isTrue, before, after: { decided: true, score: own }, map: slots.length + slot }];
  });
}

/** The earlier run saw boats where buoys are. */
function earlierHarbourMaps(scenes: readonly Scene[]): EarlierMaps {
  const boats = pairsSince(scenes).maps?.elsewhere.images ?? [];
  const heatmaps = boats.map(() => spotOf(1));
  return { rows: boats.map(({ row }) => row), classes: boats.map(() => 0), heatmaps: packHeatmaps(heatmaps) };
}

export function harbourClassFile(scenes: readonly Scene[], index: number): ClassFile {
  return {
    scores: packFloats(scenes.map(({ scores }) => scores[index] ?? Number.NaN)),
    truth: packIntegers(scenes.map(({ truth }) => truth?.[index] ?? -1)),
    maps: packIntegers(
      scenes.map(({ explained }) => {
        const slot = explained.indexOf(index);
        return slot < 0 ? -1 : slots.length + slot;
      }),
    ),
  };
}

function detailsOf(scene: Scene): ImageDetails {
  const { truth, scores, explained } = scene;
  const indices = (wanted: number) => truth?.flatMap((own, index) => (own === wanted ? [index] : [])) ?? [];
  const named = harbourClasses.flatMap((_, index) =>
    truth?.[index] === 1 || isDecided(scene, index) || explained.includes(index) ? [index] : [],
  );
  return {
    width: 160,
    height: 160,
    top: [],
    maps: layers.flatMap((_, layer) =>
      explained.map((index, slot) => {
        const [x, y] = places[index] ?? [0.5, 0.5];
        return {
          map: layer * slots.length + slot,
          class: index,
          shape: [grid, grid] as [number, number],
          min: -0.4,
          max: 1.5,
          mean: 0.2,
          peak: { x: x * 160, y: y * 160 },
          centre: { x: x * 160, y: y * 160 },
          areaAboveHalf: 0.1,
          borderShare: 0.2,
          degenerateReason: null,
          targets: [isDecided(scene, index) ? 'predicted' : 'label'],
        };
      }),
    ),
    multiLabel: {
      labels: truth && indices(1),
      unknown: indices(-1),
      scores: named
        .map((index) => ({ class: index, score: scores[index] ?? null }))
        .sort((a, b) => (b.score ?? 0) - (a.score ?? 0)),
    },
  };
}

function heatmapsOf({ explained }: Scene) {
  return layers.flatMap(() =>
    slots.map((slot) => {
      const index = explained[slot - 1];
      return index === undefined ? null : spotOf(index);
    }),
  );
}

/** A map that lies where the class stands. */
function spotOf(index: number): { height: number; width: number; values: Float32Array } {
  const [x, y] = places[index] ?? [0.5, 0.5];
  const values = Float32Array.from(
    { length: grid * grid },
    (_, cell) => 1.5 - Math.hypot(Math.floor(cell / grid) + 0.5 - y * grid, (cell % grid) + 0.5 - x * grid) / 2,
  );
  return { height: grid, width: grid, values };
}

const shapes = [
  '<path d="M28 94h44l-8 14H36zM48 92V64l18 26z" fill="#7a2f1d"/>',
  '<circle cx="115" cy="115" r="9" fill="#d83a2e"/><path d="M115 106V94" stroke="#222" stroke-width="3"/>',
  '<path d="M92 34q7-9 14 0q7-9 14 0" fill="none" stroke="#fff" stroke-width="4"/>',
  '<path d="M4 132h60v8H4zM12 140v16M36 140v16M56 140v16" fill="#6b4a2b" stroke="#6b4a2b" stroke-width="4"/>',
  '<path d="M132 96l4-52h6l4 52z" fill="#f2f2f2"/><path d="M133 76h12M134 58h10" stroke="#c22" stroke-width="7"/>',
  '<path d="M80 90V40h40" stroke="#333" stroke-width="4" fill="none"/>',
];

async function drawPictures(output: FileStore, { key, shown, explained }: Scene): Promise<void> {
  const things = shapes.filter((_, index) => shown[index]).join('');
  const scene = `<rect width="160" height="88" fill="#9cc4dd"/><rect y="88" width="160" height="72" fill="#3f6f86"/>${things}`;
  await output.put(seenPictureKey(key, 'jpg'), await jpeg(scene), 'image/jpeg');
  for (const [slot, index] of explained.entries()) {
    const [x, y] = places[index] ?? [0.5, 0.5];
    const glow = `<defs><radialGradient id="g" cx="${x}" cy="${y}" r="0.45"><stop offset="0" stop-color="#fcfdbf"/><stop offset="0.4" stop-color="#b73779"/><stop offset="1" stop-color="#000004"/></radialGradient></defs><rect width="160" height="160" fill="url(#g)" opacity="0.6"/>`;
    const picture = await jpeg(scene + glow);
    for (const layer of layers) {
      await output.put(overlayKey(key, layer, 'grad-cam', `predicted+label#${slot + 1}`, 'jpg'), picture, 'image/jpeg');
    }
  }
}

function jpeg(content: string): Promise<Buffer> {
  return sharp(Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="160" height="160">${content}</svg>`))
    .jpeg()
    .toBuffer();
}
