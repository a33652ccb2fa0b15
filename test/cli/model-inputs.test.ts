import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeNpy } from '../../src/shared/run/npy.ts';
import type { ImageRecord } from '../../src/shared/run/record.ts';
import { openStore } from '../../src/shared/store/open-store.ts';
import { recordsOf } from '../fleet/fleet.ts';
import { gradline, runArguments, tinyProject } from './gradline.ts';
import { ageAndSex, patient, site, writePatients, writeSites, writeSitesOf, writeTwoInputs } from './two-inputs.ts';

const count = 7;

async function project() {
  const folder = await tinyProject(count);
  const model = await writeTwoInputs(folder);
  const run = (...more: string[]) =>
    gradline([...runArguments(folder, '--shard-size', '3', '--no-report', '--quiet'), '--model', model, ...more]);
  return { folder, model, run, patients: await writePatients(folder, count) };
}

async function recordsIn(folder: string): Promise<ImageRecord[]> {
  await using store = await openStore(folder);
  return recordsOf(store);
}

/** What the model says of a picture with these numbers, from what it says with zeros. */
function expected(zero: readonly number[], [age, sex]: readonly [number, number]): number[] {
  return [(zero[0] ?? 0) + age, (zero[1] ?? 0) + sex, (zero[2] ?? 0) - age];
}

/** Logits by class, by key. */
async function logitsIn(output: string): Promise<Map<string, number[]>> {
  const records = await recordsIn(output);
  return new Map(
    records.map((record) => {
      if (record.status !== 'done') throw new Error(record.error.message);
      return [record.key, record.top.toSorted((a, b) => a.class - b.class).map(({ score }) => score)];
    }),
  );
}

const asLogits = ['--score-activation', 'none'];

let zeros: Promise<Map<string, number[]>> | null = null;

/** Logits where all pictures are given zeros: the pictures and the model of all projects are the same. */
function logitsOfZeros(): Promise<Map<string, number[]>> {
  zeros ??= (async () => {
    const { folder, run } = await project();
    expect(await run(...asLogits, '--input', `${patient}=[0,0]`)).toMatchObject({ code: 0, stderr: '' });
    return logitsIn(join(folder, 'out'));
  })();
  return zeros;
}

describe('gradline run --input', () => {
  test('gives each picture the row of its key', async () => {
    const { folder, run, patients } = await project();
    const flags = [...asLogits, '--input', `${patient}=${patients}:age,sex`, '--evaluate', '--evaluate-sample', '2'];
    expect(await run(...flags)).toMatchObject({ code: 0, stderr: '' });
    const [plain, found] = [await logitsOfZeros(), await logitsIn(join(folder, 'out'))];
    expect(found.size).toBe(count);
    for (const [key, logits] of found) {
      const wanted = expected(plain.get(key) ?? [], ageAndSex(Number(/\d+/.exec(key)?.[0])));
      for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(wanted[i] ?? Number.NaN, 4);
    }
  });

  test.each([
    ['a list', '[0.5,1]'],
    ['a list without brackets', '0.5,1'],
    ['a list in a list', '[[0.5,1]]'],
    ['an array from a file', 'values.npy'],
  ])('gives all pictures %s', async (_, value) => {
    const { folder, run } = await project();
    const file = join(folder, 'values.npy');
    await writeFile(file, encodeNpy(Float32Array.of(0.5, 1), [1, 2]));
    const given = value.endsWith('.npy') ? file : value;
    expect(await run(...asLogits, '--input', `${patient}=${given}`)).toMatchObject({ code: 0, stderr: '' });
    const [plain, found] = [await logitsOfZeros(), await logitsIn(join(folder, 'out'))];
    for (const [key, logits] of found) {
      const wanted = expected(plain.get(key) ?? [], [0.5, 1]);
      for (const [i, logit] of logits.entries()) expect(logit).toBeCloseTo(wanted[i] ?? Number.NaN, 4);
    }
  });

  test('reads JSON lines and gradline.yaml, whose paths start at its folder', async () => {
    const { folder, run, patients } = await project();
    const lines = Array.from({ length: count }, (_, index) => {
      const key = `${['red', 'green', 'blue'][index % 3]}/${String(index).padStart(4, '0')}.png`;
      return `${JSON.stringify({ key, [patient]: ageAndSex(index), note: 'not a number' })}\n`;
    });
    await writeFile(join(folder, 'patients.jsonl'), lines.join(''));
    await writeFile(join(folder, 'gradline.yaml'), `inputs:\n  ${patient}: patients.jsonl\n`);
    expect(await run(...asLogits, '--config', join(folder, 'gradline.yaml'))).toMatchObject({ code: 0, stderr: '' });
    await run(...asLogits, '--input', `${patient}=${patients}:age,sex`, '--output', join(folder, 'other'));
    expect(await logitsIn(join(folder, 'out'))).toEqual(await logitsIn(join(folder, 'other')));
  });

  test('a value is part of what a run is: it goes on with the same ones only', async () => {
    const { folder, run, patients } = await project();
    const flags = ['--input', `${patient}=${patients}:age,sex`];
    expect((await run(...flags)).code).toBe(0);
    expect((await run(...flags, '--resume')).code).toBe(0);
    await writePatients(folder, count, (index) => (index === 3 ? [0, 0.25] : ageAndSex(index)));
    const changed = await run(...flags, '--resume');
    expect(changed.code).toBe(2);
    expect(changed.stderr).toContain('started with other settings');
    expect((await run('--input', `${patient}=[0,1]`, '--resume')).code).toBe(2);
    expect(JSON.parse(await readFile(join(folder, 'out', 'run.json'), 'utf8')).configuration.inputs).toMatchObject({
      [patient]: { columns: ['age', 'sex'], example: ageAndSex(count - 1) },
    });
  });

  test.each<[string, string, string]>([
    [
      'a name that the model does not have',
      'age_sx=[0,1]',
      "no input 'age_sx'. Did you mean age_sex? It takes 'image' (float32 [n, 3, 8, 8])",
    ],
    ['a shape', `${patient}=[0,1,2]`, "'age_sex' takes float32 [n, 2], not values of shape [3]"],
    ['what is no value', `${patient}=yes`, '--input must be name=value'],
    ['a value without a name', '0.5', '--input must be name=value'],
    [
      'a folder of pictures',
      'pics',
      'Pictures are what the run itself is given, without this setting (gradline run photos/',
    ],
    ['pictures by the name of an input', 'image=pics/', 'Pictures are what the run itself is given'],
    ['a file that is not there', `${patient}=nothing.csv`, 'there is no file nothing.csv'],
    ['too many columns', `${patient}=patients.csv`, "the column 'site', which is no number"],
    ['too few columns', `${patient}=patients.csv:age`, 'a row for it holds 1 values'],
    [
      'a column that is not there',
      `${patient}=patients.csv:age,height`,
      "no column 'height'; its columns are key, age, site, sex",
    ],
  ])('refuses %s before anything is written', async (_, value, message) => {
    const { folder, run } = await project();
    const { code, stderr } = await run('--input', value.replace('patients.csv', join(folder, 'patients.csv')));
    expect(stderr).toContain(message);
    expect(code).toBe(2);
    await expect(access(join(folder, 'out'))).rejects.toThrow('ENOENT');
  });

  test('refuses a picture without a row, and a model whose second input has no value', async () => {
    const { folder, run } = await project();
    await writePatients(folder, count - 1);
    const missing = await run('--input', `${patient}=${join(folder, 'patients.csv')}:age,sex`);
    expect(missing.stderr).toContain('has no row for red/0006.png');
    const none = await run();
    expect(none.stderr).toContain("2 inputs: 'image' (float32 [n, 3, 8, 8]), 'age_sex' (float32 [n, 2])");
    expect([missing.code, none.code]).toEqual([2, 2]);
  });
});

