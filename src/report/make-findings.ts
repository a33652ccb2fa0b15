/** From a run's output to its findings. */

import { UserError } from '../explain/user-error.ts';
import { witnessAdvice } from '../shared/run/one-witness.ts';
import type { Store } from '../shared/store/store.ts';
import type { Findings } from './contract.ts';
import { evidenceFindings } from './evidence-findings.ts';
import { labelErrorOf, noneSuspected } from './findings/label-errors.ts';
import { mistakeOf, mistakeRows } from './findings/mistakes.ts';
import { cutNote, images, scoreNotes } from './findings/notes.ts';
import { scoreFindings } from './findings/score-findings.ts';
import type { NetworkAccess } from './interventions/asked-clusters.ts';
import type { ProofFile } from './interventions/proof-files.ts';
import type { SeeImages } from './page/previews.ts';
import { multiLabelFindings } from './pairs/multi-label-findings.ts';
import { readRun } from './read/read-run.ts';
import { type RunDescription, setUpWarnings } from './read/run-description.ts';
import { keyOf, type RunTable } from './read/run-table.ts';

export interface FindingsOptions {
  /** Output of a run over the training set, or another set that the network should know. Default: none. */
  reference?: Store;
  /** The run's network, to test causes on. Default: it is not asked. */
  network?: NetworkAccess;
  /** Mistakes that are listed, the most confident first. Default 10,000. */
  mistakesKept?: number;
  /** Suspected labels that are listed, the strongest disagreement first. Default 1,000. */
  labelErrorsKept?: number;
}

export interface MadeFindings {
  findings: Findings;
  /** The run's records, for whoever needs more of them. */
  table: RunTable;
  /** Pictures that the clusters' proofs name: whoever keeps the findings writes them. */
  files: ProofFile[];
  /** Reads more of the run's images; null where the network may not be asked. */
  see: SeeImages | null;
}

/**
 * Reads all records of the run, and evidence of its mistakes and of some correct images. Writes nothing. The same output gives the same
 * findings, byte for byte.
 * @throws UserError `no-run`, `no-records`, `damaged-output`, `classes-differ` (of the reference); StoreError
 */
export async function makeFindings(output: Store, options: FindingsOptions = {}): Promise<MadeFindings> {
  const { reference, network = null, mistakesKept = 10_000, labelErrorsKept = 1000 } = options;
  const { description, table } = await readRun(output);
  if (table.rows === 0) {
    throw new UserError(
      'no-records',
      `There are no records in ${output.location} yet: scores/ has no part. Wait for the run's first shard, or start the run again with --resume.`,
    );
  }
  const asked = network && {
    most: network.most ?? description.interventions,
    isRequired: network.isRequired,
    open: () => network.open(),
  };
  const see =
    asked === null || asked.most === 0
      ? null
      : async (keys: readonly string[]) => (await asked.open())?.see(keys) ?? [];
  const { pairs } = table;
  if (pairs !== undefined) {
    const kept = { mistakesKept, labelErrorsKept };
    const found = await multiLabelFindings(output, table, pairs, description, reference ?? null, kept);
    const scored = { ...found, suspected: noneSuspected };
    const notes = [...scoreNotes(description, table, scored), ...found.notes];
    return { findings: { ...describedRun(description, table), ...found, notes }, table, files: [], see };
  }
  const { suspected, ...fromScores } = scoreFindings(table);
  const { analysed, clusters, gaps, collect, notes, files } = await evidenceFindings(
    output,
    table,
    reference ?? null,
    asked,
  );

  const explained = new Set([...clusters, ...gaps].filter(({ claimed }) => claimed).flatMap((group) => group.images));
  const wrongLabels = suspected.rows.filter((row) => !explained.has(keyOf(table, row)));
  const apart = new Set(wrongLabels);
  const mistakes = mistakeRows(table).filter((row) => !apart.has(row));
  const sharedCause = suspected.rows.length - wrongLabels.length;

  const findings: Findings = {
    version: 1,
    run: description.run,
    model: description.model,
    input: description.input,
    classNames: table.classNames,
    ...fromScores,
    maps: table.maps.map(({ layer, method, target }) => ({ layer, method, target })),
    lastLayer: description.lastLayer,
    analysed,
    mistakes: Array.from(mistakes.subarray(0, mistakesKept), (row) => mistakeOf(table, row)),
    labelErrors: wrongLabels.slice(0, labelErrorsKept).map((row) => labelErrorOf(table, row, suspected)),
    clusters,
    gaps,
    collect,
    warnings: setUpWarnings(description),
    notes: [
      ...scoreNotes(description, table, { suspected, ...fromScores }),
      ...(sharedCause === 0
        ? []
        : [
            `${images(sharedCause)} whose scores speak against the label ${sharedCause === 1 ? 'belongs' : 'belong'} to a cluster or gap: ` +
              'the common cause explains them, so they count as mistakes, not as wrong labels.',
          ]),
      ...cutNote('mistakes', mistakesKept, mistakes.length),
      ...cutNote('suspected labels', labelErrorsKept, wrongLabels.length),
      ...notes,
      ...(analysed === null
        ? []
        : [witnessAdvice(description, description.earlierLayer)].filter((note) => note !== null)),
    ],
  };
  return { findings, table, files, see };
}

function describedRun(
  description: RunDescription,
  table: RunTable,
): Pick<Findings, 'version' | 'run' | 'model' | 'input' | 'classNames' | 'maps' | 'lastLayer' | 'warnings'> {
  return {
    version: 1,
    run: description.run,
    model: description.model,
    input: description.input,
    classNames: table.classNames,
    maps: table.maps.map(({ layer, method, target }) => ({ layer, method, target })),
    lastLayer: description.lastLayer,
    warnings: setUpWarnings(description),
  };
}
