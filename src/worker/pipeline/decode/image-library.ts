import sharp from 'sharp';

/**
 * Sets the process's image library up for many images at once: one thread for each, since the parallelism is over images, and no
 * cache, since no image is read twice. Call it once where the process starts; without it everything works, only slower.
 */
export function configureImageLibrary(): void {
  sharp.concurrency(1);
  sharp.cache(false);
}
