import { DurableObject } from "cloudflare:workers";

/** The barest counting: one call of an object that answers from memory, or one row of an object that is new. */
type Env = { readonly BARE: DurableObjectNamespace<Bare> };

const KEY = new Uint8Array(16);

export class Bare extends DurableObject {
  private calls = 0;

  count(): number {
    return ++this.calls;
  }

  insert(id: string): number {
    const { sql } = this.ctx.storage;
    sql.exec("CREATE TABLE IF NOT EXISTS use (id TEXT PRIMARY KEY, at INTEGER NOT NULL) WITHOUT ROWID");
    return sql.exec("INSERT INTO use VALUES (?1, ?2)", id, Date.now()).rowsWritten;
  }
}

export default {
  async fetch(request, env) {
    const name = new URL(request.url).pathname.slice(1);
    const object = env.BARE.getByName(name);
    const done = name === "one" ? await object.count() : await object.insert(name);
    return done > 0 ? new Response(KEY) : new Response(null, { status: 500 });
  },
} satisfies ExportedHandler<Env>;
