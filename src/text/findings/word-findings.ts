/** Words that are taken for a class: false positives of the class come with them, and they are what speaks for it there. */

import { fisherChance } from '../../report/pairs/fisher.ts';
import { Tally } from '../../report/tally.ts';
import type { WordFinding } from './contract.ts';
import type { TextWords } from './text-words.ts';

/** Each text with each class. */
export interface JudgedTexts {
  classes: number;
  /** 1: true, 0: not, -1: unknown. */
  truthOf(row: number, index: number): number;
  isDecided(row: number, index: number): boolean;
  scoreOf(row: number, index: number): number;
}

/** A claim needs: improbable by chance among all words and classes, some texts, clearly more than without the word, and that the word speaks for the class in half of them. */
const claimLimits = { chance: 1e-3, fewest: 5, times: 2, carried: 0.5 };
/** Of one class: more of them repeat each other. */
const mostOfClass = 8;
/** Texts of a finding that are named. */
const mostTexts = 24;

/** A finding with the rows of its texts, the surest first: all of them. */
export interface FoundWord {
  finding: WordFinding;
  rows: number[];
}

/** @param texts by row; a row that is left out counts nowhere */
export function wordFindings(
  texts: ReadonlyMap<number, TextWords>,
  words: readonly string[],
  judged: JudgedTexts,
  keyOf: (row: number) => string,
  sentenceOf: (finding: Omit<WordFinding, 'sentence'>) => string,
): FoundWord[] {
  const rows = [...texts.keys()];
  const held = tallyWords(texts, rows);
  const common = [...held.values()].filter((count) => count >= claimLimits.fewest).length;
  const classes = Array.from({ length: judged.classes }, (_, index) => index);
  const mistaken = classes.filter((index) => rows.some((row) => isFalse(judged, row, index)));
  const tests = Math.max(1, common * mistaken.length);
  const found = mistaken.flatMap((index) => ofClass({ texts, words, judged, rows, held, tests, index }));
  return found
    .sort((a, b) => a.chance - b.chance || b.rows.length - a.rows.length || a.class - b.class)
    .map(({ rows: own, ...counts }) => {
      const named = { ...counts, texts: own.slice(0, mostTexts).map(keyOf) };
      return { finding: { ...named, sentence: sentenceOf(named) }, rows: own };
    });
}

type ClaimedWord = Omit<WordFinding, 'texts' | 'sentence'> & { rows: number[] };

interface Question {
  texts: ReadonlyMap<number, TextWords>;
  words: readonly string[];
  judged: JudgedTexts;
  rows: readonly number[];
  /** In how many of the texts each word is. */
  held: Tally<number>;
  tests: number;
  index: number;
}

