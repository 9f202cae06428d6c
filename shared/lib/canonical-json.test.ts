import { expect, it } from "vitest";
import { canonicalJson } from "./canonical-json.ts";

it("is the same for objects that differ in the order of their members alone, at every depth", () => {
  const one = { title: "Start", startSeconds: 0, more: [{ b: 1, a: null }] };
  const other = { more: [{ a: null, b: 1 }], startSeconds: 0, title: "Start" };
  expect(canonicalJson(one)).toBe(canonicalJson(other));
  expect(JSON.parse(canonicalJson(one))).toEqual(one);
});

it("differs with a value, with the order of a list and between null and an empty list, not with a member that is undefined", () => {
  const texts = [{ a: 1 }, { a: "1" }, { a: [1, 2] }, { a: [2, 1] }, { a: null }, { a: [] }, {}].map(canonicalJson);
  expect(new Set(texts).size).toBe(texts.length);
  expect(canonicalJson({ a: undefined })).toBe(canonicalJson({}));
});
