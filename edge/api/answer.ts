import type * as z from "zod";
import type { AuditAction } from "../audit/audit-actions.ts";
import type { StatedFacts } from "../audit/audit-facts.ts";
import type { Refusal } from "../http/refusal.ts";
import type { ResponseDefinition, RouteDefinition } from "./definition.ts";

export type Answer<Status extends number = number, Body = unknown, Facts = unknown> = {
  readonly kind: "answer";
  readonly status: Status;
  readonly body: Body;
  readonly facts?: Facts | undefined;
};

/** A body that is not JSON. */
export type File = {
  readonly kind: "file";
  readonly contentType: string;
  /** Called when the body is sent; not for HEAD. */
  readonly open: () => Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  readonly bytes?: number | undefined;
  readonly attachment?: string | undefined;
  /** `no-store` by default. */
  readonly cacheControl?: string | undefined;
};

export function answer<const Status extends number, Body = null, Facts = undefined>(
  status: Status,
  body: Body,
  facts?: Facts,
): Answer<Status, Body, Facts> {
  return { kind: "answer", status, body, facts };
}

/** Lists of the domain are readonly. */
type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: DeepReadonly<T[Key]> }
    : T;

type JsonOf<R extends ResponseDefinition> = R extends { readonly schema: infer S extends z.ZodType }
  ? DeepReadonly<z.output<S>>
  : R extends { readonly files: readonly string[] }
    ? never
    : null;
type FileOf<R extends ResponseDefinition> = R extends { readonly files: readonly string[] } ? File : never;

type FactsOf<D extends RouteDefinition> = D extends { readonly audit: infer A extends AuditAction }
  ? StatedFacts<A> | undefined
  : undefined;

type AnswersOf<D extends RouteDefinition> = {
  [Status in keyof D["responses"] & number]: Answer<
    Status,
    JsonOf<D["responses"][Status]> | FileOf<D["responses"][Status]>,
    FactsOf<D>
  >;
}[keyof D["responses"] & number];

/** What the handler of a route may return: a status, a body or a problem that its definition does not have is an error. */
export type OutcomeOf<D extends RouteDefinition> =
  | AnswersOf<D>
  | (Refusal<D["problems"][number]> & { readonly facts?: FactsOf<D> });

export type Outcome =
  | Answer<number, unknown, StatedFacts | undefined>
  | (Refusal & { readonly facts?: StatedFacts | undefined });

export function isFile(body: unknown): body is File {
  return typeof body === "object" && body !== null && "kind" in body && body.kind === "file" && "open" in body;
}
