const REDRAW_MS = 1000;

/**
 * Shows one line while something slow runs: rewritten each second with the time it took on a terminal, written once at
 * the start and once at the end elsewhere.
 *
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @param {(result: T) => boolean} succeeded
 * @returns {Promise<T>}
 */
export async function step(title, work, succeeded) {
  const startedAt = Date.now();
  const line = startLine(title, startedAt);
  try {
    const result = await work();
    line.end(`${title}: ${succeeded(result) ? "done in" : "failed after"} ${seconds(startedAt)}`);
    return result;
  } catch (error) {
    line.end(`${title}: failed after ${seconds(startedAt)}`);
    throw error;
  }
}

/**
 * @param {string} title
 * @param {number} startedAt
 */
function startLine(title, startedAt) {
  const output = process.stderr;
  if (!output.isTTY) {
    output.write(`${title} ...\n`);
    return { end: (/** @type {string} */ text) => output.write(`${text}\n`) };
  }
  const draw = () => output.write(`\r\x1b[K${title} ... ${seconds(startedAt)}`);
  draw();
  const timer = setInterval(draw, REDRAW_MS);
  return {
    end(/** @type {string} */ text) {
      clearInterval(timer);
      output.write(`\r\x1b[K${text}\n`);
    },
  };
}

/** @param {number} startedAt */
function seconds(startedAt) {
  return `${Math.round((Date.now() - startedAt) / 1000)} s`;
}
