/** The events of the simulator. */
import type { CallStatus } from './call.ts';
import type { TextStatus } from './text-message.ts';

/** Why a webhook is sent: the first document, a gather's action, another document, the fallback, a status or machine callback, or the status callback of a text. */
export type WebhookKind = 'answer' | 'digits' | 'redirect' | 'fallback' | 'status' | 'machine' | 'text';

/** What happened. */
type Happening =
  | { type: 'created' }
  | { type: 'status'; status: CallStatus | 'initiated' }
  | { type: 'heard'; text: string; language: string | null; voice: string | null }
  | { type: 'key'; who: 'caller' | 'callee'; key: string }
  | { type: 'handset'; what: 'rings' | 'answered' | 'rejected' | 'voicemail' | 'inUse' | 'rangOut' }
  | {
      type: 'webhookSent';
      kind: WebhookKind;
      method: string;
      url: string;
      params: Record<string, string>;
      token: string;
      attempt: number;
    }
  | { type: 'webhookAnswered'; kind: WebhookKind; status: number; body: string }
  | { type: 'webhookFailed'; kind: WebhookKind; reason: string }
  | { type: 'warning'; code: number; message: string }
  | { type: 'ended'; status: CallStatus; by: 'caller' | 'callee' | 'network' }
  | { type: 'textStatus'; status: TextStatus; code: number | null }
  | { type: 'textReceived'; body: string };

/** A happening with its instant (milliseconds since 1970, simulator time) and the call or text it belongs to. */
export type SimulatorEvent = Happening & { at: number; sid: string; to: string };

/** Hears of events, in order, while they happen; must not throw. */
export type Listener = (event: SimulatorEvent) => void;

/** Where a simulator's logging goes; a pino logger fits. */
export interface SimulatorLog {
  info(fields: object, message: string): void;
}

/** Passes events to listeners and the log. */
export interface EventLog {
  /** Hears of every event until the returned function is called. */
  on(listener: Listener): () => void;
  /** Records what happened to a call or text. */
  record(about: { sid: string; request: { to: string } }, what: Happening): void;
}

/** The fields of each event that are logged: never a number, a spoken text, a key or an address. */
const LOGGED = ['status', 'what', 'kind', 'reason', 'code', 'by', 'attempt'];

/** An eventLog; `now` gives the simulator's instant. */
export function createEventLog({
  now,
  log,
}: {
  now: () => number;
  log?: SimulatorLog | undefined;
}): EventLog {
  const listeners = new Set<Listener>();
  return {
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    record(about, what) {
      const event = { ...what, at: now(), sid: about.sid, to: about.request.to };
      for (const listener of listeners) listener(event);
      const fields = Object.entries(what).filter(([name]) => LOGGED.includes(name));
      log?.info({ sid: about.sid, ...Object.fromEntries(fields) }, `simulator: ${what.type}`);
    },
  };
}
