import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planRun } from '../../src/producer/plan.ts';
import { readConfiguration } from '../../src/shared/run/read-configuration.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';

/** Plans a run over empty images and gives the labels by key, with the plan. */
async function plan(keys: string[], flags: Record<string, string>, files: Record<string, string | Buffer> = {}) {
  const folder = await temporaryFolder();
  await writeFiles(folder, Object.fromEntries(keys.map((key) => [`in/${key}`, ''])));
  await writeFiles(folder, files);
  const given = Object.fromEntries(
    Object.entries(flags).map(([name, value]) => [name, value in files ? join(folder, value) : value]),
  );
  const result = await planRun(
    await readConfiguration({ input: join(folder, 'in'), model: 'm', output: join(folder, 'out'), ...given }),
  );
  const labels: Record<string, number | null> = {};
  for await (const shard of result.shards) for (const image of shard.images) labels[image.key] = image.label;
  return { ...result, labels };
}

const keys = ['dog/1.jpg', 'cat/deep/2.jpg', 'Zebra/3.jpg', 'top.jpg'];

describe('--labels folder', () => {
  test('numbers the sorted folders when there are no class names', async () => {
    const { labels, classNames, labelled, warnings } = await plan(keys, { labels: 'folder' });
    expect(classNames).toEqual(['Zebra', 'cat', 'dog']);
    expect(labels).toEqual({ 'Zebra/3.jpg': 0, 'cat/deep/2.jpg': 1, 'dog/1.jpg': 2, 'top.jpg': null });
    expect(labelled).toBe(3);
    expect(warnings).toEqual(['No label is known for 1 of 4 images.']);
  });

  test('takes folders that are numbers as indices', async () => {
    const { labels, classNames } = await plan(['00/a.jpg', '01/b.jpg'], { labels: 'folder' });
    expect(labels).toEqual({ '00/a.jpg': 0, '01/b.jpg': 1 });
    expect(classNames).toBeNull();
  });

  test('asks what numbers mean that are not the places of the sorted folders', async () => {
    const numbered = ['1/a.jpg', '2/b.jpg', '10/c.jpg'];
    await expect(plan(numbered, { labels: 'folder' })).rejects.toMatchObject({
      code: 'numbered-folders',
      message: expect.stringMatching(
        /\(1, 10, 2\), and it is unclear which class 1 is: number 1, or number 0 .*ImageFolder/,
      ),
    });
    const indices = await plan(numbered, { labels: 'regex:^([0-9]+)/' });
    expect(indices.labels).toEqual({ '1/a.jpg': 1, '2/b.jpg': 2, '10/c.jpg': 10 });
    const places = await plan(numbered, { labels: 'folder', classes: 'folders.txt' }, { 'folders.txt': '1\n10\n2\n' });
    expect(places.labels).toEqual({ '1/a.jpg': 0, '2/b.jpg': 2, '10/c.jpg': 1 });
  });

  test('matches folders with class names, or their indices', async () => {
    const files = { 'classes.json': '["tench","Tabby Cat","dog"]' };
    const { labels, classNames } = await plan(
      ['tabby_cat/1.jpg', 'dog/2.jpg', '0/3.jpg'],
      { labels: 'folder', classes: 'classes.json' },
      files,
    );
    expect(labels).toEqual({ 'tabby_cat/1.jpg': 1, 'dog/2.jpg': 2, '0/3.jpg': 0 });
    expect(classNames).toEqual(['tench', 'Tabby Cat', 'dog']);
  });

  test('stops before the run at a folder that is no class', async () => {
    const files = { 'classes.json': '["tench","tabby cat"]' };
    await expect(
      plan(['tench/1.jpg', 'tabby ca/2.jpg'], { labels: 'folder', classes: 'classes.json' }, files),
    ).rejects.toMatchObject({
      name: 'UserError',
      code: 'unknown-class',
      message: expect.stringMatching(
        /^Label of tabby ca\/2\.jpg: Class 'tabby ca' is not in .*Did you mean tabby cat\?$/,
      ),
    });
  });

  test('without any folder is an error', async () => {
    await expect(plan(['1.jpg'], { labels: 'folder' })).rejects.toMatchObject({ code: 'no-labels' });
  });
});

