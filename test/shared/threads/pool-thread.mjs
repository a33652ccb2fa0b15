// A thread of a pool that does what it is asked. Node 20 loads no TypeScript in a thread, so it stands on the built files.

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = process.env.GRADLINE_TEST_DIST ?? fileURLToPath(new URL('../../../dist', import.meta.url));
const built = (file) => import(pathToFileURL(join(dist, file)).href);
const { answerEach } = await built('shared/threads/answer-each.js');
const { UserError } = await built('explain/user-error.js');

/** Others can see that two calls are answered at the same time. */
function meet(counter) {
  const before = Atomics.add(counter, 0, 1);
  Atomics.notify(counter, 0);
  return before === 0 ? Atomics.wait(counter, 0, 1, 20_000) === 'ok' || Atomics.load(counter, 0) === 2 : true;
}

answerEach({
  double: (number) => number * 2,
  refuse: (number) => {
    throw new UserError('model-differs', `The model is not number ${number}.`);
  },
  exit: (code) => process.exit(code),
  meet,
});
