/* The part of @hyperjump/json-schema that the contract files need; scripts/docs/ declares the rest. */

declare module "@hyperjump/json-schema/draft-2020-12" {
  type Output = { readonly valid: boolean; readonly errors?: readonly { readonly instanceLocation: string }[] };
  export function registerSchema(schema: unknown, id: string, dialect: string): void;
  export function validate(schema: string): Promise<(value: unknown, format: "BASIC") => Output>;
}
