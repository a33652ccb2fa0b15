/** The collection list, for spreadsheets. */

import { UserError } from '../../explain/user-error.ts';
import { retryTransient } from '../../shared/store/retry.ts';
import type { Store } from '../../shared/store/store.ts';
import { collectionCsv } from './collection-csv.ts';
import type { Exported } from './exported.ts';
import type { ExportedRun } from './exported-run.ts';

/** @throws UserError `no-report`; StoreError */
export async function exportCollectionList({ output, findings }: ExportedRun, target: Store): Promise<Exported> {
  if (findings === null) {
    throw new UserError(
      'no-report',
      `${output.location} has no report, so it is not known what to collect. Make it with: gradline report ${output.location}`,
    );
  }
  const { items, images } = collectionCsv(findings);
  const put = (key: string, body: string) => retryTransient(() => target.put(key, body, 'text/csv; charset=utf-8'));
  await put('collect.csv', items);
  await put('collect-images.csv', images);
  return {
    files: ['collect.csv', 'collect-images.csv'],
    images: new Set(findings.collect.flatMap((item) => item.images)).size,
    notes: findings.collect.length === 0 ? ['The report found nothing to collect.'] : [],
  };
}
