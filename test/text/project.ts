/** Whole runs over files of texts, with the fixtures' classifiers. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import { textRecordSchema } from '../../src/text/record.ts';
import type { TextRunSettings } from '../../src/text/settings.ts';
import { temporaryFolder, writeFiles } from '../shared/temporary-folder.ts';
import { fixture } from './fixtures.ts';

/** @param files the first is the input */
export async function project(
  files: Record<string, string>,
  more: Partial<TextRunSettings> = {},
): Promise<TextRunSettings> {
  const folder = await temporaryFolder();
  await writeFiles(folder, files);
  return {
    input: join(folder, Object.keys(files)[0] ?? ''),
    output: join(folder, 'out'),
    model: fixture('bert/model.onnx'),
    tokenizer: fixture('tokenizer.json'),
    classes: fixture('classes.json'),
    methods: ['grad-x-input', 'integrated-gradients'],
    targets: ['predicted'],
    layer: null,
    steps: 32,
    baseline: 'zero',
    maxLength: null,
    padTo: null,
    exactLengths: false,
    textColumn: 'text',
    pageTexts: 500,
    scoreActivation: 'auto',
    batchSize: 8,
    provider: 'cpu',
    threads: 1,
    ...more,
  };
}

export async function recordsOf({ output }: TextRunSettings) {
  const lines = (await readFile(join(output, 'relevance.jsonl'), 'utf8')).split('\n');
  expect(lines.pop()).toBe('');
  for (const line of lines) expect(textRecordSchema.safeParse(JSON.parse(line)).error).toBeUndefined();
  return lines.map((line) => JSON.parse(line));
}
