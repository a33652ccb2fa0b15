/** For how many tokens a session is compiled. */

export interface LengthRule {
  /** Whether texts of several lengths share a session: the model is told which tokens are padding. */
  shared: boolean;
  /** Number of tokens that the model's file fixes. */
  fixed: number | undefined;
  least: number;
  most: number;
}

/** Few sessions serve all lengths; each is at most a half longer than its texts need. */
const sharedLengths = [8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024];

/**
 * The model's own number where it has one; else the next of a short list where lengths are shared, and exactly the text's where not.
 * @throws RangeError for a text of more than `most` tokens, or of none
 */
export function compiledLength(length: number, rule: LengthRule): number {
  if (length < 1 || length > rule.most) {
    throw new RangeError(`A text has 1 to ${rule.most} tokens; this one has ${length}.`);
  }
  const needed = Math.max(length, rule.least);
  if (rule.fixed !== undefined) return rule.fixed;
  if (!rule.shared) return needed;
  return Math.min(sharedLengths.find((size) => size >= needed) ?? Math.ceil(needed / 512) * 512, rule.most);
}
