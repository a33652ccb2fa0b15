/** What the process says to the shell. */
export const exitCode = {
  /** Every image was explained. */
  done: 0,
  /** The run ended, but some images failed and are quarantined. */
  someFailed: 1,
  /** A flag, the configuration, the model or another input cannot be used. */
  usage: 2,
  /** The run could not go on: no space, no permission, no connection, or a fault in Gradline. */
  stopped: 3,
  /** Ctrl-C or SIGTERM. What is committed stays, and `--resume` goes on from there. */
  interrupted: 130,
} as const;
