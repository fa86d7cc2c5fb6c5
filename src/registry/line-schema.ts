/** The next free moment of a caller line (E.164). */
export interface CallerLineTable {
  number: string;
  nextFreeAt: Date;
  lastDialedAt: Date | null;
}

/** The next moment at which a tenant may have a place on a line, so that it holds at most half of it. */
export interface LineShareTable {
  lineNumber: string;
  tenantId: string;
  nextFreeAt: Date;
}
