/** Superclasses of ImageNet's 1,000 classes, and how a set's classes are put together of them. */

import type { Random } from '../../../demo/draw/random.ts';

type Range = readonly [first: number, last: number];

/** What a class may be split into, by ranges of ImageNet's indices. Exceptions stand in an earlier entry: the first that holds an index has it. */
const groups = {
  'toy dogs and terriers': [
    [151, 157],
    [179, 204],
    [252, 254],
    [259, 262],
    [265, 268],
  ],
  'hounds and gun dogs': [
    [158, 178],
    [205, 221],
  ],
  'working dogs': [[222, 264]],
  birds: [
    [7, 24],
    [80, 100],
    [127, 146],
  ],
  'reptiles and amphibians': [[25, 68]],
  'insects and sea animals': [
    [0, 6],
    [69, 79],
    [107, 126],
    [148, 148],
    [300, 329],
    [389, 397],
  ],
  mammals: [
    [102, 106],
    [269, 299],
    [330, 388],
  ],
  buildings: [
    [424, 424],
    [448, 448],
    [460, 460],
    [500, 500],
    [580, 580],
    [624, 624],
    [660, 660],
    [668, 668],
    [672, 672],
    [708, 708],
    [716, 716],
    [788, 788],
    [832, 832],
    [860, 860],
    [888, 888],
    [900, 900],
    [912, 912],
    [972, 980],
  ],
  vehicles: [
    [404, 408],
    [428, 428],
    [436, 436],
    [444, 444],
    [468, 472],
    [476, 476],
    [484, 484],
    [536, 540],
    [576, 576],
    [612, 612],
    [628, 628],
    [656, 656],
    [744, 744],
    [780, 780],
    [812, 812],
    [820, 820],
    [856, 856],
    [864, 864],
    [880, 880],
    [908, 908],
    [920, 920],
  ],
  clothing: [
    [400, 400],
    [452, 456],
    [464, 464],
    [496, 496],
    [552, 552],
    [560, 560],
    [568, 568],
    [584, 584],
    [608, 608],
    [616, 616],
    [636, 636],
    [652, 652],
    [676, 676],
    [724, 724],
    [748, 748],
    [796, 796],
    [808, 808],
    [824, 824],
    [836, 836],
  ],
  'food and plants': [[924, 998]],
  'devices and instruments': [
    [420, 420],
    [432, 432],
    [480, 480],
    [508, 508],
    [528, 528],
    [548, 548],
    [592, 592],
    [604, 604],
    [620, 620],
    [632, 632],
    [664, 664],
    [684, 688],
    [704, 704],
    [732, 732],
    [740, 740],
    [776, 776],
    [800, 800],
    [844, 848],
    [872, 872],
    [892, 892],
  ],
  household: [[401, 998]],
} satisfies Record<string, readonly Range[]>;

type Group = keyof typeof groups;

/** What belongs together: one class, or a class for each group. */
const families: readonly { name: string; groups: readonly Group[] }[] = [
  { name: 'dogs', groups: ['toy dogs and terriers', 'hounds and gun dogs', 'working dogs'] },
  { name: 'animals', groups: ['birds', 'reptiles and amphibians', 'insects and sea animals', 'mammals'] },
  { name: 'outdoors', groups: ['buildings', 'vehicles'] },
  { name: 'things', groups: ['clothing', 'food and plants', 'devices and instruments', 'household'] },
];

export interface Photograph {
  /** Its file's name. */
  key: string;
  /** Index among ImageNet's classes. */
  label: number;
}

export interface Superclass {
  name: string;
  /** By group; a subgroup that training lacks is one of these, or a part of the only one. */
  groups: readonly { name: string; photographs: readonly Photograph[] }[];
}

/** About 170 are for validation, so that the fewer there are, the weaker is the network. */
const leastPhotographs = 225;

/** Three to six superclasses: families, joined or split, some left out. */
export function drawSuperclasses(random: Random, all: readonly Photograph[]): Superclass[] {
  const wanted = random.integer(3, 6);
  for (;;) {
    const drawn = families.flatMap((family) => {
      const members = family.groups.map((name) => ({
        name,
        photographs: all.filter(({ label }) => groupOf(label) === name),
      }));
      if (random.chance(0.4)) return [{ name: family.name, groups: members }];
      return members.map((member) => ({ name: member.name, groups: [member] }));
    });
    const kept = random.shuffle(drawn).slice(0, wanted);
    const total = kept.reduce((sum, superclass) => sum + countOf(superclass), 0);
    if (kept.length === wanted && total >= leastPhotographs)
      return kept.sort((a, b) => a.name.localeCompare(b.name, 'en'));
  }
}

export function countOf(superclass: Superclass): number {
  return superclass.groups.reduce((sum, group) => sum + group.photographs.length, 0);
}

function groupOf(label: number): Group {
  const names: Group[] = families.flatMap((family) => family.groups);
  const found = names.find((name) => {
    const ranges: readonly Range[] = groups[name];
    return ranges.some(([first, last]) => label >= first && label <= last);
  });
  if (found === undefined) throw new RangeError(`No superclass holds ImageNet's class ${label}.`);
  return found;
}
