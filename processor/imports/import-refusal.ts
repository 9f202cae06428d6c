/** What cannot be imported, and why: every problem that was found, a line each. Trying again would not help. */
export class ImportRefusal extends Error {
  override readonly name = "ImportRefusal";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}
