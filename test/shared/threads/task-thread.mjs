// A thread that does what its task says. Node 20 loads no TypeScript in a thread, so it stands on the built files.

import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const dist = process.env.GRADLINE_TEST_DIST ?? fileURLToPath(new URL('../../../dist', import.meta.url));
const built = (file) => import(pathToFileURL(join(dist, file)).href);
const { answerOnce } = await built('shared/threads/answer-once.js');
const { UserError } = await built('explain/user-error.js');

const never = new Promise(() => undefined);

await answerOnce(async ({ doing, number }) => {
  switch (doing) {
    case 'double':
      return number * 2;
    case 'refuse':
      throw new UserError('model-differs', `The model is not number ${number}.`);
    case 'answer what no thread can send':
      return () => number;
    case 'exit':
      return process.exit(number);
    case 'throw elsewhere':
      setImmediate(() => {
        throw new RangeError(`There are only ${number} cells.`);
      });
      return never;
    case 'work for ever':
      setInterval(() => undefined, 1_000);
      return never;
  }
});
