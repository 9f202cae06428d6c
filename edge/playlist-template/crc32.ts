/**
 * CRC-32 as gzip uses it (RFC 1952 8). A CRC is a remainder modulo the polynomial, with the coefficient of x^0 in the
 * top bit; so the CRC of two texts one after the other follows from the CRC of each and the length of the second.
 */
const POLYNOMIAL = 0xedb88320;

/** The polynomial 1. */
export const ONE = 1 << 31;

const BYTE_REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit += 1) remainder = timesX(remainder);
  return remainder;
});

/** x^(8 2^n) for every n: factors of every shift by whole bytes. */
const BYTE_SHIFTS = (() => {
  const powers = [timesPowerOfX(ONE, 8)];
  for (let n = 1; n < 32; n += 1) powers.push(multiply(powers[n - 1]!, powers[n - 1]!));
  return Int32Array.from(powers);
})();

/** As a signed 32-bit integer, which `DataView.setUint32` writes correctly. */
export function crc32(bytes: Uint8Array): number {
  let remainder = -1;
  for (let at = 0; at < bytes.length; at += 1) {
    remainder = BYTE_REMAINDERS[(remainder ^ bytes[at]!) & 0xff]! ^ (remainder >>> 8);
  }
  return ~remainder;
}

/** The factor of a CRC that is followed by `byteLength` bytes; computed once per length. */
export function shiftOver(byteLength: number): number {
  let shift = ONE;
  for (let n = 0, rest = byteLength; rest > 0; n += 1, rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) shift = multiply(shift, BYTE_SHIFTS[n]!);
  }
  return shift;
}

/** The CRC of two concatenated texts; `shiftOverSecond` is `shiftOver` of the second one's length. */
export function joinCrc32(first: number, second: number, shiftOverSecond: number): number {
  return multiply(shiftOverSecond, first) ^ second;
}

/** The product of two remainders. */
export function multiply(a: number, b: number): number {
  let product = 0;
  for (let coefficients = a, term = b; coefficients !== 0; coefficients <<= 1, term = timesX(term)) {
    if (coefficients < 0) product ^= term;
  }
  return product;
}

function timesX(remainder: number): number {
  return (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
}

function timesPowerOfX(remainder: number, power: number): number {
  let product = remainder;
  for (let n = 0; n < power; n += 1) product = timesX(product);
  return product;
}