describe('--labels regex:', () => {
  const files = { 'classes.json': '["tench","great white shark"]' };
  test.each(['regex:^n\\d+_(.+)\\.jpg$', 'regex:^n(\\d+)_(?<label>.+)\\.jpg$', 'regex:^(?:n\\d+)_(.+)\\.jpg$'])(
    '%s takes the label from the key',
    async (labels) => {
      const result = await plan(
        ['n1_tench.jpg', 'n2_great_white_shark.jpg', 'x.jpg'],
        { labels, classes: 'classes.json' },
        files,
      );
      expect(result.labels).toEqual({ 'n1_tench.jpg': 0, 'n2_great_white_shark.jpg': 1, 'x.jpg': null });
    },
  );

  test('takes numbers as indices where there are no names', async () => {
    expect((await plan(['5-x.jpg'], { labels: 'regex:^(\\d+)-' })).labels).toEqual({ '5-x.jpg': 5 });
  });

  test.each([
    ['regex:(', 'cannot be read'],
    ['regex:abc', "'abc' has 0 groups"],
    ['regex:(a)(b)', 'has 2 groups'],
    ['regex:^z(.)', 'gives none of the 1 images a label'],
    ['name', "--labels cannot be 'name'"],
  ])('%s is refused', async (labels, reason) => {
    await expect(plan(['a.jpg'], { labels })).rejects.toThrow(reason);
  });

  test('needs class names for names', async () => {
    await expect(plan(['a.jpg'], { labels: 'regex:^(.)' })).rejects.toThrow(
      "Label 'a' of a.jpg is a name: give the names of the classes with --classes.",
    );
  });
});

