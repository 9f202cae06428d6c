/** ISO/IEC 13818-1, 2.4.3.3: packets of PID 0x1FFF hold nothing, and players drop them. */
const PACKET_BYTES = 188;
const NULL_HEADER = [0x47, 0x1f, 0xff, 0x10];

/** Players that recognise a format by its packets (ffmpeg's) want to see more than ten. */
const RECOGNISED_PACKETS = 20;

/** What is appended to a transport stream of so many bytes, so that players recognise it as one; empty for most. */
export function recognisablePadding(bytes: number): Buffer {
  const missing = Math.max(0, RECOGNISED_PACKETS - Math.floor(bytes / PACKET_BYTES));
  const padding = Buffer.alloc(missing * PACKET_BYTES, 0xff);
  for (let at = 0; at < padding.length; at += PACKET_BYTES) padding.set(NULL_HEADER, at);
  return padding;
}
