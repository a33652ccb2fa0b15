/** The entry point of the thread that merges a run's scores: reading and packing millions of records keeps a thread busy. */

import { answerOnce } from '../../../shared/threads/answer-once.ts';
import { mergeScores } from './merge-scores.ts';

await answerOnce(mergeScores);
