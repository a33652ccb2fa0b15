/** The entry point of the thread that lists a model's layers: ONNX Runtime holds up the thread in which it simplifies a model. */

import { answerOnce } from '../shared/threads/answer-once.ts';
import { describeModel } from './list-layers.ts';

await answerOnce(describeModel);
