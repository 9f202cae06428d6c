/**
 * sysexits(3), as far as it is used here. What started a container reads them: 0 is the end of it, 75 is worth another
 * try later, 65 and 78 are not. 1 and 2 are for commands that people type.
 */
export const EXIT = {
  ok: 0,
  failed: 1,
  warned: 2,
  usage: 64,
  badInput: 65,
  tryLater: 75,
  badConfiguration: 78,
} as const;
