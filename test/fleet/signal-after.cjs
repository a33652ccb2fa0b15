// Loaded into a process with `node --require`, before its own first line: it is told to stop so many milliseconds later.

const { isMainThread } = require('node:worker_threads');

if (isMainThread)
  setTimeout(() => process.kill(process.pid, 'SIGTERM'), Number(process.env.GRADLINE_TEST_SIGNAL_AFTER)).unref();
