/** Pictures that show what a change does to the network's answers. */

import { at } from '../../explain/at.ts';
import type { Network, SeenImage } from '../../interventions/network.ts';
import type { ProofPair, ProofPicture, Proofs } from '../contract.ts';
import { webpOf } from '../webp.ts';
import { type Change, partOf } from './change.ts';
import { boxOf, sharedPart } from './shared-part.ts';
import type { Asking } from './trial.ts';
import type { TriedImage } from './tried-image.ts';

/** Clusters that get pictures. */
export const mostProved = 20;
/** Pairs of each direction that are shown. */
const shown = 3;
/** A part that reaches so far over the picture needs no outline. */
const mostOutlined = 0.85;

/** Proofs whose pictures have no key yet. */
export interface DrawnProofs extends Pick<Proofs, 'kind'> {
  removed: DrawnPair[];
  transplanted: DrawnPair[];
  shared: Buffer | null;
}

export interface DrawnPair extends Omit<ProofPair, 'before' | 'after'> {
  before: DrawnPicture;
  after: DrawnPicture;
}

export interface DrawnPicture extends Omit<ProofPicture, 'picture'> {
  webp: Buffer;
}

/**
 * @param own images of a cluster
 * @param recipients correct images of other classes
 * @param predicted what the cluster's images are taken for
 */
export async function drawProofs(
  change: Change,
  own: readonly TriedImage[],
  recipients: readonly TriedImage[],
  predicted: number,
  { network, changer }: Asking,
): Promise<DrawnProofs> {
  const changed = await Promise.all(own.map((image) => changer.change(image, [change])));
  const without = own.flatMap((image, i) => {
    const after = changed[i]?.[0]?.without[0];
    return after === undefined ? [] : [{ image, after, box: outlineOf(change, image) }];
  });
  const gifts = await Promise.all(
    recipients.map(async (image, i) => {
      const donor = own[i % own.length];
      const after = donor === undefined ? null : await changer.lend(change, donor, image.picture);
      return donor === undefined || after === null ? [] : [{ image, after, box: outlineOf(change, donor) }];
    }),
  );
  const given = gifts.flat();
  return {
    kind: change.kind,
    removed: await draw(without, ({ label }, answer) => answer === label, network),
    transplanted: await draw(given, (_, answer) => answer === predicted, network),
    shared: await drawShared(change, own),
  };
}

interface Changed {
  image: TriedImage;
  after: SeenImage;
  box: ProofPair['box'];
}

/** Those whose answer changes as it should, before others; images that the network answers otherwise than in the run are left out. */
async function draw(
  changed: readonly Changed[],
  shows: (image: TriedImage, answer: number) => boolean,
  network: Network,
): Promise<DrawnPair[]> {
  const before = await answers(
    changed.map(({ image }) => image.picture),
    network,
  );
  const after = await answers(
    changed.map((own) => own.after),
    network,
  );
  const pairs = changed
    .map((one, i) => ({ ...one, own: at(before, i), changed: at(after, i) }))
    .filter(({ image, own }) => own.predicted === image.predicted)
    .sort((a, b) => Number(shows(b.image, b.changed.predicted)) - Number(shows(a.image, a.changed.predicted)));
  return Promise.all(
    pairs.slice(0, shown).map(async ({ image, after: picture, box, own, changed: answer }) => ({
      key: image.key,
      label: image.label,
      box,
      before: { ...own, webp: await webpOf(image.picture, 3) },
      after: { ...answer, webp: await webpOf(picture, 3) },
    })),
  );
}

async function answers(pictures: readonly SeenImage[], network: Network): Promise<Omit<ProofPicture, 'picture'>[]> {
  return (await network.ask(pictures)).map((logarithms) => {
    const best = Math.max(...logarithms);
    return { predicted: logarithms.indexOf(best), score: Math.round(Math.exp(best) * 1e4) / 1e4 };
  });
}

function outlineOf(change: Change, image: TriedImage): ProofPair['box'] {
  const part = partOf(change, image);
  const box = part && boxOf(part);
  if (part === null || box === null) return null;
  const { width, height } = part;
  if (box.width >= mostOutlined * width && box.height >= mostOutlined * height) return null;
  const share = (pixels: number, side: number) => Math.round((pixels / side) * 1e4) / 1e4;
  return {
    left: share(box.left, width),
    top: share(box.top, height),
    width: share(box.width, width),
    height: share(box.height, height),
  };
}

async function drawShared(change: Change, own: readonly TriedImage[]): Promise<Buffer | null> {
  const parts = own.flatMap((image) => {
    const mask = partOf(change, image);
    return mask === null ? [] : [{ picture: image.picture, mask }];
  });
  const shared = sharedPart(parts);
  return shared && webpOf(shared, 4);
}
