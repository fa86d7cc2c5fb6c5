/** Short texts from one process to all others. */

/** Hears what is sent. */
export interface NoticeListener {
  heard(text: string): void;
  /** Listening has begun, or begun again: what was sent in between was missed. */
  began(): void;
  /** Listening has ended, or cannot begin. It is tried again, without end. */
  failed(error: unknown): void;
}

/**
 * A channel on which every process hears each text once, if it listens at that moment, also its own. Nothing is kept: a
 * text that is lost stays lost, so whoever depends on it must also look by itself from time to time.
 */
export interface Notices {
  /** @param text at most 7,000 bytes @throws Error when it could not be sent */
  send(text: string): Promise<void>;
  /** Stops listening. Calling it again has no effect. */
  close(): Promise<void>;
}

/** How often a connection on which nothing happens is tried, ms: one that was cut without a word is found so. */
export const PULSE_MS = 15_000;

/** Pause before listening is tried again, ms. */
export const RETRY_MS = 500;
