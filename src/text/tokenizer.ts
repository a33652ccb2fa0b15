/** From texts to token ids with their places in the text, by the Hugging Face tokenizers library. */

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Encoding, Tokenizer } from 'tokenizers';
import { z } from 'zod';
import { at } from '../explain/at.ts';
import { UserError } from '../explain/user-error.ts';

/** A token and the part of the text that it stands for. */
export interface Token {
  id: number;
  /** As the vocabulary writes it: `##fall`, `Ġgood`. */
  token: string;
  /** Its part of the text, in Unicode code points, as Python counts; null for a token that the tokenizer adds, such as `[CLS]`. */
  start: number | null;
  end: number | null;
}

/** A text as the model takes it. */
export interface EncodedText {
  tokens: Token[];
  typeIds: number[];
  /** Whether the text had more tokens than the model takes. */
  truncated: boolean;
}

/** The parts of a tokenizer.json that the library does not give out. */
const settings = z.object({
  truncation: z.object({ max_length: z.int(), direction: z.string().optional() }).nullish(),
  padding: z.object({ pad_id: z.int() }).nullish(),
});

/** What lies beside a tokenizer.json that Hugging Face's libraries saved. */
const besides = z.object({ model_max_length: z.number().nullish() });

/** Beyond this, a `model_max_length` means that nobody set one. */
const believable = 100_000;

const padTokens = ['[PAD]', '<pad>', '<|pad|>', '<|endoftext|>'];

/** A tokenizer.json of Hugging Face: texts to tokens. */
export class TextTokenizer {
  /** Most tokens that the files say the model takes; undefined where they do not. */
  readonly maxLength: number | undefined;
  /** Id of the padding token; 0 where none is known. */
  readonly padId: number;
  readonly #tokenizer: Tokenizer;
  readonly #direction: string;

  private constructor(tokenizer: Tokenizer, maxLength: number | undefined, padId: number, direction: string) {
    this.#tokenizer = tokenizer;
    this.maxLength = maxLength;
    this.padId = padId;
    this.#direction = direction;
  }

  /** @throws UserError `tokenizer-not-found`, `bad-tokenizer` */
  static async open(file: string): Promise<TextTokenizer> {
    const content = await readTokenizer(file);
    try {
      const { Tokenizer } = await import('tokenizers');
      const tokenizer = Tokenizer.fromString(content);
      const { truncation, padding } = settings.parse(JSON.parse(content));
      const maxLength = truncation?.max_length ?? (await lengthBeside(file));
      const named = padTokens.map((token) => tokenizer.tokenToId(token)).find((id) => id !== null);
      return new TextTokenizer(tokenizer, maxLength, padding?.pad_id ?? named ?? 0, truncation?.direction ?? 'right');
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new UserError(
        'bad-tokenizer',
        `The tokenizer '${file}' cannot be used: ${reason}. Give the tokenizer.json that belongs to the model; Hugging Face's tokenizers save one with save_pretrained.`,
        { cause },
      );
    }
  }

  /** Tokens of each text with those that the model expects around it, at most `maxLength` in all. */
  async encode(texts: readonly string[], maxLength: number): Promise<EncodedText[]> {
    this.#tokenizer.disablePadding();
    this.#tokenizer.setTruncation(maxLength, { direction: this.#direction.toLowerCase() });
    const encodings = await this.#tokenizer.encodeBatch([...texts]);
    return encodings.map(encodedText);
  }
}

function encodedText(encoding: Encoding): EncodedText {
  const offsets = encoding.getOffsets();
  const names = encoding.getTokens();
  const added = encoding.getSpecialTokensMask();
  const tokens = encoding.getIds().map((id, place): Token => {
    const [start = 0, end = 0] = at(offsets, place);
    const isAdded = added[place] === 1;
    return { id, token: at(names, place), start: isAdded ? null : start, end: isAdded ? null : end };
  });
  return { tokens, typeIds: encoding.getTypeIds(), truncated: encoding.getOverflowing().length > 0 };
}

async function readTokenizer(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw missing
      ? new UserError(
          'tokenizer-not-found',
          `There is no tokenizer at '${file}'. Check --tokenizer; it is the tokenizer.json beside the model.`,
          { cause },
        )
      : new UserError('bad-tokenizer', `The tokenizer '${file}' cannot be read: ${reason}`, { cause });
  }
}

/** From the tokenizer_config.json in the same folder, where there is one. */
async function lengthBeside(file: string): Promise<number | undefined> {
  const config = await readFile(path.join(path.dirname(file), 'tokenizer_config.json'), 'utf8').catch(() => '{}');
  const { model_max_length: length } = besides.parse(JSON.parse(config));
  return typeof length === 'number' && length > 0 && length < believable ? Math.floor(length) : undefined;
}
