/** Targets where each class is decided by itself: every image has its own classes to explain, several or none. */

/** Which classes of an image a target names. */
export type WantedRule = 'predicted' | 'label' | 'false-positives' | 'false-negatives' | { top: number };

/** The targets that name different classes, and different numbers of them, for each image. They share their maps. */
export interface WantedClasses {
  /** As reported: the user's texts, joined by `+`. */
  name: string;
  rules: readonly WantedRule[];
  /** Classes that an image can have explained at most. */
  slots: number;
}

/** More classes of an image are not explained, unless `top` asks for them. */
const mostClasses = 16;

/** Targets of pairs of an image and a class, of which single-label images have none. */
export function isPairTarget(text: string): boolean {
  return text === 'false-positives' || text === 'false-negatives';
}

/** Parts targets into those that each image answers for itself, and the others; null where there are none of the first. */
export function takeWanted(
  texts: readonly string[],
  classCount: number,
): { wanted: WantedClasses | null; others: string[] } {
  const found = texts.map((text) => ({ text, rule: ruleOf(text, classCount) }));
  const own = found.flatMap(({ text, rule }) => (rule === null ? [] : [{ text, rule }]));
  const others = found.flatMap(({ text, rule }) => (rule === null ? [text] : []));
  if (own.length === 0) return { wanted: null, others };
  const rules = own.map(({ rule }) => rule);
  const ranked = Math.max(0, ...rules.map((rule) => (typeof rule === 'object' ? rule.top : 0)));
  const onlyRanked = rules.every((rule) => typeof rule === 'object');
  const slots = Math.min(classCount, onlyRanked ? ranked : Math.max(mostClasses, ranked));
  return { wanted: { name: own.map(({ text }) => text).join('+'), rules, slots }, others };
}

/** One for each class that an image can have explained, the highest score first. */
export function slotNames({ name, slots }: WantedClasses): string[] {
  return Array.from({ length: slots }, (_, slot) => `${name}#${slot + 1}`);
}

/** Null for targets that are the same for all images, and for one that asks for more classes than there are: others say what is wrong. */
function ruleOf(text: string, classCount: number): WantedRule | null {
  if (text === 'predicted' || text === 'label' || text === 'false-positives' || text === 'false-negatives') return text;
  const top = Number(/^top:(\d+)$/.exec(text)?.[1]);
  return top >= 1 && top <= classCount ? { top } : null;
}
