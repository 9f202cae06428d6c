/** Nothing listens there. */
const PORT = 33;
const LOOK_EVERY_MS = 300;
const LONGEST_MS = 30_000;

/**
 * `start()` returns before a container has a place. The refusal of a port shows that it has one: null then. Throws
 * where that takes too long.
 */
export async function untilUp(container: Pick<Container, "running" | "getTcpPort">): Promise<null> {
  for (const until = Date.now() + LONGEST_MS; Date.now() < until; ) {
    if (container.running && (await refusesPort(container))) return null;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error("The platform did not report for 30 seconds whether the container runs.");
}

async function refusesPort(container: Pick<Container, "getTcpPort">): Promise<boolean> {
  try {
    await container.getTcpPort(PORT).fetch("http://container/");
    return true;
  } catch (error) {
    return String(error).includes("is not listening");
  }
}
