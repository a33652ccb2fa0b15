/** What a server and its page say to each other about access. */

/** Answer to every request that was refused. */
export interface Refused {
  code: string;
  message: string;
  /** The setting of the run that is at fault. */
  setting?: string;
}

/** The header that a changing request needs. */
export const csrfHeader = 'X-Gradline-CSRF';
