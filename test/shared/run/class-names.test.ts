import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ClassNames } from '../../../src/explain/class-names.ts';
import { parseClassNames, readClassNames } from '../../../src/shared/run/class-names.ts';
import { temporaryFolder, writeFiles } from '../temporary-folder.ts';

describe('the file', () => {
  test.each([
    ['a JSON array', '["tench", "tabby cat"]'],
    ['a JSON object from index to name', '{"1": "tabby cat", "0": "tench"}'],
    ['the config.json of a Hugging Face model', '{"model_type": "bert", "id2label": {"0": "tench", "1": "tabby cat"}}'],
    ['a JSON object as Keras writes it', '{"0": ["n01440764", "tench"], "1": ["n02123045", "tabby cat"]}'],
    ['one name a line', 'tench\ntabby cat\n\n'],
    ['a JSON object from name to index, as Keras and torchvision have it', '{"tabby cat": 1, "tench": 0}'],
    ['a dictionary as Python prints it', "{0: 'tench',\n 1: 'tabby cat',}"],
    ['a list as Python prints it', "['tench', 'tabby cat']"],
    ['the synset.txt beside many models', 'n01440764 tench\nn02123045 tabby cat\n'],
    ['a table with tabs', '1\ttabby cat\n0\ttench\n'],
    ['a table with tabs and headings', 'wnid\tname\tindex\nn2\ttabby cat\t1\nn1\ttench\t0\n'],
    ['a table of ids and names', 'n01440764\ttench\nn02123045\ttabby cat\n'],
    ['numbered lines', '0: tench\n1: tabby cat\n'],
    ['lines numbered without a mark, out of order', '1 tabby cat\n0 tench\n'],
    ['a table with commas and headings', 'id,name,index\nn2,"tabby cat",1\nn1,tench,0\n'],
    ['a table with semicolons and headings', 'index;label\n0;tench\n1;tabby cat\n'],
    ['lines from Windows with a byte order mark', '\uFEFFtench\r\ntabby cat\r\n'],
  ])('may be %s', (_, content) => {
    expect(parseClassNames(content, 'classes').names).toEqual(['tench', 'tabby cat']);
  });

  test('of CSV is a table; elsewhere commas and numbers may belong to names', () => {
    expect(parseClassNames('0,tench\n1,"crane, a bird"\n', 'classes.csv').names).toEqual(['tench', 'crane, a bird']);
    expect(parseClassNames('tench, Tinca\nshark, white\n', 'c.txt').names).toEqual(['tench, Tinca', 'shark, white']);
    expect(parseClassNames('1 euro\n2 euro\n', 'coins.txt').names).toEqual(['1 euro', '2 euro']);
    expect(parseClassNames('0\n1\n2\n', 'digits.txt').names).toEqual(['0', '1', '2']);
    expect(parseClassNames('10.5 mm\n11.0 mm\n', 'sizes.txt').names).toEqual(['10.5 mm', '11.0 mm']);
  });

  test.each([
    ['["a", 1]', 'the name of class 1 is not a text'],
    ['0\ta\n2\tb\n', 'its numbers must be 0 to 1, but 1 is missing'],
    ['1: a\n2: b\n', 'its numbers must be 0 to 1, but 0 is missing'],
    ['{"0": "a", "2": "b"}', 'the keys 0 to 1, but 1 is missing'],
    ['["a", ', 'it is not valid JSON'],
    ['a\n\nb\n', 'line 2 is empty'],
    ['', 'it holds no names'],
    ['[]', 'it holds no names'],
  ])('%j is refused with its reason', (content, reason) => {
    expect(() => parseClassNames(content, 'classes.txt')).toThrow(`The class names classes.txt cannot be used: `);
    expect(() => parseClassNames(content, 'classes.txt')).toThrow(reason);
  });

  test('is read from its path, and a missing one is named', async () => {
    const folder = await temporaryFolder();
    await writeFiles(folder, { 'c.json': '["a","b"]' });
    expect((await readClassNames(join(folder, 'c.json'))).names).toEqual(['a', 'b']);
    await expect(readClassNames(join(folder, 'd.json'))).rejects.toMatchObject({
      name: 'UserError',
      code: 'bad-classes',
      message: expect.stringContaining(join(folder, 'd.json')),
    });
  });
});

describe('a name', () => {
  const names = new ClassNames(['tench', 'tabby cat', 'crane', 'Cardigan', 'cardigan', 'crane', '7'], 'classes.json');

  test.each([
    ['tabby cat', 1],
    ['Tabby_Cat', 1],
    [' TENCH ', 0],
    ['Cardigan', 3],
    ['cardigan', 4],
    ['#1', 1],
    ['7', 6],
  ])('%j is class %i', (name, index) => {
    expect(names.classIndex(name)).toBe(index);
  });

  test('that does not exist is an error with near matches', () => {
    expect(() => names.classIndex('taby cat')).toThrow(
      "Class 'taby cat' is not in classes.json. Did you mean tabby cat?",
    );
    expect(() => names.classIndex('zebra')).toThrow(/^Class 'zebra' is not in classes\.json\.$/);
    const plain = new ClassNames(['tench', 'tabby cat'], 'classes.json');
    expect(plain.classIndex('1')).toBe(1);
    expect(() => plain.classIndex('12')).toThrow("Class '12' is neither a name in classes.json nor an index below 2.");
    expect(() => plain.classIndex('#12')).toThrow('There is no class #12: classes.json has 2, counted from #0.');
  });

  test('that is a number is no index where classes have numbers for names', () => {
    expect(() => names.classIndex('1')).toThrow('Write #1 for the class at index 1.');
    const sorted = new ClassNames(['1', '10', '2'], 'folders.txt');
    expect([sorted.classIndex('10'), sorted.classIndex('#2')]).toEqual([1, 2]);
    expect(() => sorted.classIndex('0')).toThrow('whether it is a name or an index is unclear');
  });

  test('may be an id beside it', () => {
    const birds = parseClassNames('{"0": ["n02012849", "crane"], "1": ["n03126707", "crane"]}', 'index.json');
    expect(birds.classIndex('n03126707')).toBe(1);
    expect(birds.ids).toEqual(['n02012849', 'n03126707']);
    expect(() => birds.classIndex('crane')).toThrow(
      "Class 'crane' stands for several classes in index.json: #0 (n02012849, crane), #1 (n03126707, crane). Give the index instead, as #0.",
    );
  });

  test('that stands for two classes is refused with their indices', () => {
    expect(() => names.classIndex('crane')).toThrow(
      'stands for several classes in classes.json: #2 (crane), #5 (crane). Give the index',
    );
    expect(() => names.classIndex('CARDIGAN')).toThrow('#3 (Cardigan), #4 (cardigan)');
  });

  test('is given for an index, or null', () => {
    expect([names.className(1), names.className(7), names.className(-1)]).toEqual(['tabby cat', null, null]);
  });
});
