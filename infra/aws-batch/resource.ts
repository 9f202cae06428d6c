/** One thing on the account that setup makes, verify compares and teardown removes. */
export type Resource<State = unknown> = {
  /** As people read it, for example `role ladderlock-execution`. */
  readonly title: string;
  /** Null where it does not exist. */
  read(): Promise<State | null>;
  /** What is not as it must be; each a sentence. */
  differences(state: State): readonly string[];
  /** Makes it, or changes what differs. */
  put(state: State | null): Promise<void>;
  remove(state: State): Promise<void>;
};

/** Keeps the state's type between the functions of one resource, and not beyond. */
export function resource<State>(of: Resource<State>): Resource {
  return of as Resource;
}

/** A fault that a person can correct: its message is all that is printed. */
export class SetupError extends Error {
  override readonly name = "SetupError";
}

export type Print = (line: string) => void;

/** In the order of the list; resolves to the number of changes. */
export async function setUp(resources: readonly Resource[], dryRun: boolean, print: Print): Promise<number> {
  let changes = 0;
  for (const one of resources) {
    const state = await one.read();
    const differences = state === null ? [] : one.differences(state);
    if (state !== null && differences.length === 0) {
      print(`unchanged  ${one.title}`);
      continue;
    }
    changes += 1;
    const verb = state === null ? "create" : "change";
    if (!dryRun) await one.put(state);
    print(`${dryRun ? `would ${verb}` : `${verb}d`.padEnd(9)}  ${one.title}`);
    for (const difference of differences) print(`             ${difference}`);
  }
  return changes;
}

/** Every finding, each a sentence that names its resource. */
export async function verify(resources: readonly Resource[], print: Print): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const one of resources) {
    const state = await one.read();
    const found = state === null ? ["It does not exist. Run setup."] : one.differences(state);
    print(`${found.length === 0 ? "ok       " : "WRONG    "}  ${one.title}`);
    for (const finding of found) print(`             ${finding}`);
    findings.push(...found.map((finding) => `${one.title}: ${finding}`));
  }
  return findings;
}

/** In the reverse order; what does not exist is left out. */
export async function tearDown(resources: readonly Resource[], dryRun: boolean, print: Print): Promise<number> {
  let removed = 0;
  for (const one of resources.toReversed()) {
    const state = await one.read();
    if (state === null) {
      print(`absent     ${one.title}`);
      continue;
    }
    removed += 1;
    if (!dryRun) await one.remove(state);
    print(`${dryRun ? "would remove" : "removed  "}  ${one.title}`);
  }
  return removed;
}
