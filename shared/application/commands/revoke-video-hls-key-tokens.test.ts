import { describe, expect, it } from "vitest";
import { revokeVideoHlsKeyTokens } from "./revoke-playback-tokens.ts";

/** A table of so many tokens of one viewer; shows the size of every statement. */
function tableOf(tokens: number) {
  const statements: number[] = [];
  const revoke = async (_: unknown, limit: number) => {
    const changed = Math.min(limit, tokens);
    tokens -= changed;
    statements.push(changed);
    return changed;
  };
  return { revoke, statements };
}

const ofViewer = { kind: "viewer", viewer: "site:7" } as const;

describe("the revocation of tokens", () => {
  it("goes on in batches until none is left", async () => {
    const table = tableOf(25);
    expect(await revokeVideoHlsKeyTokens(table, ofViewer, 10)).toEqual({ revoked: 25, complete: true });
    expect(table.statements).toEqual([10, 10, 5]);
  });

  it("ends, and says so, where one request may not revoke them all", async () => {
    const table = tableOf(1005);
    expect(await revokeVideoHlsKeyTokens(table, ofViewer, 10)).toEqual({ revoked: 1000, complete: false });
    expect(await revokeVideoHlsKeyTokens(table, ofViewer, 10)).toEqual({ revoked: 5, complete: true });
  });

  it("of nothing is one statement", async () => {
    const table = tableOf(0);
    expect(await revokeVideoHlsKeyTokens(table, ofViewer)).toEqual({ revoked: 0, complete: true });
    expect(table.statements).toEqual([0]);
  });
});
