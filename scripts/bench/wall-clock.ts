/** The machine's clock in milliseconds since 1970 with fractions: comparable between processes and with PostgreSQL. */
export function wallClockMs(): number {
  return Number(Temporal.Now.instant().epochNanoseconds / 1000n) / 1000;
}
