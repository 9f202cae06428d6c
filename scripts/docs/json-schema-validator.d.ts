/* The part of @hyperjump/json-schema that is used here; its own types do not have the output format of a validator. */

declare module "@hyperjump/json-schema" {
  export function setMetaSchemaOutputFormat(format: "FLAG"): void;
}

declare module "@hyperjump/json-schema/openapi-3-1" {
  type Output = { readonly valid: boolean; readonly errors?: readonly { readonly instanceLocation: string }[] };
  export function validate(schema: string): Promise<(document: unknown, format: "BASIC") => Output>;
}
