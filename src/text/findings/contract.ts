/** What a run over labelled texts says of its classes: the shape of `findings.json`. Shares are from 0 to 1; texts are named by key. */

import type { CoOccurrence, Findings, MultiLabelFindings } from '../../report/contract.ts';

export interface TextFindings
  extends Pick<
    Findings,
    'version' | 'model' | 'input' | 'classNames' | 'accuracy' | 'classes' | 'confusion' | 'calibration' | 'mistakes'
  > {
  counts: { texts: number; done: number; quarantined: number; labelled: number; correct: number };
  /** Texts whose label may be wrong: kept apart from the mistakes. */
  labelErrors: Findings['labelErrors'];
  /** Words that are taken for a class where it is not true, the clearest first. */
  words: WordFinding[];
  /** In plain words. */
  notes: string[];
  /** Only where texts may have several labels: pairs of a text and a class take the place of `confusion`, `mistakes`, `labelErrors` and `calibration`. */
  multiLabel?: TextMultiLabel;
}

export interface TextMultiLabel
  extends Pick<MultiLabelFindings, 'threshold' | 'pairs' | 'exact' | 'micro' | 'macro' | 'classes' | 'mistakes'> {
  /** Classes that are true together, and false positives beside other classes. */
  coOccurrence: Pick<CoOccurrence, 'together' | 'falsePositives'>;
}

/** A word, in lower case, that false positives of a class hold. */
export interface WordFinding {
  word: string;
  class: number;
  /** False positives of the class with the word, and all of them. */
  count: number;
  falsePositives: number;
  /** Of the texts of which the class is not true, the share that is given it: with the word, and without (null where there are none). */
  rate: number;
  otherwise: number | null;
  /** Fisher's exact test, one-sided, times the number of words and classes that were looked at. */
  chance: number;
  /** Texts where the word is among those that speak most for the class: of `count`, and of the texts that have the class and are given it. */
  carries: { falsePositives: number; truePositives: number; outOf: number };
  /**
   * `cue`: what carries false positives does not carry true ones, less than half as often. `own`: it carries both, a word of the class itself that is believed wherever it
   * stands.
   */
  kind: 'cue' | 'own';
  /** The surest of the false positives with the word. */
  texts: string[];
  sentence: string;
}
