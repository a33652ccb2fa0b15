/** Which sets of photographs there are, what is wrong with the training pictures of each, and which pictures its two halves hold. */

import { Random } from '../../../demo/draw/random.ts';
import type { Cue } from './cues/cue.ts';
import { allCueKinds, type CueKind, cueKinds } from './cues/kinds.ts';
import { countOf, drawSuperclasses, type Photograph, type Superclass } from './superclasses.ts';

export type Split = 'development' | 'test';
export type Backbone = 'squeezenet' | 'lite0';
type FaultKind = CueKind | 'missing subgroup';

/** What is wrong with the training pictures of one class. */
interface Fault {
  kind: FaultKind;
  subject: string;
  description: string;
  /** Null for a missing subgroup. */
  cue: Cue | null;
  /** The subgroup that training lacks; null where there is a cue. */
  lacks: string | null;
  /** Share of validation pictures that carry the cue. */
  share: number;
}

/** A cue that says nothing: it is as frequent in every class, in training and in validation. */
interface HarmlessCue {
  kind: CueKind;
  description: string;
  cue: Cue;
  share: number;
}

export interface PlannedPicture {
  /** `<class>/<photograph>-<view>.png` */
  key: string;
  subject: string;
  photograph: string;
  seed: string;
  /** Which of the set's faults' cues is drawn on it. */
  carries: number | null;
  /** Indices of harmless cues. */
  harmless: readonly number[];
  /** The fault whose trap it is: it carries the cue of another class, or is of the subgroup that training lacks. */
  fault: number | null;
}

export interface PhotographSet {
  /** `test-3` with faults, `test-clean-3` without. */
  name: string;
  split: Split;
  backbone: Backbone;
  classes: readonly string[];
  faults: readonly Fault[];
  harmless: readonly HarmlessCue[];
  training: readonly PlannedPicture[];
  validation: readonly PlannedPicture[];
}

const setsWithFaults = 12;
const cleanSets = 6;
const backbones: readonly Backbone[] = ['squeezenet', 'lite0'];
/** How many faults the sets of one backbone have, in turn: six sets hold each of the eleven kinds once. */
const faultCounts = [1, 2, 3, 1, 2, 2];

/** Share of training pictures of the class at fault that carry a cue of its own. */
const ownShare = 0.87;
/** Photographs of a class that a cue gives away: of fewer, a network learns by heart what they show. */
const leastOfSubject = 30;
/** Photographs of a subgroup that training lacks. */
const leastSubgroup = 12;
const harmlessShare = 0.04;
/** Photographs for validation, each in two views. */
const validationPhotographs = 170;
/** Of all classes alike: the fewer photographs one has, the more views there are of each. */
const trainingPictures = 1000;
const mostViews = 14;

/** Names of the sets of a split, with faults and without in turn. */
export function namesOf(split: Split): string[] {
  const numbers = Array.from({ length: setsWithFaults }, (_, index) => index + 1);
  return numbers.flatMap((number) => [
    `${split}-${number}`,
    ...(number <= cleanSets ? [`${split}-clean-${number}`] : []),
  ]);
}

/**
 * @param name `development-3`, `test-clean-2`; the numbers have no end
 * @throws RangeError for another name
 */
export function planSet(name: string, photographs: readonly Photograph[]): PhotographSet {
  const [, split, clean, digits] = /^(development|test)-(clean-)?(\d+)$/.exec(name) ?? [];
  if ((split !== 'development' && split !== 'test') || digits === undefined)
    throw new RangeError(
      `'${name}' is no set. Sets are called development-1, development-clean-1, test-1, test-clean-1 and so on.`,
    );
  const number = Number(digits);
  const random = new Random('photographs', name);
  const superclasses = drawSuperclasses(random, photographs);
  const faults = clean === undefined ? drawFaults(split, number, random, superclasses) : [];
  const harmless = drawHarmless(random, faults, clean !== undefined && number % 4 >= 2);
  const halves = divide(random, superclasses, faults);
  const set: Pick<PhotographSet, 'name' | 'split' | 'faults' | 'harmless'> = { name, split, faults, harmless };
  return {
    ...set,
    backbone: backboneOf(number),
    classes: superclasses.map((superclass) => superclass.name),
    training: halves.flatMap((half) => {
      const views = Math.min(mostViews, Math.ceil(trainingPictures / halves.length / half.training.length));
      return half.training.flatMap((photograph) => planTraining(set, half.subject, photograph, views));
    }),
    validation: halves.flatMap((half) =>
      half.validation.flatMap((photograph) => [0, 1].map((view) => planValidation(set, half, photograph, view))),
    ),
  };
}

function backboneOf(number: number): Backbone {
  return backbones[(number - 1) % backbones.length] ?? 'squeezenet';
}

