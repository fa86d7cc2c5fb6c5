/** The simulator's time in the browser: what the server last said, moved on by the browser's own clock. */

let said = Date.now();
let heardAt = performance.now();

/** The server says what time it is. */
export function setServerTime(now: number): void {
  said = now;
  heardAt = performance.now();
}

/** The simulator's time, milliseconds since 1970. */
export function serverTime(): number {
  return said + performance.now() - heardAt;
}
