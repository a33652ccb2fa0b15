/** The photographs, read once, and views of them. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import sharp from 'sharp';
import { z } from 'zod';
import type { Random } from '../../../demo/draw/random.ts';
import { Picture, side } from './picture.ts';
import type { Photograph } from './superclasses.ts';

const rows = z.array(z.object({ key: z.string(), label: z.coerce.number() }));

/** Shorter side of a photograph in memory. */
const kept = 352;

interface Pixels {
  data: Buffer;
  info: { width: number; height: number };
}

export class Photographs {
  /** What `labels.csv` lists. */
  readonly all: readonly Photograph[];
  readonly #folder: string;
  readonly #read = new Map<string, Promise<Pixels>>();

  private constructor(folder: string, all: readonly Photograph[]) {
    this.#folder = folder;
    this.all = all;
  }

  /** @param folder holds `labels.csv` (key, label) and `photos` */
  static async open(folder: string): Promise<Photographs> {
    const table = parse(await readFile(join(folder, 'labels.csv'), 'utf8'), { columns: true });
    return new Photographs(folder, rows.parse(table));
  }

  /**
   * A square cut out of the photograph, mirrored by chance.
   * @param least side of the smallest cut, as a share of the photograph's shorter side
   */
  async view(key: string, least: number, random: Random): Promise<Picture> {
    const { data, info } = await this.#pixels(key);
    const cut = Math.round(Math.min(info.width, info.height) * least ** random.next());
    const left = random.integer(0, info.width - cut);
    const top = random.integer(0, info.height - cut);
    const raw = { width: info.width, height: info.height, channels: 3 } as const;
    const image = sharp(data, { raw }).extract({ left, top, width: cut, height: cut }).flop(random.chance(0.5));
    return new Picture(await image.resize(side, side).raw().toBuffer());
  }

  #pixels(key: string): Promise<Pixels> {
    const known = this.#read.get(key);
    if (known !== undefined) return known;
    const image = sharp(join(this.#folder, 'photos', key))
      .rotate()
      .toColourspace('srgb')
      .removeAlpha();
    const read = image.resize(kept, kept, { fit: 'outside' }).raw().toBuffer({ resolveWithObject: true });
    this.#read.set(key, read);
    return read;
  }
}
