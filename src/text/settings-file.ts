/** `settings.json`: what made the output, for whoever finds it. */

import { createRequire } from 'node:module';
import { z } from 'zod';
import { digestLocation } from '../shared/store/digest.ts';
import type { Store } from '../shared/store/store.ts';
import type { TextRunSettings } from './settings.ts';
import type { TextSummary } from './tally.ts';

const settingsKey = 'settings.json';

export async function writeSettings(output: Store, settings: TextRunSettings, summary: TextSummary): Promise<void> {
  const [model, tokenizer] = await Promise.all([digestLocation(settings.model), digestLocation(settings.tokenizer)]);
  const { output: _, ...counts } = summary;
  const facts = {
    settings,
    counts,
    digests: { model, tokenizer },
    versions: {
      onnxruntime: versionOf('onnxruntime-node'),
      tokenizers: versionOf('tokenizers'),
      node: process.versions.node,
    },
  };
  await output.put(settingsKey, `${JSON.stringify(facts, null, 2)}\n`, 'application/json');
}

function versionOf(name: string): string {
  const content: unknown = createRequire(import.meta.url)(`${name}/package.json`);
  return z.object({ version: z.string() }).parse(content).version;
}
