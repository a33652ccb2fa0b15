/** Loading what is shown only of classes that are asked about. */

import { useEffect, useState } from 'preact/hooks';
import { type ClassFile, classFileName } from '../../page-data.ts';
import { loadDataFile } from '../data-files.ts';
import { useReport } from '../report-context.ts';
import type { MultiLabel } from './multi-label.ts';

const loading = new Map<number, Promise<void>>();

/** @throws Error when the file is missing or holds something else */
function load(multi: MultiLabel, index: number): Promise<void> {
  const known = loading.get(index);
  if (known) return known;
  const started = loadDataFile(classFileName(index), isClassFile).then((file) => multi.receive(index, file));
  loading.set(index, started);
  started.catch(() => loading.delete(index));
  return started;
}

function isClassFile(content: object): content is ClassFile {
  return 'scores' in content && 'truth' in content && 'maps' in content;
}

/** Has the classes loaded. @returns whether all of them are there, or the message of what went wrong */
export function useClasses(indices: readonly number[]): boolean | string {
  const { multi } = useReport();
  const [problem, setProblem] = useState<string | null>(null);
  const known = multi ? indices.filter((index) => multi.classOf(index) !== undefined) : [];
  useEffect(() => {
    setProblem(null);
    if (!multi) return;
    for (const index of known) load(multi, index).catch((error: Error) => setProblem(error.message));
  }, [known.join()]);
  return problem ?? known.every((index) => multi?.columnsOf(index) !== null);
}
