import { access, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { gradline, runArguments, tinyProject } from './gradline.ts';

const exists = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

/** Two of seven pictures lie in the folder of another colour. */
async function mistakenProject(): Promise<string> {
  const folder = await tinyProject(7);
  for (const [from, to] of [
    ['red/0000.png', 'green/0000.png'],
    ['red/0003.png', 'blue/0003.png'],
  ]) {
    await writeFile(join(folder, 'photos', to ?? ''), await readFile(join(folder, 'photos', from ?? '')));
    await rm(join(folder, 'photos', from ?? ''));
  }
  return folder;
}

describe('the report', () => {
  test('is made at the end of a run, and says where it is', async () => {
    const folder = await mistakenProject();
    const { code, stdout, stderr } = await gradline(runArguments(folder));
    expect(code).toBe(0);
    expect(stderr).not.toContain('Warning');
    expect(stdout).toContain('\nReport over 7 images\n');
    expect(stdout).toMatch(/ {2}accuracy {2}0\.7143, 2 mistakes\n/);
    expect(stdout).toContain(`  page      ${join(folder, 'out/report/index.html')}\n`);
    const findings = JSON.parse(await readFile(join(folder, 'out/report/findings.json'), 'utf8'));
    expect(findings.counts).toMatchObject({ images: 7, labelled: 7, correct: 5 });
    expect(await exists(join(folder, 'out/report/index.html'))).toBe(true);
  });

  test('is compared with the runs that are named, or says why not', async () => {
    const folder = await mistakenProject();
    const first = join(folder, 'out');
    expect((await gradline(runArguments(folder))).code).toBe(0);
    const second = ['--output', join(folder, 'second'), '--since', first, '--reference', first];
    const compared = await gradline([...runArguments(folder), ...second]);
    expect(compared.stdout).toMatch(/\n {2}since {5}\S+: 0 newly broken, 0 fixed, 2 still wrong\n/);
    expect(await exists(join(folder, 'second/report/diff.json'))).toBe(true);

    const third = ['--output', join(folder, 'third'), '--since', join(folder, 'photos')];
    const { code, stdout, stderr } = await gradline([...runArguments(folder), ...third]);
    expect([code, stdout.includes('Report over 7 images')]).toEqual([0, true]);
    expect(stderr).toContain('Warning: The report is not compared with another run: There is no run.json in ');

    const without = await gradline([...runArguments(folder), '--no-report', '--since', first]);
    expect([without.code, without.stderr]).toEqual([
      2,
      'gradline: Missing --report. Without it --since has nothing to say.\n',
    ]);
  });

  test('is left out with --no-report, and made later by gradline report', async () => {
    const folder = await mistakenProject();
    const out = join(folder, 'out');
    const run = await gradline(runArguments(folder, '--no-report'));
    expect([run.code, run.stdout.includes('Report over')]).toEqual([0, false]);
    expect(await exists(join(out, 'report'))).toBe(false);

    const { code, stdout } = await gradline(['report', out]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Report over 7 images\n/);
    const json = await gradline(['report', out, '--json']);
    expect(JSON.parse(json.stdout)).toEqual(JSON.parse(await readFile(join(out, 'report/findings.json'), 'utf8')));
    const mistakes = (await readFile(join(out, 'report/mistakes.jsonl'), 'utf8')).trim().split('\n');
    expect(mistakes.map((line) => JSON.parse(line).key).sort()).toEqual(['blue/0003.png', 'green/0000.png']);
  });

  test('has pictures of its own where the run drew none, as long as the images are there', async () => {
    const folder = await mistakenProject();
    const [drawn, bare] = [join(folder, 'drawn'), join(folder, 'bare')];
    const picturesOf = async (output: string) => {
      const pictures = join(output, 'report/pictures');
      return (await exists(pictures)) ? readdir(pictures) : [];
    };
    expect((await gradline(runArguments(folder, '--output', drawn))).code).toBe(0);
    expect(await picturesOf(drawn)).toEqual([]);

    expect((await gradline(runArguments(folder, '--output', bare, '--overlays', 'none'))).code).toBe(0);
    const made = await picturesOf(bare);
    expect(made).toHaveLength(2);
    const page = await readFile(join(bare, 'report/data/report.js'), 'utf8');
    for (const name of made) {
      expect((await sharp(join(bare, 'report/pictures', name)).metadata()).format).toBe('webp');
      expect(page).toContain(`[${Number.parseInt(name, 10)},"${name}"]`);
    }

    await rm(join(folder, 'photos'), { recursive: true });
    const later = await gradline(['report', bare]);
    expect([later.code, later.stderr]).toEqual([0, '']);
    expect(await picturesOf(bare)).toEqual([]);
  });

  test('and evidence can be left out by the configuration file; the report is no reason not to resume', async () => {
    const folder = await tinyProject(3);
    await writeFile(join(folder, 'gradline.yaml'), 'report: false\nevidence: false\n');
    expect((await gradline(runArguments(folder, '--config', join(folder, 'gradline.yaml')))).code).toBe(0);
    expect(await exists(join(folder, 'out/report'))).toBe(false);
    expect(await exists(join(folder, 'out/evidence'))).toBe(false);
    expect((await gradline(runArguments(folder, '--resume', '--no-evidence', '--report'))).code).toBe(0);
    expect(await exists(join(folder, 'out/report/index.html'))).toBe(true);
  });

  test('a run whose report cannot be made is complete, and says how to make it', async () => {
    const folder = await tinyProject(3);
    const out = join(folder, 'out');
    expect((await gradline(runArguments(folder, '--no-report'))).code).toBe(0);
    // A file where the report's folder should be.
    await writeFile(join(out, 'report'), '');
    const { code, stdout, stderr } = await gradline(runArguments(folder, '--resume'));
    expect(code).toBe(0);
    expect(stdout).toContain('Explained 3 images');
    expect(stderr).toMatch(/Warning: the report could not be made: .*Make it with: gradline report /);
    expect(JSON.parse(await readFile(join(out, 'run.json'), 'utf8')).state).toBe('complete');
    expect((await gradline(['report', out])).code).toBe(3);
  });

  test('of a folder that is no output is a mistake of the user', async () => {
    const folder = await tinyProject(1);
    const { code, stdout, stderr } = await gradline(['report', join(folder, 'photos')]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('not the output of a run');
  });

  test('takes a reference run', async () => {
    const folder = await mistakenProject();
    const out = join(folder, 'out');
    expect(
      (await gradline(runArguments(folder, '--no-report', '--layers', 'layer1,layer2', '--target', 'predicted,label')))
        .code,
    ).toBe(0);
    expect((await gradline(['report', out, '--reference', out])).code).toBe(0);
    const missing = await gradline(['report', out, '--reference', join(folder, 'nothing')]);
    expect(missing.code).not.toBe(0);
    expect(missing.stderr).toContain('nothing');
  });
});
