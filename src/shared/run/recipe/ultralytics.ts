/** What Ultralytics writes into the ONNX files of its classifiers: `task: classify` and `imgsz: [224, 224]`. */

import { type Recipe, unusable } from './recipe.ts';

/**
 * Its classify_transforms: the shorter side to the model's size, the middle of that, 0 to 1 without mean and std.
 * @returns null for a model of another origin
 * @throws UserError `bad-recipe` for one that does not classify
 */
export function readUltralyticsMetadata(metadata: ReadonlyMap<string, string>, name: string): Recipe | null {
  const task = metadata.get('task');
  const imgsz = metadata.get('imgsz');
  if (task === undefined || imgsz === undefined) return null;
  if (task !== 'classify') throw unusable(name, `its task is '${task}', not classify`);
  const [height, width = height] = (imgsz.match(/\d+/g) ?? []).map(Number);
  if (height === undefined || width === undefined) throw unusable(name, `its imgsz is '${imgsz}'`);
  if (height !== width) throw unusable(name, `its imgsz of ${height} x ${width} is not square`);
  return {
    settings: {
      size: { height, width },
      fit: 'crop',
      resize: height,
      interpolation: 'bilinear',
      range: [0, 1],
      mean: [0, 0, 0],
      std: [1, 1, 1],
      channels: 'rgb',
    },
    readFrom: `the metadata of ${name} (Ultralytics)`,
    sizeField: 'imgsz',
  };
}
