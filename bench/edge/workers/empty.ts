/** Nothing at all: what the load generator and the runtime can do together. */
export default {
  fetch: () => new Response(null),
} satisfies ExportedHandler;
