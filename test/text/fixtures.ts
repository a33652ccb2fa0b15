/** The two classifiers of weather reports that test/oracle/text trains, and what PyTorch says of some texts. */

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export interface GoldenText {
  text: string;
  tokens: string[];
  ids: number[];
  offsets: [number, number][];
  logits: number[];
  predicted: number;
  targets: {
    class: number;
    baselineLogit: number;
    gradTimesInput: number[];
    integratedGradients: number[];
    integratedGradientsFromUnknown: number[];
  }[];
}

export interface Golden {
  /** Of integrated gradients. */
  steps: number;
  texts: GoldenText[];
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`fixtures/${name}`, import.meta.url));
}

export function golden(network: 'bert' | 'cnn'): Golden {
  return JSON.parse(readFileSync(fixture(`${network}/golden.json`), 'utf8'));
}
