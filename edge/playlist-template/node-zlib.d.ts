/** The part of Node's zlib that the Worker uses (nodejs_compat), so that no other Node global gets a type here. */
declare module "node:zlib" {
  export const constants: { readonly Z_SYNC_FLUSH: number; readonly Z_FINISH: number };
  export function deflateRawSync(data: Uint8Array, options: { level: number; finishFlush: number }): Uint8Array;
}
