import { type ClientOptions, type Methods, methodsOf } from "./call.ts";
import { PROCESSOR_OPERATIONS, type ProcessorOperations } from "./processor-operations.ts";

/** The job protocol. It is not part of the package: only a processor has its secret. */
export type ProcessorClient = Methods<ProcessorOperations>;

export function createProcessorClient(options: ClientOptions): ProcessorClient {
  return methodsOf<ProcessorOperations>(PROCESSOR_OPERATIONS, options);
}
