/** Of each packet of a transport stream: its whole length in bytes, and how many of them lie before its sync byte. */
export type TransportLayout = { readonly packet: number; readonly header: number };

export const TRANSPORT_SYNC = 0x47;

/** Of broadcast, of cameras (4 bytes of time before each), with error correction. */
export function transportLayout(head: Buffer): TransportLayout | null {
  const layouts = [188, 192, 204].map((packet) => ({ packet, header: packet === 192 ? 4 : 0 }));
  return (
    layouts.find(({ packet, header }) => [0, 1, 2, 3].every((n) => head[header + n * packet] === TRANSPORT_SYNC)) ??
    null
  );
}
