import { expect, it } from "vitest";
import { readAudit } from "../support/audited.ts";
import { startWorker } from "../support/worker.ts";

const worker = startWorker();

const forget = async (viewer: string, limit?: number) => {
  const response = await worker.admin("POST", "/admin/viewers/forget", { viewer, ...(limit ? { limit } : {}) });
  return response.json();
};

it("removes a viewer from the log by its name, and records that without the name", async () => {
  const [ann, bob] = ["ann@site.example", "bob@site.example"];
  for (const viewer of [ann, bob]) {
    await worker.admin("POST", "/admin/video/enc/tokens/look-up", { tokenId: "0000000000000000000000", viewer });
  }
  await worker.admin("POST", "/admin/video/enc/revoke", { viewer: ann });
  const named = async (name: string) => {
    const { events } = await readAudit(worker, { limit: "200" });
    return events.filter((event) => JSON.stringify(event).includes(name)).length;
  };
  const before = [await named(ann), await named(bob)];
  expect(before).toEqual([2, 1]);
  expect([await forget(ann, 1), await forget(ann, 1), await forget(ann, 1)]).toEqual([
    { forgotten: 1, finished: false },
    { forgotten: 1, finished: false },
    { forgotten: 0, finished: true },
  ]);
  expect([await named(ann), await named(bob)]).toEqual([0, 1]);
  const { events } = await readAudit(worker, { action: "viewer.forget" });
  expect(events.map(({ details }) => details)).toEqual([
    { forgotten: 0, finished: true },
    { forgotten: 1, finished: false },
    { forgotten: 1, finished: false },
  ]);
});

it("removes the id of a viewer from what was refused to it", async () => {
  const viewerId = await worker.context.viewerIds.of("carl");
  const now = Date.now();
  const refusal = { action: "gate.refuse", status: 401, reason: "token-revoked", videoPostId: null, fileIndex: null };
  await worker.context.auditLog.append([
    {
      ...{ ...refusal, id: crypto.randomUUID(), at: now, count: 1, keepUntil: now + 1e9, country: "PL" },
      ...{ actor: `viewer:${viewerId}`, clientAddress: "203.0.113.7", details: { tokenId: "t" } },
    },
  ]);
  expect(await forget("carl")).toEqual({ forgotten: 1, finished: true });
  const { events } = await readAudit(worker, { actor: "viewer:forgotten" });
  expect(events).toMatchObject([
    { status: 401, reason: "token-revoked", clientAddress: null, country: null, details: {} },
  ]);
});
