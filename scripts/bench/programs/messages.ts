/** What the stub provider and the receiver tell the benchmark. `n` is the verification, NaN for others (null on the way). */

/** From the stub provider; `at` in milliseconds since 1970. `held`: a call that was left ringing; `text`: a text message has arrived, with this code. */
export type FromProvider =
  | { kind: 'placed'; n: number | null; at: number }
  | { kind: 'key'; n: number | null; at: number }
  | { kind: 'text'; n: number | null; at: number; code: string }
  | { kind: 'held'; n: number | null; address: string; callId: string };

/** To the stub provider: whether calls are left ringing. */
export interface ToProvider {
  holdsCalls: boolean;
}

/** From the receiver: an outcome webhook has come. */
export interface FromReceiver {
  kind: 'outcome';
  n: number | null;
  outcome: string;
  at: number;
}
