/** sysexits(3), as far as it is used here. */
export const EXIT = { ok: 0, failed: 1, usage: 64, badConfiguration: 78 } as const;
