/*
 * What a premiere costs on Cloudflare: `node bench/scale-model.ts` prints the tables of docs/scale.md. Figures that were
 * measured come from `npm run bench -- premiere` and `edge`; prices and limits are those that Cloudflare publishes.
 */

const VIEWERS = 1_000_000;
const ARRIVAL_SECONDS = 120;
/** Token, master, two playlists, three keys. */
const REQUESTS_PER_VIEWER = 7;
const KEYS_PER_VIEWER = 3;
/** Measured by the premiere, a tenth counted, with D1, R2 and objects in it; rounded up. */
const CPU_MS_PER_VIEWER = 3;

const FRESH_SECONDS = 5;
const LONGEST_FRESH_SECONDS = 60;
/** A refresh begins after this share of the period. */
const REFRESH_FROM = 0.7;
/** A part that no save has changed is read again after so many seconds. */
const PART_SECONDS = 60;
const D1_STATEMENTS_PER_SECOND = 1000;
const OBJECT_CALLS_PER_SECOND = 1000;

/** List prices in dollars, looked up on 27 November 2026: docs/scale.md names the pages. */
const PRICE = {
  millionRequests: 0.3,
  millionCpuMs: 0.02,
  millionObjectRequests: 0.15,
  millionObjectRowsWritten: 1,
  millionGbSeconds: 12.5,
};
/** Memory that an object is billed for, in GB, and how long it runs for one viewer, in seconds: idle ones cost nothing. */
const OBJECT_GB = 0.128;
const OBJECT_SECONDS = 0.1;

export type Scenario = { readonly isolates: number; readonly hotParts: number; readonly freshSeconds: number };

/** Statements that all isolates send to the one database. Every isolate is asked all the time, about every hot part. */
export function statements({ isolates, hotParts, freshSeconds }: Scenario) {
  const period = freshSeconds * REFRESH_FROM;
  const perSecond = isolates / period + (isolates * hotParts) / PART_SECONDS;
  const starts = isolates * (1 + hotParts);
  return { perSecond, starts, total: starts + perSecond * ARRIVAL_SECONDS };
}

/** The GATE_FRESH_SECONDS at which all readings take half of what the database does; null where none does. */
export function freshSecondsFor(isolates: number, hotParts: number): number | null {
  const left = D1_STATEMENTS_PER_SECOND / 2 - (isolates * hotParts) / PART_SECONDS;
  const seconds = Math.max(FRESH_SECONDS, Math.ceil(isolates / (REFRESH_FROM * left)));
  return left <= 0 || seconds > LONGEST_FRESH_SECONDS ? null : seconds;
}

export function cost(countedShare: number) {
  const requests = VIEWERS * REQUESTS_PER_VIEWER;
  const counted = VIEWERS * countedShare;
  const cpuMs = VIEWERS * CPU_MS_PER_VIEWER;
  // One call for each key, and an alarm that deletes the object.
  const objectRequests = counted * (KEYS_PER_VIEWER + 1);
  // A session and its alarm; the deletion of both.
  const rowsWritten = counted * 4;
  const gbSeconds = counted * OBJECT_GB * OBJECT_SECONDS;
  return {
    requests: millions(requests) * PRICE.millionRequests,
    cpu: millions(cpuMs) * PRICE.millionCpuMs,
    objects:
      millions(objectRequests) * PRICE.millionObjectRequests + millions(rowsWritten) * PRICE.millionObjectRowsWritten,
    duration: millions(gbSeconds) * PRICE.millionGbSeconds,
  };
}

function millions(count: number): number {
  return count / 1e6;
}

const COUNTED_SHARES = [0, 0.1, 1];

function print(): void {
  const perSecond = (VIEWERS * REQUESTS_PER_VIEWER) / ARRIVAL_SECONDS;
  console.log(`${VIEWERS} viewers within ${ARRIVAL_SECONDS} s: ${Math.round(perSecond)} requests/s\n`);
  row(["isolates", "hot parts", "statements/s", "at the start", "in two minutes", "of what D1 does", "FRESH for half"]);
  row(Array.from({ length: 7 }, () => "---"));
  for (const isolates of [1, 100, 1000, 10_000]) {
    for (const hotParts of [1, 100]) {
      const { perSecond: all, starts, total } = statements({ isolates, hotParts, freshSeconds: FRESH_SECONDS });
      const share = `${Math.round((100 * all) / D1_STATEMENTS_PER_SECOND)} %`;
      const figures = [isolates, hotParts, decimals(all), starts, Math.round(total)].map(String);
      const seconds = freshSecondsFor(isolates, hotParts);
      row([...figures, share, seconds === null ? "none" : `${seconds} s`]);
    }
  }
  console.log("");
  row(["counted viewers", "objects", "object calls/s", "requests", "CPU", "objects and rows", "duration", "total"]);
  row(Array.from({ length: 8 }, () => "---"));
  for (const share of COUNTED_SHARES) {
    const dollars = cost(share);
    const calls = Math.round((VIEWERS * share * KEYS_PER_VIEWER) / ARRIVAL_SECONDS);
    const total = Object.values(dollars).reduce((sum, one) => sum + one, 0);
    row([`${share * 100} %`, String(VIEWERS * share), String(calls), ...[...Object.values(dollars), total].map(money)]);
  }
  console.log(`\nOne object does about ${OBJECT_CALLS_PER_SECOND} calls a second.`);
}

function row(cells: readonly string[]): void {
  console.log(`| ${cells.join(" | ")} |`);
}

function decimals(figure: number): string {
  return figure >= 10 ? String(Math.round(figure)) : figure.toFixed(1);
}

function money(dollars: number): string {
  return `$${dollars.toFixed(2)}`;
}

if (import.meta.main) print();
