import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ClassNames, parseClassNames, readClassNames } from '../../../src/shared/run/class-names.ts';
import { temporaryFolder, writeFiles } from '../temporary-folder.ts';

describe('the file', () => {
  test.each([
    ['a JSON array', '["tench", "tabby cat"]'],
    ['a JSON object from index to name', '{"1": "tabby cat", "0": "tench"}'],
    ['the config.json of a Hugging Face model', '{"model_type": "bert", "id2label": {"0": "tench", "1": "tabby cat"}}'],
    ['a JSON object as Keras writes it', '{"0": ["n01440764", "tench"], "1": ["n02123045", "tabby cat"]}'],
    ['one name a line', 'tench\ntabby cat\n\n'],
    ['lines from Windows with a byte order mark', '\uFEFFtench\r\ntabby cat\r\n'],
  ])('may be %s', (_, content) => {
    expect(parseClassNames(content, 'classes')).toEqual(['tench', 'tabby cat']);
  });

  test.each([
    ['["a", 1]', 'the name of class 1 is not a text'],
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
    ['1', 1],
    ['7', 6],
  ])('%j is class %i', (name, index) => {
    expect(names.classIndex(name)).toBe(index);
  });

  test('that does not exist is an error with near matches', () => {
    expect(() => names.classIndex('taby cat')).toThrow(
      "Class 'taby cat' is not in classes.json. Did you mean tabby cat?",
    );
    expect(() => names.classIndex('zebra')).toThrow(/^Class 'zebra' is not in classes\.json\.$/);
    expect(() => names.classIndex('12')).toThrow("Class '12' is neither a name in classes.json nor an index below 7.");
  });

  test('that stands for two classes is refused with their indices', () => {
    expect(() => names.classIndex('crane')).toThrow('stands for several classes in classes.json: 2, 5. Give the index');
    expect(() => names.classIndex('CARDIGAN')).toThrow('3, 4');
  });

  test('is given for an index, or null', () => {
    expect([names.className(1), names.className(7), names.className(-1)]).toEqual(['tabby cat', null, null]);
  });
});
