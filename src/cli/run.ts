/** One call of holdfast: arguments and a world in, an exit code out. */
import type { Context } from './context.ts';
import { reportFailure } from './failure.ts';
import { runProgram } from './program.ts';

/** Runs the command; no failure leaves it but as an exit code and words on standard error. */
export async function runCli(argv: readonly string[], context: Context): Promise<number> {
  try {
    return await runProgram(argv, context);
  } catch (error) {
    return reportFailure(error, context, argv);
  }
}
