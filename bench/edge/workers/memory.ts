/** The barest playlist Worker: gives back, from memory, the bytes that were PUT to it last. */
let bytes = new ArrayBuffer(0);

export default {
  async fetch(request) {
    if (request.method === "PUT") bytes = await request.arrayBuffer();
    return new Response(bytes, { headers: { "content-type": "application/vnd.apple.mpegurl" } });
  },
} satisfies ExportedHandler;
