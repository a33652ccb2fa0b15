/** The entry point of a thread that changes pictures. */

import { answerEach } from '../../shared/threads/answer-each.ts';
import { changeWorks } from './change-works.ts';

answerEach(changeWorks);
