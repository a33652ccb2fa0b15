/** Holds the tests of the project `fast` to their promise: none starts a process or a server, or talks to one. */

import childProcess, { ChildProcess } from 'node:child_process';
import { syncBuiltinESMExports } from 'node:module';
import { Server, Socket } from 'node:net';

function refuse(): never {
  throw new Error(
    'A test of the project "fast" started a process or a server, or called one. Such tests import node:child_process, node:net, node:http ' +
      'or node:https, themselves or through another file outside src/, and so belong to "servers" (build/test-projects.mjs).',
  );
}

Object.assign(ChildProcess.prototype, { spawn: refuse });
Object.assign(childProcess, { spawnSync: refuse, execSync: refuse, execFileSync: refuse });
syncBuiltinESMExports();
Object.assign(Server.prototype, { listen: refuse });
Object.assign(Socket.prototype, { connect: refuse });
