/** The little of Kubernetes' API that a kubelet speaks. */

import https from 'node:https';
import type { Cluster } from './cluster.ts';

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE';

export interface Api {
  /** @param body of a PATCH: a strategic merge patch. @throws ApiError */
  call(method: Method, path: string, body?: unknown): Promise<unknown>;
  /** Calls for each line until the server ends the watch. */
  watch(path: string, see: (event: unknown) => void): Promise<void>;
  close(): void;
}

export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function openApi({ server, token, authority }: Cluster): Api {
  const agent = new https.Agent({ ca: authority, keepAlive: true });
  const authorization = `Bearer ${token}`;
  const types = { PATCH: 'application/strategic-merge-patch+json' };
  return {
    call: (method, path, body) =>
      new Promise((resolve, reject) => {
        const type = method === 'PATCH' ? types.PATCH : 'application/json';
        const options = { method, agent, headers: { authorization, 'content-type': type } };
        const request = https.request(server + path, options, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () => {
            const status = response.statusCode ?? 0;
            if (status < 300) resolve(text === '' ? null : JSON.parse(text));
            else reject(new ApiError(status, `${method} ${path}: ${text.slice(0, 300)}`));
          });
        });
        request.on('error', reject);
        request.end(body === undefined ? undefined : JSON.stringify(body));
      }),
    watch: (path, see) =>
      new Promise((resolve, reject) => {
        const request = https.request(server + path, { agent, headers: { authorization } }, (response) => {
          let rest = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            const lines = (rest + part).split('\n');
            rest = lines.pop() ?? '';
            for (const line of lines) see(JSON.parse(line));
          });
          response.on('end', resolve).on('error', reject);
        });
        request.on('error', reject).end();
      }),
    close: () => agent.destroy(),
  };
}
