// @ts-nocheck scratch
import { writeFile } from "node:fs/promises";
import { startWorkerd } from "./workerd-prof.ts";
import { publishPost } from "./published-post.ts";
import { edgeCases } from "./cases.ts";
import { runLoad } from "./http-load.ts";
const which = process.argv[2]; const side = process.argv[3] ?? "ours";
const w = await startWorkerd("/tmp/bench-prof-dist");
const p = await publishPost(w, [1000000, 3700000]);
const cases = await edgeCases(await w.origin("ladderlock"), p);
const c = cases.find((x) => x.name.includes(which));
const insp = await w.inspector();
const list = await (await fetch(`http://${insp.host}/json/list`)).json();
const target = list.find((t) => /ladderlock/.test(t.id + t.title + t.description)) ?? list[0];
console.log(list.map((t) => t.id + " " + t.title));
const ws = new WebSocket(`ws://${insp.host}/${side === "ours" ? target.id : list.find((t) => t.id.includes(c.bare.worker)).id}`);
await new Promise((r) => ws.addEventListener("open", r));
let n = 0; const waits = new Map();
ws.addEventListener("message", (e) => { const m = JSON.parse(e.data); if (m.id) waits.get(m.id)?.(m); });
const call = (method, params = {}) => new Promise((r) => { n++; waits.set(n, r); ws.send(JSON.stringify({ id: n, method, params })); });
await call("Profiler.enable"); await call("Profiler.setSamplingInterval", { interval: 200 });
const load = (ms) => w.origin(side === "ours" ? "ladderlock" : c.bare.worker).then((origin) => runLoad({ origin, connections: 32, milliseconds: ms, ...(side === "ours" ? c.ours : c.bare) }));
await load(2000);
await call("Profiler.start");
const r = await load(4000);
const { result } = await call("Profiler.stop");
console.log(r.requests / r.seconds, "rps");
await writeFile("/tmp/prof.cpuprofile", JSON.stringify(result.profile));
const prof = result.profile; const self = new Map(); const byId = new Map(prof.nodes.map((x) => [x.id, x]));
const parent = new Map(); for (const x of prof.nodes) for (const ch of x.children ?? []) parent.set(ch, x.id);
const total = prof.samples.length; const incl = new Map();
for (const s of prof.samples) {
  const nd = byId.get(s); const key = (x) => `${x.callFrame.functionName || "(anon)"} ${x.callFrame.url.split("/").pop()}:${x.callFrame.lineNumber + 1}`;
  self.set(key(nd), (self.get(key(nd)) ?? 0) + 1);
  const seen = new Set(); for (let id = s; id !== undefined; id = parent.get(id)) { const k = key(byId.get(id)); if (!seen.has(k)) { seen.add(k); incl.set(k, (incl.get(k) ?? 0) + 1); } }
}
const show = (m, k) => [...m].sort((a, b) => b[1] - a[1]).slice(0, k).forEach(([a, v]) => console.log((100 * v / total).toFixed(1).padStart(6), a));
console.log("SELF"); show(self, 40); console.log("INCL"); show(incl, 45);
ws.close(); await w[Symbol.asyncDispose](); process.exit(0);