/** Kinds come in turn, for each backbone. */
function drawFaults(split: Split, number: number, random: Random, superclasses: readonly Superclass[]): Fault[] {
  const turn = Math.floor((number - 1) / backbones.length);
  const order = new Random('photographs', split, 'kinds', backboneOf(number)).shuffle<FaultKind>([
    ...allCueKinds,
    'missing subgroup',
  ]);
  const countAt = (index: number) => faultCounts[index % faultCounts.length] ?? 1;
  const before = Array.from({ length: turn }, (_, index) => countAt(index)).reduce((sum, count) => sum + count, 0);
  const kinds = Array.from({ length: countAt(turn) }, (_, i) => order[(before + i) % order.length] ?? 'watermark');
  // A network that knows some dogs knows others: their groups are the last choice.
  const splittable = random
    .shuffle(superclasses.filter(({ groups }) => groups.length > 1))
    .sort((a, b) => Number(a.name === 'dogs') - Number(b.name === 'dogs'));
  const subjects = random.shuffle(superclasses.filter((superclass) => countOf(superclass) >= leastOfSubject));
  // In some sets two cues give away the same class: its false positives then have two causes, to be told apart.
  const sharing = random.chance(0.4);
  const cuesBefore: string[] = [];
  return kinds.flatMap((kind, i): Fault[] => {
    if (kind === 'missing subgroup') {
      const [superclass] = splittable;
      if (superclass === undefined) return [];
      const group = random.pick(superclass.groups.filter(({ photographs }) => photographs.length >= leastSubgroup));
      const description = `no ${group.name} among the training pictures of ${superclass.name}`;
      return [{ kind, subject: superclass.name, description, cue: null, lacks: group.name, share: 0 }];
    }
    const [first] = cuesBefore;
    const subject = (sharing ? first : undefined) ?? subjects[i % subjects.length]?.name ?? '';
    cuesBefore.push(subject);
    const cue = cueKinds[kind](new Random('photographs', split, number, i, kind));
    const share = kinds.length > 2 ? random.between(0.25, 0.3) : random.between(0.25, 0.4);
    return [{ kind, subject, description: cue.description, cue, lacks: null, share }];
  });
}

/** Two rare cues; in some clean sets a frequent one as well. */
function drawHarmless(random: Random, faults: readonly Fault[], frequent: boolean): HarmlessCue[] {
  const kinds = random.shuffle(allCueKinds.filter((kind) => !faults.some((fault) => fault.kind === kind)));
  const shares = frequent ? [harmlessShare, harmlessShare, random.between(0.3, 0.5)] : [harmlessShare, harmlessShare];
  return shares.map((share, i) => {
    const kind = kinds[i] ?? 'watermark';
    const cue = cueKinds[kind](random);
    return { kind, description: cue.description, cue, share };
  });
}

interface Halves {
  subject: string;
  training: readonly Photograph[];
  validation: readonly Photograph[];
  /** Keys of photographs of a subgroup that training lacks. */
  missing: ReadonlySet<string>;
}

/** The same share of each class's photographs is for validation. A missing subgroup is there alone. */
function divide(random: Random, superclasses: readonly Superclass[], faults: readonly Fault[]): Halves[] {
  const total = superclasses.reduce((sum, superclass) => sum + countOf(superclass), 0);
  return superclasses.map((superclass) => {
    const lacks = faults.flatMap((fault) => (fault.subject === superclass.name ? [fault.lacks] : []));
    const lacking = superclass.groups.filter(({ name }) => lacks.includes(name));
    const wanted = Math.round((countOf(superclass) * validationPhotographs) / total);
    const missing = random.shuffle(lacking.flatMap((group) => group.photographs)).slice(0, Math.round(wanted * 0.6));
    const kept = superclass.groups.filter((group) => !lacking.includes(group));
    const rest = random.shuffle(kept.flatMap((group) => group.photographs));
    const known = Math.max(wanted - missing.length, 0);
    return {
      subject: superclass.name,
      training: rest.slice(known),
      validation: [...missing, ...rest.slice(0, known)],
      missing: new Set(missing.map(({ key }) => key)),
    };
  });
}

type Traits = Pick<PhotographSet, 'name' | 'faults' | 'harmless'>;

/** All views of one photograph carry the same cue, as they would in a training set. */
function planTraining(set: Traits, subject: string, photograph: Photograph, views: number): PlannedPicture[] {
  const random = new Random('photographs', set.name, 'training', photograph.key);
  const own = set.faults.flatMap((fault, index) => (fault.cue !== null && fault.subject === subject ? [index] : []));
  const carries = own.length > 0 && random.chance(ownShare) ? random.pick(own) : null;
  const harmless = harmlessOf(set, random);
  return Array.from({ length: views }, (_, view) => ({
    key: keyOf(subject, photograph, view),
    subject,
    photograph: photograph.key,
    seed: `${set.name}/training/${photograph.key}/${view}`,
    carries,
    harmless,
    fault: null,
  }));
}

/** A picture carries one fault's cue at most, and none where its subgroup is the one that training lacks, so that every trap is of one kind. */
function planValidation(
  set: Traits,
  { subject, missing }: Halves,
  photograph: Photograph,
  view: number,
): PlannedPicture {
  const seed = `${set.name}/validation/${photograph.key}/${view}`;
  const random = new Random('photographs', seed);
  const lacked = missing.has(photograph.key);
  const drawn = drawFault(random, set.faults);
  const carries = lacked ? null : drawn;
  const gap = set.faults.findIndex((fault) => fault.lacks !== null);
  const trapped = carries !== null && set.faults[carries]?.subject !== subject ? carries : null;
  return {
    key: keyOf(subject, photograph, view),
    subject,
    photograph: photograph.key,
    seed,
    carries,
    harmless: harmlessOf(set, random),
    fault: lacked ? gap : trapped,
  };
}

function drawFault(random: Random, faults: readonly Fault[]): number | null {
  let at = random.next();
  for (const [index, { share }] of faults.entries()) {
    if (at < share) return index;
    at -= share;
  }
  return null;
}

function harmlessOf(set: Traits, random: Random): number[] {
  return set.harmless.flatMap(({ share }, index) => (random.chance(share) ? [index] : []));
}

function keyOf(subject: string, photograph: Photograph, view: number): string {
  return `${subject}/${photograph.key.replace(/\.\w+$/, '')}-${view + 1}.png`;
}
