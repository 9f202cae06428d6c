/** Before the tests of the Worker: its static assets, as wrangler builds them. */
export async function setup() {
  await import("../../scripts/build-assets.mjs");
}
