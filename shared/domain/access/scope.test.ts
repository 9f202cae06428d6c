import { describe, expect, it } from "vitest";
import { allows, SCOPES, scopesNamedIn } from "./scope.ts";

describe("a scope", () => {
  it.each(SCOPES)("allows %s to its holder and to an admin, and to no other caller", (scope) => {
    expect(allows([scope], scope)).toBe(true);
    expect(allows(["admin"], scope)).toBe(true);
    expect(allows([], scope)).toBe(false);
    const others = SCOPES.filter((other) => other !== scope && other !== "admin");
    expect(allows(others, scope)).toBe(false);
  });
});

describe("a list of scopes in one text", () => {
  it.each([
    ["posts:read", ["posts:read"]],
    ["posts:read posts:write", ["posts:read", "posts:write"]],
    [" posts:write,\taudit:read , ", ["posts:write", "audit:read"]],
    ["openid email posts:read posts:read", ["posts:read"]],
    ["", []],
    ["administrator ADMIN posts", []],
    ["posts:read;admin", []],
  ])("%j names %j", (text, scopes) => {
    expect(scopesNamedIn(text)).toEqual(scopes);
  });
});
