import { MOST_IDS } from './notice.ts';

/** Changes within this time go into one notice, ms. */
const GATHER_MS = 10;
/** A process that has streams says so every `ANNOUNCE_MS`; after this long without a word it has none, ms. */
const FOLLOWED_MS = 15_000;
/** How long a notice may take to arrive, ms: whoever began to follow meanwhile may have missed what changed since then. */
const ON_THE_WAY_MS = 5_000;

/** Tells other processes what this one has changed, as long as one of them has streams open. */
export interface TellFollowers {
  /** This process has changed a verification, and the change is committed. */
  changed(verificationId: string): void;
  /** Another process has streams open. */
  followed(): void;
  /** Notices can be sent, or can be again: what was sent before may be lost. */
  began(): void;
  /** Sends what is gathered. */
  close(): void;
}

/**
 * @param send sends the ids of changed verifications, or null: it does not say which
 * @param now ms, of a clock that only goes forward
 */
export function tellFollowers(send: (ids: string[] | null) => void, now: () => number): TellFollowers {
  const gathered = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let followedUntil = Number.NEGATIVE_INFINITY;
  let changedAt = Number.NEGATIVE_INFINITY;
  let sentAt = Number.NEGATIVE_INFINITY;

  function flush(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    if (gathered.size === 0) return;
    sentAt = now();
    send(gathered.size > MOST_IDS ? null : [...gathered]);
    gathered.clear();
  }

  return {
    changed(verificationId) {
      changedAt = now();
      if (changedAt >= followedUntil) return;
      gathered.add(verificationId);
      // The first of several goes out at once.
      if (changedAt - sentAt >= GATHER_MS) flush();
      else timer ??= setTimeout(flush, GATHER_MS);
    },
    followed() {
      const isNew = now() >= followedUntil;
      followedUntil = now() + FOLLOWED_MS;
      if (isNew && now() - changedAt < ON_THE_WAY_MS) send(null);
    },
    began() {
      if (now() < followedUntil) send(null);
    },
    close: flush,
  };
}
