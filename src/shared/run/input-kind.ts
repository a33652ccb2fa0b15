/** What an input is, by its name. */

export const imageSuffixes = [
  ...['.jpg', '.jpeg', '.jpe', '.jfif', '.png', '.webp', '.tif', '.tiff', '.gif', '.avif'],
  ...['.bmp', '.ppm', '.pgm', '.pbm', '.pnm'],
];
const imageName = /\.(jpe?g|jpe|jfif|png|webp|tiff?|gif|avif|bmp|p[pgbn]m)$/i;

/** Whether the name ends like an image's, in either case. Content is checked when the image is decoded. */
export function hasImageSuffix(key: string): boolean {
  return imageName.test(key);
}

/** NumPy's arrays are pictures where there are no others: beside photographs they are mostly masks or features. */
export const arraySuffix = '.npy';

/** Whether a file is a table with a key in each row: as an input, a list of images rather than a folder or prefix. */
export function isTable(location: string): boolean {
  return /\.(csv|tsv|jsonl)$/i.test(location);
}
