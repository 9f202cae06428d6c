import { OperatorRefusal, OperatorUnreachable } from "../../processor/adapters/operator-client.ts";
import { EXIT } from "../../processor/cli/exit-codes.ts";

/** The exit code of a command for people. A refusal of the Worker, or that it is unavailable, is printed as it says it. */
export async function reportOperatorErrors(work: () => Promise<number>, err: (text: string) => void): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof OperatorRefusal || error instanceof OperatorUnreachable)) throw error;
    err(`${error.message}\n`);
    return error instanceof OperatorRefusal ? EXIT.failed : EXIT.tryLater;
  }
}
