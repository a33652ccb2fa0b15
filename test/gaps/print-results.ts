/** Prints how well a report names the faults of sets. */

import { printTable } from '../../bench/table.ts';
import type { FoundFault, SetResult } from './evaluate.ts';
import { meanOf, pairOf } from './means.ts';
import type { Fit } from './measures.ts';

/**
 * A line for each fault, means over the faults that count, and the claims beside them. "Wrong" are a fault's misclassified pictures, "fooled" those of them that
 * are taken for the class that the cue gives away, "right without" the share of the wrong ones that are right without the cue: recall of the wrong cannot well
 * exceed both.
 */
export function printResults(results: readonly SetResult[]): void {
  printTable(
    [
      'set',
      'backbone',
      'accuracy',
      'fault',
      'of class',
      'wrong',
      'fooled',
      'right without',
      'rank',
      'claimed: wrong',
      'fooled',
      'shown: wrong',
      'fooled',
    ],
    results.flatMap(({ set, faults, accuracy }) =>
      faults.map(({ fault, wrong, fooled, counts, rightWithout, rank, claimed, shown }) => [
        set.name,
        set.backbone,
        (accuracy ?? 0).toFixed(2),
        fault.kind,
        fault.subject,
        String(wrong.size),
        counts ? String(fooled.size) : `(${fooled.size})`,
        rightWithout === null ? '-' : rightWithout.toFixed(2),
        rank === null ? '-' : String(rank),
        pair(claimed.wrong),
        pair(claimed.fooled),
        pair(shown.wrong),
        pair(shown.fooled),
      ]),
    ),
  );
  const backbones = [...new Set(results.map(({ set }) => set.backbone))];
  console.log('\nMeans over the faults that count (precision / recall):\n');
  printTable(
    [
      'backbone',
      'faults',
      'fooled of wrong',
      'right without',
      'claimed: wrong',
      'fooled',
      'shown: wrong',
      'fooled',
      'rank 1 to 10',
    ],
    [...backbones, ...(backbones.length > 1 ? [null] : [])].map((backbone) => {
      const faults = results
        .filter(({ set }) => backbone === null || set.backbone === backbone)
        .flatMap((result) => result.faults.filter(({ counts }) => counts));
      return meansOf(backbone ?? 'all', faults);
    }),
  );
  printClaims(results);
}

function meansOf(name: string, faults: readonly FoundFault[]): string[] {
  return [
    name,
    String(faults.length),
    meanOf(faults.map(({ fooled, wrong }) => fooled.size / wrong.size)),
    meanOf(faults.flatMap(({ rightWithout }) => rightWithout ?? [])),
    pairOf(faults.map(({ claimed }) => claimed.wrong)),
    pairOf(faults.map(({ claimed }) => claimed.fooled)),
    pairOf(faults.map(({ shown }) => shown.wrong)),
    pairOf(faults.map(({ shown }) => shown.fooled)),
    meanOf(faults.map(({ rank }) => Number(rank !== null && rank <= 10))),
  ];
}

/** What the claims are about that name no planted fault. */
function printClaims(results: readonly SetResult[]): void {
  const beside = results.flatMap(({ set, claims }) =>
    claims.filter(({ kind }) => kind !== 'planted').map((claim) => ({ set, ...claim })),
  );
  console.log(`\nClaims beside the planted faults:${beside.length === 0 ? ' none.' : '\n'}`);
  const head = ['set', 'faults', 'claim', 'images', 'what', 'cause that interventions confirm'];
  if (beside.length > 0) {
    printTable(
      head,
      beside.map(({ set, id, images, kind, cause }) => [
        set.name,
        String(set.faults.length),
        id,
        String(images),
        kind,
        cause ?? '-',
      ]),
    );
  }
  const clean = results.filter(({ set }) => set.faults.length === 0);
  const alarmed = clean.filter(({ claims }) => claims.some(({ kind }) => kind === 'beside'));
  const unconfirmed = clean.flatMap(({ claims }) => claims).filter(({ cause }) => cause === null).length;
  console.log(
    `\nClaims in ${alarmed.length} of ${clean.length} sets without faults; ${unconfirmed} claims there that interventions do not confirm.\n`,
  );
}

function pair(fit: Fit | null): string {
  return fit === null ? '-' : `${fit.precision.toFixed(2)} / ${fit.recall.toFixed(2)}`;
}
