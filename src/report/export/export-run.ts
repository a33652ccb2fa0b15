/** A run's output in the forms of other programs. */

import type { Store } from '../../shared/store/store.ts';
import type { Exported } from './exported.ts';
import { type ExportedRun, type ExportSelection, openExportedRun } from './exported-run.ts';

type Exporter = (run: ExportedRun, target: Store) => Promise<Exported>;

const exporters = {
  fiftyone: async () => (await import('./fiftyone.ts')).exportFiftyone,
  'label-studio': async () => (await import('./label-studio.ts')).exportLabelStudio,
  coco: async () => (await import('./coco.ts')).exportCoco,
  csv: async () => (await import('./collection-list.ts')).exportCollectionList,
  spray: async () => (await import('./spray.ts')).exportSpray,
} satisfies Record<string, () => Promise<Exporter>>;

export type ExportFormat = keyof typeof exporters;

/**
 * Writes files of one format. The same output and report give the same bytes.
 * @throws UserError `no-run`, `no-records`, `no-report` (csv), `no-evidence` (spray), `bad-regions` (coco), `damaged-output`; StoreError
 */
export async function exportRun(
  output: Store,
  format: ExportFormat,
  target: Store,
  selection: ExportSelection,
): Promise<Exported> {
  const [run, exporter] = [await openExportedRun(output, selection), await exporters[format]()];
  return exporter(run, target);
}
