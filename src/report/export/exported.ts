/** What an export came to. */

export interface Exported {
  /** Keys of the files, the one to begin with first. */
  files: string[];
  images: number;
  /** In plain words: what the reader must know or do next. */
  notes: string[];
}

export const unplacedNote =
  'The records do not say what of each image its maps cover, so maps are laid over whole images: where the run cropped or padded, they are off. Run again to have it.';
