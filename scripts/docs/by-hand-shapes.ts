/* What the descriptions by hand have in common. */

type Operation = { readonly [member: string]: unknown };

export type RouteByHand = {
  /** As the router has it; several paths of the document may be one registered route. */
  readonly registered: string;
  readonly path: string;
  readonly operations: Readonly<Record<string, Operation>>;
};

export const parameter = (name: string, where: "path" | "query", description: string, required = true) => ({
  name,
  in: where,
  required,
  description,
  schema: { type: "string" },
});

export const VIDEO_POST = parameter("videoPostId", "path", "A post");
export const FILE_INDEX = parameter("fileIndex", "path", "A part of the post");
export const TOKEN = parameter("token", "query", "A playback token");

export const problem = (description: string) => ({
  description,
  content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
});

export const bytes = (description: string, type: string, schema: object = { type: "string" }) => ({
  description,
  content: { [type]: { schema } },
});

export const PLAYBACK_REFUSALS = {
  401: problem("The token is missing, invalid or expired"),
  403: problem("The token does not allow this"),
  410: problem("The version was superseded"),
  503: problem("Temporarily unavailable"),
};
