import { randomUUID } from 'node:crypto';
import type { OutageLog } from '../platform/outage-log.ts';
import type { NoticeListener, Notices } from '../platform/queue/notices.ts';
import type { Ticker } from '../platform/ticker.ts';
import { hearChanges } from './hear-changes.ts';
import { type Notice, readNotice } from './notice.ts';
import { tellFollowers } from './tell-followers.ts';

/** The processes beside this one, as far as progress is concerned. */
export interface OtherProcesses {
  /** This process has changed a verification: those that have streams are told, gathered, and nothing is sent where none has. */
  tell(verificationId: string): void;
  /** Streams are open here from now on, so that others tell what they change. */
  startFollowing(): void;
  stopFollowing(): void;
  /** Whether this process hears what others change. If not, it must look by itself. */
  areHeard(): boolean;
  /** Calls `listener` from now on with the ids of what others changed; null: with something that they changed. */
  onChange(listener: (ids: string[] | null) => void): void;
  close(): Promise<void>;
}

/** Where there is no other process. */
export const NO_OTHERS: OtherProcesses = {
  tell: () => undefined,
  startFollowing: () => undefined,
  stopFollowing: () => undefined,
  areHeard: () => true,
  onChange: () => undefined,
  close: async () => undefined,
};

/** What it needs. */
export interface OtherProcessesDeps {
  openNotices: (listener: NoticeListener) => Notices;
  ticker: Ticker;
  /** ms, of a clock that only goes forward. */
  now: () => number;
  outages: OutageLog;
}

/** Listens to the other processes from now on. */
export function createOtherProcesses(deps: OtherProcessesDeps): OtherProcesses {
  const from = randomUUID();
  let changed: (ids: string[] | null) => void = () => undefined;
  const send = (notice: Notice) =>
    void notices.send(JSON.stringify(notice)).catch((error: unknown) => hearing.failed(error));
  const hearing = hearChanges(() => send({ kind: 'follows', from }), deps.ticker, deps.outages);
  const telling = tellFollowers((ids) => send({ kind: 'changed', from, ids }), deps.now);

  function heard(text: string): void {
    const notice = readNotice(text);
    if (notice === null) return;
    if (notice.from === from) {
      if (notice.kind === 'follows') hearing.cameBack();
    } else if (notice.kind === 'hello') hearing.announce();
    else if (notice.kind === 'follows') telling.followed();
    else changed(notice.ids);
  }

  const notices = deps.openNotices({
    heard,
    began() {
      telling.began();
      send({ kind: 'hello', from });
      hearing.announce();
      changed(null);
    },
    failed: hearing.failed,
  });
  return {
    tell: telling.changed,
    startFollowing: hearing.start,
    stopFollowing: hearing.stop,
    areHeard: hearing.isHeard,
    onChange(listener) {
      changed = listener;
    },
    async close() {
      telling.close();
      await notices.close();
    },
  };
}