describe('a number that chooses a row of a table', () => {
  test('is refused before anything is written, with the image where it has a row of its own', async () => {
    const { folder, run } = await project();
    const model = ['--model', await writeSites(folder, 'chosen')];
    const constant = await run(...model, '--input', `${site}=99`);
    expect(constant.stderr).toBe(
      "gradline: The model's input 'site' chooses one of the 5 rows of 'sites', 0 to 4, or -5 to -1 counted from the end, not 99.\n",
    );
    for (const wrong of [0, 4]) {
      const table = await writeSitesOf(
        folder,
        Array.from({ length: count }, (_, index) => (index === wrong ? 5 : index % 5)),
      );
      const rows = await run(...model, '--input', `${site}=${table}`);
      expect(rows.stderr).toContain(`Line ${wrong + 2} of ${table}`);
      expect(rows.stderr).toContain(wrong === 0 ? '(red/0000.png)' : '(green/0004.png)');
      expect(rows.stderr).toContain('0 to 4, or -5 to -1 counted from the end, not 5. They are counted from 0');
      expect(rows.stderr).toContain('--exclude');
      expect([constant.code, rows.code]).toEqual([2, 2]);
    }
    await expect(access(join(folder, 'out'))).rejects.toThrow('ENOENT');
  });

  test('one that the model cannot be computed with leaves its image out, and the others are explained', async () => {
    const { folder, run } = await project();
    const table = await writeSitesOf(folder, [1, 2, 0, 4, 1, 0, 3]);
    const { code, stderr } = await run('--model', await writeSites(folder, 'divides'), '--input', `${site}=${table}`);
    expect(stderr).not.toContain('bug');
    // Some images were left out.
    expect(code).toBe(1);
    const records = await recordsIn(join(folder, 'out'));
    expect(records.map((record) => (record.status === 'done' ? 'done' : record.error.code))).toEqual(
      [1, 2, 0, 4, 1, 0, 3].map((_, place) => {
        const own = [1, 2, 0, 4, 1, 0, 3][Number(/\d+/.exec(records[place]?.key ?? '')?.[0])];
        return own === 0 ? 'wrong-input-value' : 'done';
      }),
    );
    expect(JSON.stringify(records)).toContain("what its input 'site' (0) is given: node '/site/Mod' (Mod) fails");
  });
});

test('gradline layers and gradline preview take the same values', async () => {
  const { folder, model, patients } = await project();
  const value = ['--input', `${patient}=${patients}:age,sex`];
  const layers = await gradline(['layers', model, ...value]);
  expect(layers).toMatchObject({ code: 0, stderr: '' });
  expect(layers.stdout).toContain('layer1');
  const sheet = join(folder, 'sheet.html');
  const flags = ['--preprocess', 'none', '--score-activation', 'none', '--output', sheet];
  const preview = await gradline(['preview', model, join(folder, 'photos'), ...value, ...flags]);
  expect(preview).toMatchObject({ code: 0, stderr: '' });
});
