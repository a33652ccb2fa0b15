/** A run's output for a browser on this machine. */

import { createServer, type Server } from 'node:http';
import { UserError } from '../../explain/user-error.ts';
import type { Store } from '../../shared/store/store.ts';
import { answerRequest, type ServedFolder } from './answer-request.ts';

export interface OutputServer {
  /** Such as `http://127.0.0.1:41235`. */
  address: string;
  /** Ends at once what is being sent. */
  close(): Promise<void>;
}

/**
 * Serves the files of `output` on 127.0.0.1, for reading only. Nothing is listed, and hidden files are not served.
 * @param port 0: a free one
 * @param folder what it is; default: a run's output
 * @throws UserError `port-in-use`
 */
export async function serveOutput(output: Store, port: number, folder?: ServedFolder): Promise<OutputServer> {
  const server = createServer((request, response) => {
    answerRequest(output, request, response, folder).catch(() => response.destroy());
  });
  return listenLocally(server, port);
}

/** Has a server listen on 127.0.0.1. @param port 0: a free one. @throws UserError `port-in-use` */
export async function listenLocally(server: Server, port: number): Promise<OutputServer> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve);
  }).catch((error: unknown) => {
    throw listenError(error, port);
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('The server has no port.');
  return {
    address: `http://127.0.0.1:${bound.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function listenError(error: unknown, port: number): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'EADDRINUSE') {
    return new UserError(
      'port-in-use',
      `Port ${port} is in use. Give another --port, or leave it out for a free one.`,
      {
        cause: error,
      },
    );
  }
  if (code === 'EACCES') {
    return new UserError('port-in-use', `Port ${port} is not for programs of this user. Give one above 1023.`, {
      cause: error,
    });
  }
  return error;
}
