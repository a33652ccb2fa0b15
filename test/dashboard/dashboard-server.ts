/** The built `gradline dashboard` as a process of its own, for the tests of its page and of its server. */

import { startGradline } from '../cli/gradline.ts';

export interface DashboardProcess {
  /** Such as `http://127.0.0.1:41234`. */
  address: string;
  stop(): Promise<void>;
}

/** Starts it on a free port and waits until it listens. */
export async function startDashboard(
  redis: string,
  flags: string[] = [],
  environment: Record<string, string> = {},
): Promise<DashboardProcess> {
  const { child, ended } = startGradline(['dashboard', '--redis', redis, '--port', '0', ...flags], environment);
  const { stdout } = child;
  if (stdout === null) throw new Error('The dashboard has no output.');
  const address = await new Promise<string>((resolve, reject) => {
    let text = '';
    stdout.on('data', (piece: string) => {
      text += piece;
      const found = /http:\/\/\S+:\d+/.exec(text);
      if (found) resolve(found[0]);
    });
    ended.then(({ stderr }) => reject(new Error(stderr)), reject);
  });
  return {
    address,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
  };
}
