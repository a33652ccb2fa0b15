import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where what can be made again is kept for this user, by the XDG base directory specification. */
export function userCache(environment: NodeJS.ProcessEnv = process.env): string {
  return join(environment.XDG_CACHE_HOME || join(homedir(), '.cache'), 'gradline');
}
