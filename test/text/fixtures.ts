/** The two classifiers of weather reports that test/oracle/text trains, and what PyTorch says of some texts. */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

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

/** Tests and benches run in the repository's root, built or not. */
export function fixture(name: string): string {
  return resolve('test/text/fixtures', name);
}

export function golden(network: 'bert' | 'cnn'): Golden {
  return JSON.parse(readFileSync(fixture(`${network}/golden.json`), 'utf8'));
}
