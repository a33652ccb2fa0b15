/** Tokens and their places in the text, as the tokenizers library of Python has them. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byteLevelAlphabet } from 'tokenizers';
import { expect, test } from 'vitest';
import { TextTokenizer } from '../../src/text/tokenizer.ts';
import { expectRefusal } from '../explain/open-tiny.ts';
import { temporaryFolder } from '../shared/temporary-folder.ts';
import { fixture, golden } from './fixtures.ts';

const open = () => TextTokenizer.open(fixture('tokenizer.json'));

/** A tokenizer file with these parts changed. */
async function changed(parts: object, base: object = {}): Promise<string> {
  const file = join(await temporaryFolder(), 'tokenizer.json');
  const whole = { version: '1.0', added_tokens: [], normalizer: null, pre_tokenizer: null, ...base, ...parts };
  await writeFile(file, JSON.stringify(whole));
  return file;
}

test('ids, tokens and places are those of Python', async () => {
  const { texts } = golden('bert');
  const encoded = await (await open()).encode(
    texts.map(({ text }) => text),
    64,
  );
  encoded.forEach(({ tokens }, i) => {
    expect(tokens.map(({ id }) => id)).toEqual(texts[i]?.ids);
    expect(tokens.map(({ token }) => token)).toEqual(texts[i]?.tokens);
    const places = tokens.map(({ start, end }) => [start ?? 0, end ?? 0]);
    expect(places).toEqual(texts[i]?.offsets);
  });
});

test('places are code points, whatever UTF-16 makes of a character', async () => {
  const text = '🌧️ rain 👩‍👩‍👧 naïve snow';
  const [encoded] = await (await open()).encode([text], 64);
  const parts = encoded?.tokens.map(({ token, start, end }) => [
    token,
    start === null
      ? null
      : Array.from(text)
          .slice(start, end ?? 0)
          .join(''),
  ]);
  expect(parts?.[0]).toEqual(['[CLS]', null]);
  expect(parts).toContainEqual(['rain', 'rain']);
  expect(parts?.at(-2)).toEqual(['snow', 'snow']);
  expect(parts?.at(-1)).toEqual(['[SEP]', null]);
  expect(encoded?.tokens.find(({ token }) => token === 'rain')?.start).toBe(3);
});

test('several byte tokens of one emoji all stand for it', async () => {
  const alphabet = byteLevelAlphabet().sort();
  const vocab = Object.fromEntries(alphabet.map((symbol, id) => [symbol, id]));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  const file = await changed({ pre_tokenizer: byteLevel, model: { type: 'BPE', vocab, merges: [] } });
  const [encoded] = await (await TextTokenizer.open(file)).encode(['a 🙂é'], 64);
  const places = encoded?.tokens.map(({ start, end }) => [start, end]);
  expect(places).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
    [2, 3],
    [2, 3],
    [2, 3],
    [3, 4],
    [3, 4],
  ]);
});

test('a long text is cut to what the model takes, with the tokens around it kept', async () => {
  const tokenizer = await open();
  expect(tokenizer.maxLength).toBe(64);
  const [cut, whole] = await tokenizer.encode(['rain in the old town today and snow', 'rain in the old'], 6);
  expect(cut?.tokens.map(({ token }) => token)).toEqual(['[CLS]', 'rain', 'in', 'the', 'old', '[SEP]']);
  expect(cut?.truncated).toBe(true);
  expect(whole?.tokens.map(({ token }) => token)).toEqual(cut?.tokens.map(({ token }) => token));
  expect(whole?.truncated).toBe(false);
});

const words = {
  pre_tokenizer: { type: 'Whitespace' },
  model: { type: 'WordLevel', vocab: { '[UNK]': 0, snow: 1, rain: 2, '<pad>': 7 }, unk_token: '[UNK]' },
};

test('padding that a tokenizer file asks for is left to the explainer, truncation from the left is kept', async () => {
  const padding = {
    strategy: { Fixed: 9 },
    direction: 'Right',
    pad_to_multiple_of: null,
    pad_id: 5,
    pad_type_id: 0,
    pad_token: '[PAD]',
  };
  const truncation = { max_length: 2, strategy: 'LongestFirst', stride: 0, direction: 'Left' };
  const tokenizer = await TextTokenizer.open(await changed({ padding, truncation }, words));
  expect(tokenizer.padId).toBe(5);
  expect(tokenizer.maxLength).toBe(2);
  const [encoded] = await tokenizer.encode(['rain rain snow'], 2);
  expect(encoded?.tokens.map(({ id }) => id)).toEqual([2, 1]);
});

test('length and padding token are found where the file itself says nothing', async () => {
  const file = await changed({}, words);
  await writeFile(join(file, '..', 'tokenizer_config.json'), '{"model_max_length": 128}');
  const tokenizer = await TextTokenizer.open(file);
  expect([tokenizer.maxLength, tokenizer.padId]).toEqual([128, 7]);
  const unset = await changed({}, words);
  await writeFile(join(unset, '..', 'tokenizer_config.json'), '{"model_max_length": 1e30}');
  expect((await TextTokenizer.open(unset)).maxLength).toBeUndefined();
});

test('a missing tokenizer, and a file that is none, are refused with what to do', async () => {
  const folder = await temporaryFolder();
  const missing = join(folder, 'tokenizer.json');
  await expectRefusal(TextTokenizer.open(missing), 'tokenizer-not-found', missing, '--tokenizer');
  await writeFile(missing, '{"vocab": 3}');
  await expectRefusal(TextTokenizer.open(missing), 'bad-tokenizer', missing, 'save_pretrained');
  await expectRefusal(TextTokenizer.open(folder), 'bad-tokenizer', folder);
});