/** The clearest first; a word that only comes along with a clearer one says nothing of its own and is left out. */
function ofClass({ texts, words, judged, rows, held, tests, index }: Question): ClaimedWord[] {
  const absent = rows.filter((row) => judged.truthOf(row, index) === 0);
  const wrong = absent.filter((row) => judged.isDecided(row, index));
  const right = rows.filter((row) => judged.truthOf(row, index) === 1 && judged.isDecided(row, index));
  const carriesRight = tallyCarriers(texts, right, index);
  // Texts without the class are nearly all, so those that are not among them are counted.
  const others = tallyWords(
    texts,
    rows.filter((row) => judged.truthOf(row, index) !== 0),
  );
  const inAbsent = (id: number) => held.of(id) - others.of(id);
  const inWrong = tallyWords(texts, wrong);
  const claimed: ClaimedWord[] = [];
  let next = clearest(texts, { absent: absent.length, wrong, inAbsent: () => inAbsent }, index, tests);
  let [left, leftWrong] = [absent, wrong];
  while (next !== null && claimed.length < mostOfClass) {
    const { id } = next;
    const holds = (row: number) => texts.get(row)?.words.includes(id) === true;
    // What is said of the word is said of all texts; that it holds without the clearer ones is what lets it in.
    const of = counted(inAbsent(id), inWrong.of(id), absent.length, wrong.length);
    const own = wrong.filter(holds).sort((a, b) => judged.scoreOf(b, index) - judged.scoreOf(a, index) || a - b);
    const carried = own.filter((row) => texts.get(row)?.carriers.get(index)?.includes(id) === true).length;
    const [shareWrong, shareRight] = [carried / wrong.length, carriesRight.of(id) / Math.max(1, right.length)];
    claimed.push({
      word: words[id] ?? '',
      class: index,
      count: own.length,
      falsePositives: wrong.length,
      rate: of.rate,
      otherwise: of.otherwise,
      chance: Math.min(1, of.chance * tests),
      carries: { falsePositives: carried, truePositives: carriesRight.of(id), outOf: right.length },
      kind: shareRight * 2 < shareWrong ? 'cue' : 'own',
      rows: own,
    });
    left = left.filter((row) => !holds(row));
    leftWrong = leftWrong.filter((row) => !holds(row));
    const remaining = left;
    const within = (ids: ReadonlySet<number>) => {
      const tally = tallyWords(texts, remaining, ids);
      return (wanted: number) => tally.of(wanted);
    };
    next = clearest(texts, { absent: left.length, wrong: leftWrong, inAbsent: within }, index, tests);
  }
  return claimed;
}

/** Texts without a class. */
interface Absent {
  absent: number;
  /** Rows of those that are given it. */
  wrong: readonly number[];
  /** In how many of the former each of these words is. */
  inAbsent(ids: ReadonlySet<number>): (id: number) => number;
}

/** The word that holds best among these texts; null where none does. */
function clearest(
  texts: ReadonlyMap<number, TextWords>,
  { absent, wrong, inAbsent }: Absent,
  index: number,
  tests: number,
): { id: number; chance: number } | null {
  const inWrong = tallyWords(texts, wrong);
  const carried = tallyCarriers(texts, wrong, index);
  const candidates = [...inWrong].flatMap(([id, count]) =>
    count >= claimLimits.fewest && carried.of(id) >= claimLimits.carried * count ? [id] : [],
  );
  if (candidates.length === 0) return null;
  const marked = inAbsent(new Set(candidates));
  const holding = candidates.flatMap((id) => {
    const { chance, rate, otherwise } = counted(marked(id), inWrong.of(id), absent, wrong.length);
    const isClear = otherwise === null || rate >= claimLimits.times * otherwise;
    return chance * tests < claimLimits.chance && isClear ? [{ id, chance }] : [];
  });
  const [first] = holding.sort((a, b) => a.chance - b.chance || carried.of(b.id) - carried.of(a.id) || a.id - b.id);
  return first ?? null;
}

/** Of the texts without the class, how many are given it: of those with the word, and without it. @param both with the word, and given the class */
function counted(marked: number, both: number, absent: number, wrong: number) {
  const without = absent - marked;
  return {
    rate: both / marked,
    otherwise: without === 0 ? null : (wrong - both) / without,
    chance: fisherChance(both, wrong, marked, absent),
  };
}

function isFalse({ truthOf, isDecided }: JudgedTexts, row: number, index: number): boolean {
  return truthOf(row, index) === 0 && isDecided(row, index);
}

/** In how many of the texts each word is. @param only of these words; default: of all */
function tallyWords(
  texts: ReadonlyMap<number, TextWords>,
  rows: readonly number[],
  only?: ReadonlySet<number>,
): Tally<number> {
  const tally = new Tally<number>();
  for (const row of rows) {
    for (const id of texts.get(row)?.words ?? []) if (only?.has(id) !== false) tally.add(id);
  }
  return tally;
}

function tallyCarriers(texts: ReadonlyMap<number, TextWords>, rows: readonly number[], index: number): Tally<number> {
  const tally = new Tally<number>();
  for (const row of rows) for (const id of texts.get(row)?.carriers.get(index) ?? []) tally.add(id);
  return tally;
}