describe('--labels with a file', () => {
  test.each([
    ['labels.csv', 'label,key\n1,a.jpg\ntench,b/b.jpg\n,c.jpg\n1,not-there.jpg\n'],
    ['labels.jsonl', '{"key":"a.jpg","label":1}\n{"key":"b/b.jpg","label":"tench"}\n{"key":"not-there.jpg","label":1}'],
  ])('%s may hold names and indices', async (name, content) => {
    const files = { [name]: content, 'classes.json': '["tench","dog"]' };
    const { labels, labelled } = await plan(
      ['a.jpg', 'b/b.jpg', 'c.jpg'],
      { labels: name, classes: 'classes.json' },
      files,
    );
    expect(labels).toEqual({ 'a.jpg': 1, 'b/b.jpg': 0, 'c.jpg': null });
    expect(labelled).toBe(2);
  });

  test.each([
    ['semicolons', 'key;label\na.jpg;hen, biddy\n'],
    ['tabs', 'key\tlabel\na.jpg\then, biddy\n'],
    ['semicolons behind a byte order mark', '\uFEFF"key";"label"\na.jpg;"hen, biddy"\n'],
  ])('may separate columns by %s', async (_, content) => {
    const files = { 'labels.csv': content, 'classes.json': '["tench","hen, biddy"]' };
    const { labels } = await plan(['a.jpg'], { labels: 'labels.csv', classes: 'classes.json' }, files);
    expect(labels).toEqual({ 'a.jpg': 1 });
  });

  const inUtf16 = (text: string) => Buffer.from(`\uFEFF${text}`, 'utf16le');

  test.each<[string, string, string | Buffer]>([
    ["Excel's sep=; before the header", 'labels.csv', '\uFEFFsep=;\r\nkey;label\r\na.jpg;"hen, biddy"\r\n'],
    ['spaces around the cells', 'labels.csv', 'key , label\n a.jpg , "hen, biddy" \n'],
    ['quoted line feeds', 'labels.csv', 'key,label,note\na.jpg,"hen, biddy","two\nlines, ""quoted"""\n'],
    ["UTF-16, as in Excel's Unicode text", 'labels.csv', inUtf16('key\tlabel\r\na.jpg\then, biddy\r\n')],
    ['UTF-16 of the other byte order', 'labels.csv', inUtf16('key\tlabel\r\na.jpg\then, biddy\r\n').swap16()],
    ['JSON lines in UTF-16', 'labels.jsonl', inUtf16('{"key":"a.jpg","label":"hen, biddy"}\r\n')],
  ])('reads %s', async (_, name, content) => {
    const files = { [name]: content, 'classes.json': '["tench","hen, biddy"]' };
    const { labels } = await plan(['a.jpg'], { labels: name, classes: 'classes.json' }, files);
    expect(labels).toEqual({ 'a.jpg': 1 });
  });

  test.each([
    ['of today', Buffer.from('504b0304140006000800', 'hex')],
    ['of old', Buffer.from('d0cf11e0a1b11ae10000', 'hex')],
  ])('says that a workbook %s is none, whatever its name', async (_, content) => {
    await expect(plan(['a.jpg'], { labels: 'labels.csv' }, { 'labels.csv': content })).rejects.toMatchObject({
      code: 'bad-list',
      message: expect.stringMatching(/labels\.csv.*Excel workbook.*Save it as CSV/),
    });
  });

  test('finds keys whose letters are composed otherwise', async () => {
    const [decomposed, composed] = ['e\u0301.jpg', '\u00e9.jpg'];
    const files = { 'labels.csv': `key,label\n${composed},1\n` };
    expect((await plan([decomposed], { labels: 'labels.csv' }, files)).labels).toEqual({ [decomposed]: 1 });
  });

  test('means the same numbers in CSV and JSON lines, where classes have numbers for names', async () => {
    const files = {
      'labels.csv': 'key,label\na.jpg,10\nb.jpg,#2\n',
      'labels.jsonl': '{"key":"a.jpg","label":10}\n{"key":"b.jpg","label":"#2"}',
      'classes.txt': '1\n10\n2\n',
    };
    for (const labels of ['labels.csv', 'labels.jsonl']) {
      const result = await plan(['a.jpg', 'b.jpg'], { labels, classes: 'classes.txt' }, files);
      expect(result.labels).toEqual({ 'a.jpg': 1, 'b.jpg': 2 });
    }
  });

  test.each([
    ['key,label\na.jpg,7\n', 'nor an index below 2'],
    ['key,label\na.jpg,tensh\n', 'Did you mean tench?'],
    ['key,label\nb.jpg,1\n', 'the first image is a.jpg, its first row that of b.jpg'],
    ['key\na.jpg\n', 'holds no labels'],
  ])('%j is refused', async (content, reason) => {
    const files = { 'labels.csv': content, 'classes.json': '["tench","dog"]' };
    await expect(plan(['a.jpg'], { labels: 'labels.csv', classes: 'classes.json' }, files)).rejects.toThrow(reason);
  });

  test.each([
    ['./ before keys', './'],
    ['a folder of another machine', '/data/imagenet/val/'],
    ['the folder, as seen from elsewhere', '../photos/'],
    ['an address', 's3://bucket/photos/'],
  ])('%s: rows and images are matched without', async (_, prefix) => {
    const files = { 'labels.csv': `key,label\n${prefix}x/a.jpg,1\n${prefix}y/b.jpg,0\n${prefix}y/other.jpg,0\n` };
    const { labels, notices } = await plan(['x/a.jpg', 'y/b.jpg', 'y/c.jpg'], { labels: 'labels.csv' }, files);
    expect(labels).toEqual({ 'x/a.jpg': 1, 'y/b.jpg': 0, 'y/c.jpg': null });
    const text = expect.stringContaining(`begin with '${prefix}', which the images' keys do not`);
    expect(notices).toEqual(prefix === './' ? [] : [text]);
  });

  test('keys from Windows, and keys without endings, are matched', async () => {
    const windows = { 'labels.csv': 'key,label\nC:\\photos\\x\\a.jpg,1\nC:\\photos\\y\\b.jpg,0\n' };
    const bare = { 'labels.csv': 'key,label\na,1\nb.v2,0\n' };
    const first = await plan(['x/a.jpg', 'y/b.jpg'], { labels: 'labels.csv' }, windows);
    expect(first.labels).toEqual({ 'x/a.jpg': 1, 'y/b.jpg': 0 });
    const second = await plan(['a.jpg', 'b.v2.png'], { labels: 'labels.csv' }, bare);
    expect(second.labels).toEqual({ 'a.jpg': 1, 'b.v2.png': 0 });
    expect(second.notices).toEqual([expect.stringContaining("have no endings, which the images' keys have")]);
  });

  test("the input's own folder is known in a table of several folders; others are not guessed at", async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'in/val/x.jpg': '', 'in/val/y.jpg': '' });
    const table = (rows: [string, number][]) => `key,label\n${rows.map((row) => row.join()).join('\n')}\n`;
    const own = join(folder, 'in');
    await writeFiles(folder, {
      'own.csv': table([
        [`${own}/train/x.jpg`, 0],
        [`${own}/val/x.jpg`, 1],
        [`${own}/val/y.jpg`, 0],
      ]),
      'other.csv': table([
        ['/data/train/x.jpg', 0],
        ['/data/val/x.jpg', 1],
      ]),
    });
    const planned = async (name: string) =>
      planRun(
        await readConfiguration({
          input: join(own, 'val'),
          model: 'm',
          output: join(folder, 'out'),
          labels: join(folder, name),
        }),
      );
    const images = [];
    for await (const image of (await planned('own.csv')).images()) images.push([image.key, image.label]);
    expect(images).toEqual([
      ['x.jpg', 1],
      ['y.jpg', 0],
    ]);
    await expect(planned('other.csv')).rejects.toMatchObject({
      code: 'ambiguous-keys',
      message: expect.stringMatching(/several beginnings \('\/data\/train\/', '\/data\/val\/'\).*such as x\.jpg/),
    });
  });

  describe('takes numbers with a point for indices, as pandas writes a column with gaps', () => {
    const images = ['a.jpg', 'b.jpg', 'c.jpg'];
    const rows = 'key,label\na.jpg,0.0\nb.jpg,1.0\nc.jpg,\n';
    const planned = (classes?: string[]) =>
      plan(
        images,
        { labels: 'labels.csv', ...(classes === undefined ? {} : { classes: 'classes.json' }) },
        { 'labels.csv': rows, 'classes.json': JSON.stringify(classes ?? []) },
      );
    const indices = { 'a.jpg': 0, 'b.jpg': 1, 'c.jpg': null };

    test.each<[string, string[] | undefined]>([
      ['without class names', undefined],
      ['beside names', ['tench', 'dog']],
      ['beside names that are their own indices', ['0', '1', '2']],
    ])('%s', async (_, classes) => {
      expect((await planned(classes)).labels).toEqual(indices);
    });

    test('unless a class is called so', async () => {
      expect((await planned(['1.0', '0.0'])).labels).toEqual({ 'a.jpg': 1, 'b.jpg': 0, 'c.jpg': null });
    });

    test('and asks where classes have other numbers for names', async () => {
      await expect(planned(['1', '0'])).rejects.toMatchObject({
        code: 'unknown-class',
        message: expect.stringMatching(/line 2 of .*'0\.0' .*whether it is a name or an index is unclear. Write #0/),
      });
    });

    test('of a list of images, too; folders with such names are classes by their names', async () => {
      const folder = await temporaryFolder();
      await writeFiles(folder, { 'list.csv': rows, ...Object.fromEntries(images.map((name) => [name, ''])) });
      const listed = await planRun(
        await readConfiguration({ input: join(folder, 'list.csv'), model: 'm', output: join(folder, 'out') }),
      );
      const labels = [];
      for await (const image of listed.images()) labels.push(image.label);
      expect(labels).toEqual([0, 1, null]);
      const { classNames } = await plan(['1.0/a.jpg', '2.0/b.jpg'], { labels: 'folder' });
      expect(classNames).toEqual(['1.0', '2.0']);
    });
  });

  test('a numbered label must be a class', async () => {
    const files = { 'labels.jsonl': '{"key":"a.jpg","label":2}', 'classes.json': '["tench","dog"]' };
    await expect(plan(['a.jpg'], { labels: 'labels.jsonl', classes: 'classes.json' }, files)).rejects.toThrow(
      'nor an index below 2',
    );
  });
});
