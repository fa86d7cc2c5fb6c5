/** All texts of the network: creates them and sets them going. */
import type { Form } from './call-request.ts';
import type { Desk } from './desk.ts';
import { createPace } from './pace.ts';
import { refusal } from './rest-errors.ts';
import type { Stage } from './stage.ts';
import type { StopList } from './stop-list.ts';
import type { TextMessage } from './text-message.ts';
import { readTextRequest, type TextRequest } from './text-request.ts';

/** All texts. */
export interface TextExchange {
  /** Creates the text asked for in `form` and sets it going. Throws `RestError` for what Twilio refuses. */
  create(form: Form): TextMessage;
  /** The text with this SID, or null. */
  find(sid: string): TextMessage | null;
  /** All texts, oldest first. */
  all(): readonly TextMessage[];
}

/** What the exchange needs. `callerIds`, when given, are the only numbers that may send. */
interface TextExchangeDeps {
  stage: Stage;
  accountSid: string;
  callerIds: readonly string[] | null;
  desk: Desk;
  stopList: StopList;
  send: (text: TextMessage) => Promise<void>;
}

/** An exchange without texts. */
export function createTextExchange(deps: TextExchangeDeps): TextExchange {
  const { stage } = deps;
  const texts = new Map<string, TextMessage>();
  const queueMs = createPace(stage.settings.textsPerSecond, stage.settings.textQueueMs);
  return {
    create(form) {
      const request = readTextRequest(form, deps);
      refuseForPhone(request, deps);
      const now = stage.timers.now();
      const text = newText(stage.dialect.newTextSid(), request, now, queueMs(now));
      texts.set(text.sid, text);
      stage.eventLog.record(text, { type: 'textStatus', status: 'queued', code: null });
      void deps.send(text);
      return text;
    },
    find: (sid) => texts.get(sid) ?? null,
    all: () => [...texts.values()],
  };
}

function refuseForPhone({ to, from }: TextRequest, { desk, stopList }: TextExchangeDeps): void {
  if (stopList.has(from, to)) throw refusal(21610, 'Attempt to send to unsubscribed recipient');
  const { texts } = desk.scriptFor(to);
  if (texts?.kind === 'refuse') throw refusal(texts.errorCode, `The 'To' number ${to} takes no messages.`);
}

function newText(sid: string, request: TextRequest, now: number, queueMs: number): TextMessage {
  return {
    sid,
    request,
    status: 'queued',
    errorCode: null,
    createdAt: now,
    updatedAt: now,
    sentAt: null,
    receivedAt: null,
    queueMs,
    over: new AbortController(),
  };
}
