import type { Logger } from './log.ts';

/** Everything that can happen to a verification, as it is logged. */
export type VerificationEventName =
  | 'verification.requested'
  | 'verification.canceled'
  | 'verification.decided'
  | 'verification.fraudReported'
  | 'verification.finished'
  | 'verification.swept'
  | 'spending.thresholdReached'
  | 'tollFraud.suspected'
  | 'call.dialing'
  | 'call.placed'
  | 'call.refused'
  | 'call.postponed'
  | 'call.lost'
  | 'call.adopted'
  | 'call.ringing'
  | 'call.answered'
  | 'call.key'
  | 'call.silence'
  | 'call.machine'
  | 'call.ended'
  | 'call.redial'
  | 'call.noWebhook'
  | 'text.sending'
  | 'text.sent'
  | 'text.refused'
  | 'text.postponed'
  | 'text.lost'
  | 'text.adopted'
  | 'text.delivered'
  | 'text.undelivered'
  | 'text.again'
  | 'text.escalated'
  | 'text.held'
  | 'signIn.requested'
  | 'signIn.unknownNumber'
  | 'signIn.finished'
  | 'message.accepted'
  | 'message.finished'
  | 'code.wrong'
  | 'code.right'
  | 'phoneMethod.registered'
  | 'appPassword.issued'
  | 'appPassword.revealed'
  | 'assertion.issued'
  | 'assertion.redeemed';

/** One event. `verificationId` is on every line, so that a verification's story is one search. No secret, no number. */
export interface VerificationEvent {
  verificationId: string;
  attemptId?: string;
  tenantId?: string;
  outcome?: string;
  errorCode?: string;
  /** Whether an operator must act. */
  alarm?: boolean;
  [detail: string]: string | number | boolean | undefined;
}

/** Takes events; the log has one line for each. */
export interface Events {
  /** Records that something happened. */
  emit(name: VerificationEventName, event: VerificationEvent): void;
  /** Calls `listener` for each further event in this process, until the returned function is called. */
  listen(listener: (name: VerificationEventName, event: VerificationEvent) => void): () => void;
}

/**
 * Events that go to the log (`error` when an operator must act, else `info`) and to listeners in this process. A
 * listener that throws is logged: what happened has happened, and neither the step nor other listeners are stopped.
 * @param meaningOf what an error code means and what to do about it, for the lines about calls
 */
export function createEvents(
  log: Logger,
  meaningOf: (errorCode: string) => string | undefined = () => undefined,
): Events {
  // The fields of events are written here and in the steps, so none of them has to be hidden.
  const lines = log.child({}, { redact: [] });
  // One for each name: copying every event together with its name would take longer than writing the line.
  const named = new Map<VerificationEventName, Logger>();
  const linesOf = (name: VerificationEventName) => {
    const known = named.get(name);
    if (known) return known;
    const made = lines.child({ event: name });
    named.set(name, made);
    return made;
  };
  const explained = (name: VerificationEventName, event: VerificationEvent) =>
    event.errorCode !== undefined && /^(call|text)\./.test(name)
      ? { ...event, meaning: meaningOf(event.errorCode) }
      : event;
  const listeners = new Set<(name: VerificationEventName, event: VerificationEvent) => void>();
  return {
    emit(name, event) {
      linesOf(name)[event.alarm ? 'error' : 'info'](explained(name, event), name);
      for (const listener of listeners) {
        try {
          listener(name, event);
        } catch (error) {
          log.error({ event: name, err: error }, 'an event listener failed');
        }
      }
    },
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}
