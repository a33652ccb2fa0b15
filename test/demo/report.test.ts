import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { planImageSet, stampedClass } from '../../demo/draw/image-set.ts';
import { writeImageSet } from '../../demo/draw/write-image-set.ts';
import type { Findings } from '../../src/report/contract.ts';
import { gradline } from '../cli/gradline.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';

const demo = fileURLToPath(new URL('../../demo', import.meta.url));

test("the first finding of the demo's report is the date that one camera prints", async () => {
  const folder = await temporaryFolder();
  const [photos, out] = [join(folder, 'photos'), join(folder, 'out')];
  const truth = await writeImageSet(planImageSet('validation', 360, 7), photos);
  const places = ['--model', join(demo, 'model/demo.onnx'), '--classes', join(demo, 'classes.json'), '--output', out];
  const settings = [
    '--layers',
    'layer3,layer4',
    '--target',
    'predicted,label',
    '--labels',
    'folder',
    '--overlays',
    'none',
  ];
  const { code, stdout } = await gradline(['run', photos, ...places, ...settings]);
  expect(code).toBe(0);

  const { collect, classNames }: Findings = JSON.parse(await readFile(join(out, 'report/findings.json'), 'utf8'));
  const [first] = collect;
  expect(first?.sentence).toContain(`taken for ${stampedClass}`);
  expect(first?.sentence).toContain('lower right corner');
  expect(stdout).toContain(`1. ${first?.sentence}`);
  const stamped = new Set(truth.filter(({ stamp }) => stamp !== null).map(({ key }) => key));
  const images = first?.images ?? [];
  expect(images.length).toBeGreaterThanOrEqual(50);
  expect(images.filter((key) => stamped.has(key)).length / images.length).toBeGreaterThanOrEqual(0.9);
  expect(images.filter((key) => key.startsWith(`${stampedClass}/`))).toEqual([]);
  expect(classNames).toContain(stampedClass);
});
