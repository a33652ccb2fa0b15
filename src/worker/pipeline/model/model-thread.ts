/** The entry point of the thread that fetches a model: hashing and reading hundreds of megabytes would hold up the main thread. */

import { answerOnce } from '../../../shared/threads/answer-once.ts';
import { localModel } from './model-cache.ts';

await answerOnce(localModel);
