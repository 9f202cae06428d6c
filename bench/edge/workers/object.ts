/** The barest segment Worker: streams one object of the bucket. */
type Env = { readonly PLAYBACK: R2Bucket };

export default {
  async fetch(request, env) {
    const object = await env.PLAYBACK.get(new URL(request.url).pathname.slice(1));
    return object === null ? new Response(null, { status: 404 }) : new Response(object.body);
  },
} satisfies ExportedHandler<Env>;
