/** The barest gate: one D1 batch of an UPDATE and a SELECT, and 16 bytes. */
type Env = { readonly DB: D1Database };

const KEY = new Uint8Array(16);

export default {
  async fetch(_request, env) {
    const [, read] = await env.DB.batch([
      env.DB.prepare("UPDATE bench_counter SET uses = uses + 1 WHERE id = ?1").bind("a"),
      env.DB.prepare("SELECT uses FROM bench_counter WHERE id = ?1").bind("a"),
    ]);
    return read?.results.length === 1 ? new Response(KEY) : new Response(null, { status: 500 });
  },
} satisfies ExportedHandler<Env>;
