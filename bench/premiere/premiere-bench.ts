import { setTimeout as sleep } from "node:timers/promises";
import { bodyOf, createClient } from "../../client/index.ts";
import { TEST_SECRETS } from "../../test/e2e/test-secrets.ts";
import { publishPost } from "../../test/fixtures/isolates/published-post.ts";
import { type Isolate, startIsolates } from "../../test/fixtures/isolates/three-isolates.ts";
import { seededRandom } from "../../test/fixtures/seeded-random.ts";
import type { BenchOptions } from "../comparison.ts";
import { childProcess, processCpuSeconds } from "../process-cpu.ts";
import { type Audience, createAudience } from "./audience.ts";
import { closeConnections } from "./requests.ts";

const VIEWERS = 20_000;
const QUICK_VIEWERS = 1_000;
/** Each counted viewer costs an object, which stays in memory here. */
const COUNTED_SHARE = 0.1;
const AT_ONCE = 96;
/** A revocation takes effect within the default of GATE_FRESH_SECONDS. */
const FRESH_MS = 5000;

/** A film is published, and everybody comes at once: what that costs one process with three isolates. */
export async function benchPremiere(options: BenchOptions): Promise<[]> {
  await using running = await startIsolates({ premiere: {} });
  const isolates = running.groups.premiere;
  const published = await publishPost({ origin: running.publisher.origin, bucket: running.bucket }, []);
  const viewers = options.quick ? QUICK_VIEWERS : VIEWERS;
  const every = 1 / COUNTED_SHARE;
  const isCounted = (viewer: number) => viewer % every === 0;
  const audience = createAudience({ isolates, published, random: seededRandom(1), isCounted });
  options.progress(`${viewers} viewers, ${viewers * COUNTED_SHARE} of them counted`);

  const pid = await childProcess("workerd");
  const cpuSeconds = async () => (pid === null ? null : await processCpuSeconds(pid)) ?? Number.NaN;
  const [cpuBefore, startedAt] = [await cpuSeconds(), performance.now()];
  const revoked = revokeEachSecond(running.publisher, audience);
  await arrive(viewers, audience);
  const seconds = (performance.now() - startedAt) / 1000;
  const cpu = (await cpuSeconds()) - cpuBefore;
  const sessions = await revoked.stop();
  const { requests, keys, refusals } = audience.outcome;
  const whileWatching = new Map(refusals);
  await sleep(FRESH_MS + 1000);
  const afterwards = await Promise.all(sessions.map((session) => audience.askKey(session, "480p")));
  closeConnections();

  const counts = await Promise.all(isolates.map((isolate) => isolate.counts()));
  const sum = (of: "statements" | "objectCalls") => counts.reduce((total, one) => total + one[of], 0);
  const rows: [string, string][] = [
    ["viewers, counted", `${viewers}, ${viewers * COUNTED_SHARE}`],
    ["requests", `${requests} in ${seconds.toFixed(1)} s: ${Math.round(requests / seconds)}/s`],
    ["keys", String(keys)],
    [
      "CPU of workerd, with D1, R2 and objects",
      `${cpu.toFixed(1)} s: ${((1000 * cpu) / viewers).toFixed(2)} ms a viewer`,
    ],
    ["D1 statements of the three isolates", `${sum("statements")} (${counts.map((one) => one.statements).join(", ")})`],
    ["calls of Durable Objects", String(sum("objectCalls"))],
    ["refusals while watching", listOf(whileWatching)],
    [`keys of ${sessions.length} revoked tokens, ${FRESH_MS / 1000} s later`, listOf(counted(afterwards))],
  ];
  for (const [name, figure] of rows) console.log(`| ${name} | ${figure} |`);
  return [];
}

async function arrive(viewers: number, { watch }: Audience): Promise<void> {
  let next = 0;
  const oneAfterTheOther = async () => {
    while (next < viewers) await watch(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, oneAfterTheOther));
}

/** Revokes the token of one viewer a second; `stop` returns the sessions of all that were revoked. */
function revokeEachSecond({ origin }: Isolate, { outcome }: Audience): { readonly stop: () => Promise<string[]> } {
  const client = createClient({ baseUrl: origin.origin, token: TEST_SECRETS.ADMIN_API_KEY });
  const revoked: string[] = [];
  const stopping = new AbortController();
  const run = async () => {
    while (!stopping.signal.aborted) {
      await sleep(1000, undefined, { signal: stopping.signal }).catch(() => {});
      const one = outcome.watching.shift();
      if (one === undefined) continue;
      bodyOf(await client.revoke({ body: { tokenId: one.tokenId } }));
      revoked.push(one.session);
    }
  };
  const running = run();
  // Reported by `stop`, which a failure of the audience may keep from being called.
  running.catch(() => stopping.abort());
  return {
    stop: async () => {
      stopping.abort();
      await running;
      return revoked;
    },
  };
}

function counted(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

function listOf(counts: ReadonlyMap<string, number>): string {
  return counts.size === 0 ? "none" : [...counts].map(([name, count]) => `${count} ${name}`).join(", ");
}
