import { inThread } from '../../../shared/threads/in-thread.ts';
import { threadFile } from '../../../shared/threads/thread-file.ts';
import { type MergedScores, type MergeOrder, mergeScores } from './merge-scores.ts';

const thread = {
  file: threadFile('merge-thread', import.meta.url),
  name: 'gradline-merge',
  title: 'The merging thread',
};

/**
 * Merges a run's scores in a thread of its own; from sources in the caller's.
 * @param signal ends the thread; what was begun has no effect
 * @throws as `mergeScores`; the signal's reason
 */
export function runMerge(order: MergeOrder, signal?: AbortSignal): Promise<MergedScores> {
  return inThread(thread, mergeScores, order, signal);
}
