/** What the exit codes mean; scripts rely on them. */
export const EXIT = {
  /** Held, or nothing found. */
  ok: 0,
  /** Findings, missed objectives or differences. */
  findings: 1,
  /** Bad input or usage. */
  usage: 2,
  /** An environment that cannot do it. */
  environment: 3,
  /** A fault of ours. */
  fault: 70,
  /** Interrupted, after clean-up. */
  interrupted: 130,
} as const;
