/** Invented images of a harbour with several true classes each, and what a network that takes the wake of a boat for gulls says of them. */

export const harbourClasses = ['boat', 'buoy', 'gull', 'jetty', 'lighthouse', 'crane'] as const;

const [boat, buoy, gull, jetty, lighthouse] = [0, 1, 2, 3, 4];

export const harbourThresholds = [0.5, 0.5, 0.4, 0.6, 0.5, 0.5];

/** Where each class stands in a picture, as shares of its width and height. */
export const places: readonly [x: number, y: number][] = [
  [0.3, 0.62],
  [0.72, 0.72],
  [0.66, 0.2],
  [0.2, 0.86],
  [0.86, 0.45],
  [0.5, 0.4],
];

export interface Scene {
  key: string;
  /** What is in the picture, by class. */
  shown: boolean[];
  /** By class: 1 true, 0 not, -1 unknown. Null: the image has no labels. */
  truth: number[] | null;
  /** By class. */
  scores: number[];
  /** Of the classes that the targets name, the highest score first. */
  explained: number[];
}

/** Boats come with a false gull in most images; each tenth buoy is not labelled; each fifteenth lighthouse is missed. */
export function harbourScenes(images: number): Scene[] {
  const random = numbersFrom(7);
  return Array.from({ length: images }, (_, index) => sceneOf(index, random));
}

function sceneOf(index: number, random: () => number): Scene {
  const shares = [0.5, 0.4, 0.3, 0.25, 0.35, 0];
  const shown = shares.map((share) => random() < share);
  const scores = shown.map((isShown) => (isShown ? 0.55 + random() * 0.44 : random() * 0.45));
  if (shown[boat] && !shown[gull] && random() < 0.6) scores[gull] = 0.5 + random() * 0.45;
  if (shown[lighthouse] && random() < 0.2) scores[lighthouse] = random() * 0.4;
  if (!shown[jetty] && random() < 0.05) scores[jetty] = 0.6 + random() * 0.2;
  const truth = shown.map((isShown, place) => {
    if (place === buoy && isShown && index % 10 === 3) return 0;
    return random() < 0.02 ? -1 : Number(isShown);
  });
  const isTarget = (place: number) => truth[place] === 1 || (scores[place] ?? 0) >= (harbourThresholds[place] ?? 0.5);
  const explained = harbourClasses
    .flatMap((_, place) => (isTarget(place) ? [place] : []))
    .sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0));
  return {
    key: `harbour/${String(index).padStart(3, '0')}.jpg`,
    shown,
    truth: index % 40 === 39 ? null : truth,
    scores,
    explained,
  };
}

/** Numbers from 0 to 1 that are the same each time (Park and Miller 1988). */
function numbersFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
