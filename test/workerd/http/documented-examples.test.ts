import { beforeAll, describe, expect, it } from "vitest";
import HTTP_API from "../../../docs/http-api.md?raw";
import { documentedExamples } from "../../../scripts/docs/documented-examples.ts";
import { documentedExchanges, type Exchange } from "../support/documented-exchanges.ts";
import { startWorker } from "../support/worker.ts";

const RESPONSES = documentedExamples(HTTP_API).filter(({ status }) => status !== null);

/** Takes no message on: an attempt by the platform would come before those that the examples show. */
const WEBHOOKS = { send: async () => {}, sendBatch: async () => {} } as unknown as Queue;

let exchanges: readonly Exchange[];

beforeAll(async () => {
  exchanges = await documentedExchanges(startWorker({ AUTHOR_REWARD_POINTS: "25", WEBHOOKS }));
});

describe("docs/http-api.md", () => {
  it("shows responses of many routes", () => {
    expect(RESPONSES.length).toBeGreaterThan(35);
  });

  it.each(RESPONSES.map((example) => [`${example.route} ${example.status}`, example] as const))(
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
