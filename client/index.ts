import { type ClientOptions, type Methods, methodsOf, type ResultOf } from "./call.ts";
import { OPERATIONS, type Operations } from "./operations.ts";

export { bodyOf, type Call, type ClientOptions, type IdempotentCall, RefusedCall, UnexpectedAnswer } from "./call.ts";
export type { FileToSend } from "./file-to-send.ts";
export type * from "./operations.ts";

export type OperationId = keyof Operations;
export type Result<Id extends OperationId> = ResultOf<Operations[Id]>;
export type Client = Methods<Operations>;

/**
 * A method for each operation of the service. A refusal is a value; a service that cannot be reached is thrown by
 * `fetch`, and an answer of something else as UnexpectedAnswer.
 */
export function createClient(options: ClientOptions): Client {
  return methodsOf<Operations>(OPERATIONS, options);
}
