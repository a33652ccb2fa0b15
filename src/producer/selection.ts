/** Which of the listed images a run takes: by suffix, by globs, by chance, by number. */

import picomatch from 'picomatch';
import { UserError } from '../explain/user-error.ts';
import type { SelectionSettings } from '../shared/run/configuration.ts';
import { parseS3Location } from '../shared/store/location.ts';
import type { ListedImage, ListingCounts } from './list-images.ts';
import { drawSample } from './sample.ts';

type Test = (key: string) => boolean;

export interface Selection {
  /** Images that could be chosen: those with the suffixes, less those that `exclude` names. Labels by folder count these. */
  candidates(images: AsyncIterable<ListedImage>, counts: ListingCounts): AsyncIterable<ListedImage>;
  /** Candidates that `include` names. */
  filter(candidates: AsyncIterable<ListedImage>, counts: ListingCounts): AsyncIterable<ListedImage>;
  /** Those of the candidates that are taken, in their order. Holds a sample in memory, and nothing else. */
  choose(candidates: AsyncIterable<ListedImage>, counts: ListingCounts): AsyncIterable<ListedImage>;
}

/**
 * @param defaultSuffixes endings that count where the settings name none; null: any
 * @param isImage looks into a file whose name has no ending; without: such files do not count
 * @throws UserError `bad-setting` for a glob that cannot be read
 */
export function readSelection(
  settings: SelectionSettings,
  defaultSuffixes: readonly string[] | null,
  isImage?: (key: string) => Promise<boolean>,
): Selection {
  const { sample, seed, limit } = settings;
  const hasSuffix = suffixTest(settings.suffixes ?? defaultSuffixes);
  const included = settings.include.length === 0 ? () => true : globTest('include', settings.include);
  const excluded = settings.exclude.length === 0 ? () => false : globTest('exclude', settings.exclude);
  const filter = (candidates: AsyncIterable<ListedImage>, counts: ListingCounts) =>
    settings.include.length === 0 ? candidates : matching(candidates, included, counts);
  return {
    filter,
    async *candidates(images, counts) {
      const looks = settings.suffixes === null && isImage !== undefined ? isImage : async () => false;
      const kept = keepWanted(images, ({ key }) => hasSuffix(key) || (!hasEnding(key) && looks(key)), counts);
      for await (const image of kept) {
        if (excluded(image.key)) counts.unselected += 1;
        else yield image;
      }
    },
    choose(candidates, counts) {
      const chosen = filter(candidates, counts);
      const drawn = sample === null ? chosen : drawSample(chosen, sample, seed);
      return limit === null ? drawn : first(drawn, limit);
    },
  };
}

/** Looks into files that are under way at once: a bucket answers after milliseconds. */
const looksAtOnce = 32;

/** Those that are wanted, in their order. Waits only behind an image of which that is not known at once. */
async function* keepWanted(
  images: AsyncIterable<ListedImage>,
  isWanted: (image: ListedImage) => boolean | Promise<boolean>,
  counts: ListingCounts,
): AsyncGenerator<ListedImage> {
  const waiting: { image: ListedImage; wanted: boolean | Promise<boolean> }[] = [];
  const drain = async function* (most: number): AsyncGenerator<ListedImage> {
    while (waiting.length > most) {
      const first = waiting.shift();
      if (first === undefined) return;
      if (await first.wanted) yield first.image;
      else countIgnored(first.image.key, counts);
    }
  };
  for await (const image of images) {
    const wanted = isWanted(image);
    if (typeof wanted !== 'boolean') {
      // Whoever waits for it hears of an error; until then it is nobody's.
      wanted.catch(() => undefined);
      waiting.push({ image, wanted });
    } else if (waiting.length > 0) waiting.push({ image, wanted });
    else if (wanted) yield image;
    else countIgnored(image.key, counts);
    if (waiting.length > looksAtOnce) yield* drain(looksAtOnce);
  }
  yield* drain(0);
}

/** Endings of files that are named where they are left out. */
const mostEndings = 4;

function countIgnored(key: string, counts: ListingCounts): void {
  counts.ignored += 1;
  if (counts.ignoredEndings.size < mostEndings && hasEnding(key)) {
    counts.ignoredEndings.add(key.slice(key.lastIndexOf('.')).toLowerCase());
  }
}

/** Whether the last part of a key has a dot in it. */
function hasEnding(key: string): boolean {
  return key.lastIndexOf('.') > key.lastIndexOf('/');
}

async function* matching(images: AsyncIterable<ListedImage>, wanted: Test, counts: ListingCounts) {
  for await (const image of images) {
    if (wanted(image.key)) yield image;
    else counts.unselected += 1;
  }
}

async function* first<T>(items: AsyncIterable<T>, limit: number): AsyncGenerator<T> {
  let left = limit;
  for await (const item of items) {
    yield item;
    left -= 1;
    // Before the next item is asked for: it may be a page of a bucket away.
    if (left === 0) return;
  }
}

function suffixTest(suffixes: readonly string[] | null): Test {
  if (suffixes === null) return () => true;
  const lengths = new Set(suffixes.map((suffix) => suffix.length));
  const wanted = new Set(suffixes);
  return (key) => {
    for (const length of lengths) if (wanted.has(key.slice(-length).toLowerCase())) return true;
    return false;
  };
}

/**
 * Globs over whole keys; one without a slash is about the last part of the key. An s3:// address in a list is matched as
 * `bucket/key`.
 */
function globTest(name: string, globs: readonly string[]): Test {
  const tests = globs.map((glob) => compileGlob(name, glob));
  return (key) => {
    const address = parseS3Location(key);
    const path = address === null ? key : `${address.bucket}/${address.key}`;
    return tests.some((test) => test(path));
  };
}

function compileGlob(name: string, glob: string): Test {
  try {
    // `debug` makes it throw where it would otherwise match nothing; `s` lets a key hold a line feed.
    const basename = !glob.includes('/');
    return picomatch(glob, { basename, dot: true, nonegate: true, windows: false, debug: true, flags: 's' });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new UserError('bad-setting', `--${name} holds '${glob}', which is not a glob: ${reason}.`, { cause });
  }
}
