// Loaded into a worker with `node --import`: the process signals itself when it comes to an image or to the end of a run.
// GRADLINE_TEST_SIGNAL is "<channel> <value> <signal>", for example "gradline:image red/0003.png SIGKILL".

import { subscribe } from 'node:diagnostics_channel';

const [channel, value, signal] = (process.env.GRADLINE_TEST_SIGNAL ?? '').split(' ');
let sent = false;
if (channel && value && signal) {
  subscribe(channel, (message) => {
    if (sent || (message.key ?? message.run) !== value) return;
    sent = true;
    process.kill(process.pid, signal);
  });
}
