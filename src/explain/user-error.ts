/**
 * A mistake or condition that a user can act on. The command line prints its message alone, never a stack trace.
 * Write messages as: what happened, with which input; why; what to do next.
 */
export class UserError extends Error {
  /** Stable identifier in kebab-case, e.g. `unknown-layer`. */
  readonly code: string;

  /** A mistake with a `code` for programs and a `message` for people. */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UserError';
    this.code = code;
  }
}
