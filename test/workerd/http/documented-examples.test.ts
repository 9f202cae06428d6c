import { beforeAll, describe, expect, it } from "vitest";
import HTTP_API from "../../../docs/http-api.md?raw";
import { documentedExchanges, type Exchange } from "../support/documented-exchanges.ts";
import { startWorker } from "../support/worker.ts";

/** A route's section of docs/http-api.md, and the responses that it shows. */
type Example = { readonly route: string; readonly status: number; readonly body: unknown };

/** "Response 200", and the first block of JSON after it. */
const RESPONSE = /Response (\d{3})\b(?:(?!Response )[^#])*?```json\n(.*?)```/gs;

const EXAMPLES: readonly Example[] = HTTP_API.split(/^### /m)
  .slice(1)
  .flatMap((section) => {
    const route = /^`([A-Z]+ [^`?]+)/.exec(section)?.[1] ?? "";
    const responses = section.matchAll(RESPONSE);
    return [...responses].map(([, status, body]) => ({ route, status: Number(status), body: JSON.parse(body!) }));
  });

let exchanges: readonly Exchange[];

beforeAll(async () => {
  exchanges = await documentedExchanges(startWorker());
});

describe("docs/http-api.md", () => {
  it("shows responses of many routes", () => {
    expect(EXAMPLES.length).toBeGreaterThan(35);
  });

  it.each(EXAMPLES.map((example) => [`${example.route} ${example.status}`, example] as const))(
    "shows the response of %s as the Worker sends it",
    (_, { route, status, body }) => {
      const sent = exchanges.filter((exchange) => exchange.route === route && exchange.status === status);
      expect(sent.map((exchange) => comparable(exchange.body))).toContainEqual(comparable(body));
    },
  );
});

/** Problems as they are, since their texts are documented; of everything else the names and types. */
function comparable(value: unknown): unknown {
  return typeof value === "object" && value !== null && "code" in value ? value : shapeOf(value);
}

function shapeOf(value: unknown): unknown {
  if (value === null) return "null";
  if (Array.isArray(value)) return value.slice(0, 1).map(shapeOf);
  if (typeof value !== "object") return typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shapeOf(inner)]));
}
