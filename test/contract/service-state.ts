import { describe, expect, it } from "vitest";
import type { OpenPersistence } from "./persistence.ts";
import { NOW } from "./steps.ts";

export function describeServiceState(name: string, open: OpenPersistence): void {
  describe(`${name}: the state of the service`, () => {
    it("keeps the latest time of each part, whatever the order in which they are recorded", async () => {
      const persistence = await open();
      expect(await persistence.serviceState.lastRuns()).toEqual(new Map());
      const again = persistence.again().serviceState;
      await Promise.all([NOW + 2, NOW, NOW + 1].map((at) => again.record("cron", at)));
      await again.record("queue:WEBHOOKS", NOW);
      const runs = await persistence.serviceState.lastRuns();
      expect(Object.fromEntries(runs)).toEqual({ cron: NOW + 2, "queue:WEBHOOKS": NOW });
    });

    it("names the migrations that were applied, or says that it has no list of them", async () => {
      const { serviceState } = await open();
      const applied = await serviceState.appliedMigrations();
      expect(applied === null || applied.includes("0000_initial.sql")).toBe(true);
    });

    it("finds no mark that nobody holds", async () => {
      const { serviceState } = await open();
      expect(["d1", "other"]).toContain(await serviceState.findMark(7));
    });
  });
}
