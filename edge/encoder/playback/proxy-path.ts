/** Where an encoder job plays. */
export const PROXY_PATH = "/m3u8-encoder/api/v2/proxy";

/** With an ending that players recognize; the path without it serves the same. */
export function proxyPath(jobName: string): string {
  return `${PROXY_PATH}/${jobName}.m3u8`;
}
