/** Loaded into a process by `node --import`: writes what it has used, as JSON, to the file named in the environment when it ends. */

import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { usage } from './usage.ts';
import { usageFileVariable } from './usage-variable.ts';

const file = process.env[usageFileVariable];
// Threads of the process load this file too.
if (isMainThread && file !== undefined) process.on('exit', () => writeFileSync(file, JSON.stringify(usage())));
