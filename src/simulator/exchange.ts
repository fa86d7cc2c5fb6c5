/** Keeps all calls: creates them, finds them, and changes them as the REST API asks. */
import { type Call, isOver } from './call.ts';
import { type CallRequest, type Form, readCallRequest, readGivenDocument, text } from './call-request.ts';
import type { EndCall } from './end-call.ts';
import { createLine } from './line.ts';
import { createPace } from './pace.ts';
import { Redirection } from './play-call.ts';
import { refusal } from './rest-errors.ts';
import type { Stage } from './stage.ts';

/** All calls. */
export interface Exchange {
  /** Creates the call asked for in `form` and sets it going. Throws `RestError` for what Twilio refuses. */
  create(form: Form): Call;
  /** The call with this SID, or null. */
  find(sid: string): Call | null;
  /** Cancels, ends or redirects a call. Throws `RestError`, 21220 when the call is not in a state for it. */
  update(call: Call, form: Form): void;
  /** All calls, oldest first. */
  all(): readonly Call[];
}

/** What the exchange needs. `callerIds`, when given, are the only numbers that may call. */
export interface ExchangeDeps {
  stage: Stage;
  accountSid: string;
  callerIds: readonly string[] | null;
  dial: (call: Call) => Promise<void>;
  endCall: EndCall;
}

/** An exchange without calls. */
export function createExchange(deps: ExchangeDeps): Exchange {
  const { stage } = deps;
  const calls = new Map<string, Call>();
  // Twilio: more calls per second are queued, not refused.
  const queueMs = createPace(stage.settings.callsPerSecond, stage.settings.queueMs);

  return {
    create(form) {
      const warnings: [code: number, message: string][] = [];
      const { accountSid, callerIds } = deps;
      const warn = (...warning: [number, string]) => void warnings.push(warning);
      const request = readCallRequest(form, {
        accountSid,
        callerIds,
        dialect: stage.dialect,
        pricePerMinute: stage.settings.pricePerMinute,
        warn,
      });
      const now = stage.timers.now();
      const call = newCall(stage.dialect.newCallSid(), request, now, queueMs(now));
      calls.set(call.sid, call);
      stage.eventLog.record(call, { type: 'created' });
      stage.eventLog.record(call, { type: 'status', status: 'queued' });
      for (const [code, message] of warnings) stage.eventLog.record(call, { type: 'warning', code, message });
      void deps.dial(call);
      return call;
    },
    find: (sid) => calls.get(sid) ?? null,
    update: (call, form) => updateCall(call, form, deps.endCall),
    all: () => [...calls.values()],
  };
}

function newCall(sid: string, request: CallRequest, now: number, queueMs: number): Call {
  return {
    sid,
    request,
    status: 'queued',
    createdAt: now,
    updatedAt: now,
    dialedAt: null,
    answeredAt: null,
    endedAt: null,
    answeredBy: null,
    sipResponseCode: null,
    queueMs,
    callbacks: 0,
    transcript: [],
    line: createLine(),
    over: new AbortController(),
    redirection: new AbortController(),
  };
}

function updateCall(call: Call, form: Form, endCall: EndCall): void {
  const status = text(form, 'Status');
  if (status !== '') changeStatus(call, status, endCall);
  const document = readGivenDocument(form);
  if (document) redirect(call, document);
}

function redirect(call: Call, document: CallRequest['document']): void {
  if (call.status !== 'in-progress') throw refusal(21220, 'Call is not in-progress. Cannot redirect.');
  if (call.redirection.signal.aborted) call.redirection = new AbortController();
  call.redirection.abort(new Redirection({ kind: 'redirect', source: document, params: {} }));
}

/** `canceled` ends what is queued or ringing and leaves a call in progress alone; `completed` ends any. */
function changeStatus(call: Call, status: string, endCall: EndCall): void {
  if (status !== 'canceled' && status !== 'completed')
    throw refusal(20001, `Status must be canceled or completed, not ${status}`);
  if (isOver(call)) throw refusal(21220, `Call ${call.sid} is not in-progress: it is ${call.status}.`);
  if (call.status !== 'in-progress')
    endCall(call, { status: 'canceled', by: 'caller', sipResponseCode: 487 });
  else if (status === 'completed') endCall(call, { status: 'completed', by: 'caller', sipResponseCode: 200 });
}
