import { type DestinationStream, type Logger, pino, stdTimeFunctions } from "pino";
import { createRedaction } from "./redact.ts";

export type { Logger };

/**
 * One JSON line per event on stdout. Everything passes the redaction: fields, messages and errors, those of child
 * loggers too.
 */
export function createLogger(
  options: { readonly level: string; readonly secrets: readonly string[] },
  destination?: DestinationStream,
): Logger {
  const redaction = createRedaction(options.secrets);
  const settings = {
    level: options.level,
    timestamp: stdTimeFunctions.isoTime,
    // pino would put an error's own serializer in front; the redaction knows errors, wherever they stand.
    serializers: { err: (value: unknown) => value },
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (fields: Record<string, unknown>) => redaction.fields(fields),
    },
    hooks: {
      logMethod(this: Logger, args: unknown[], method: (...rest: never[]) => void) {
        const shown = args.map((argument) => (typeof argument === "string" ? redaction.text(argument) : argument));
        method.apply(this, shown as never[]);
      },
    },
  };
  const log: Logger = destination ? pino(settings, destination) : pino(settings);
  // Formatters see the fields of a call only: those that a child carries along are cleaned when it is made. Children
  // of children find this method by their prototype.
  const makeChild = log.child;
  log.child = function (this: Logger, bindings: object, options?: object) {
    return makeChild.call(this, redaction.fields({ ...bindings }), options);
  } as Logger["child"];
  return log;
}
