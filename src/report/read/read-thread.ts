/** The entry point of a thread that parses scores parts: a million records are 20 seconds of work for one core. */

import { answerOnce } from '../../shared/threads/answer-once.ts';
import { readGroupsAt } from './read-groups.ts';

await answerOnce(readGroupsAt);
