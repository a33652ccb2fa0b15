// Loaded into a worker with `node --import`: these images end the process as a fault in native code does, each time that one of
// them is decoded. GRADLINE_TEST_KILLING_IMAGES is a JSON array of keys.

import { subscribe } from 'node:diagnostics_channel';

const keys = new Set(JSON.parse(process.env.GRADLINE_TEST_KILLING_IMAGES ?? '[]'));
subscribe('gradline:image', ({ key }) => {
  if (keys.has(key)) process.kill(process.pid, 'SIGSEGV');
});
