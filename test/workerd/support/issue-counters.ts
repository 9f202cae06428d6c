/** What the limit is asked about; it lets pass what is not in `exhausted`. Stands in for Cloudflare's counters. */
export class IssueCounters {
  readonly asked: string[] = [];
  readonly exhausted = new Set<string>();
  everything = false;

  async limit({ key }: { key: string }): Promise<{ success: boolean }> {
    this.asked.push(key);
    return { success: !this.everything && !this.exhausted.has(key) };
  }
}
