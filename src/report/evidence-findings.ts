/** Findings from what the network looked at: clusters of false positives, gaps in the data, what to collect. */

import type { Store } from '../shared/store.ts';
import type { Findings } from './contract.ts';
import { chooseAnalysedMap } from './findings/analysed-map.ts';
import type { RunTable } from './read/run-table.ts';

export type EvidenceFindings = Pick<Findings, 'analysed' | 'clusters' | 'gaps' | 'collect' | 'notes'>;

export async function evidenceFindings(
  _output: Store,
  table: RunTable,
  _reference: Store | null,
): Promise<EvidenceFindings> {
  const map = chooseAnalysedMap(table.maps);
  const analysed = map && { layer: map.layer, method: map.method, target: map.target };
  return { analysed, clusters: [], gaps: [], collect: [], notes: [] };
}
