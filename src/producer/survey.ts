/** One pass over the whole input, before the run: how many images, how many with a label, and which folders. */

import type { ClassNames } from '../explain/class-names.ts';
import type { Input } from './input.ts';
import { classesOfFolders, firstFolder, isLabelled, type LabelsOf } from './label.ts';
import { type ListedImage, type ListingCounts, newListingCounts } from './list-images.ts';

export interface Survey {
  /** Images that the run takes, and those of them with a known label. */
  total: number;
  labelled: number;
  counts: ListingCounts;
  /** Of the first image; null where there is none. */
  firstKey: string | null;
}

/** @param check throws for an image that cannot be explained */
export async function takeSurvey(input: Input, label: LabelsOf, check: ImageCheck): Promise<Survey> {
  const counts = newListingCounts();
  return countChosen(input, input.candidates(counts), counts, label, check);
}

type ImageCheck = (image: ListedImage) => void;

/**
 * Also finds the classes that folders stand for. They are those of all candidates, so that a sample, a limit or `include` does
 * not change which class an index means.
 */
export async function surveyFolders(
  input: Input,
  check: ImageCheck,
): Promise<{ survey: Survey; classNames: ClassNames | null }> {
  const counts = newListingCounts();
  const folders = new Set<string>();
  const listing = withFolders(input.candidates(counts), folders);
  // Without `return`, so that whoever takes the first few only does not end the listing.
  const candidates = { [Symbol.asyncIterator]: () => ({ next: () => listing.next() }) };
  try {
    const label: LabelsOf = ({ key }) => ({ label: firstFolder(key) === null ? null : 0 });
    const survey = await countChosen(input, candidates, counts, label, check);
    for await (const _ of candidates);
    return { survey, classNames: classesOfFolders(folders) };
  } finally {
    await listing.return(undefined);
  }
}

async function countChosen(
  input: Input,
  candidates: AsyncIterable<ListedImage>,
  counts: ListingCounts,
  label: LabelsOf,
  check: ImageCheck,
): Promise<Survey> {
  const survey: Survey = { total: 0, labelled: 0, counts, firstKey: null };
  for await (const image of input.selection.choose(candidates, counts)) {
    survey.total += 1;
    survey.firstKey ??= image.key;
    check(image);
    if (isLabelled(label(image))) survey.labelled += 1;
  }
  return survey;
}

async function* withFolders(images: AsyncIterable<ListedImage>, folders: Set<string>): AsyncGenerator<ListedImage> {
  for await (const image of images) {
    const folder = firstFolder(image.key);
    if (folder !== null) folders.add(folder);
    yield image;
  }
}
