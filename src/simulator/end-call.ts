/** Ends calls: sets the state, sends callbacks, and stops everything that still waits in the call. */
import { type Call, type CallStatus, isOver } from './call.ts';
import { CallOver, type Stage } from './stage.ts';
import type { StatusCallbacks } from './status-callbacks.ts';

/** How a call ended: its last status, who ended it and the SIP answer. */
export interface Ending {
  status: CallStatus;
  by: 'caller' | 'callee' | 'network';
  sipResponseCode: number;
}

/** Ends one call; ending an ended call does nothing. */
export type EndCall = (call: Call, ending: Ending) => void;

/** A call cancelled before it was dialed fires no callback at all (Twilio, Call resource: table of states). */
export function createEndCall({ stage, callbacks }: { stage: Stage; callbacks: StatusCallbacks }): EndCall {
  return function endCall(call, { status, by, sipResponseCode }) {
    if (isOver(call)) return;
    call.status = status;
    call.sipResponseCode = sipResponseCode;
    call.endedAt = stage.timers.now();
    call.updatedAt = call.endedAt;
    stage.eventLog.record(call, { type: 'status', status });
    stage.eventLog.record(call, { type: 'ended', status, by });
    call.over.abort(new CallOver('the call is over'));
    if (call.dialedAt !== null) callbacks.fire(call, 'completed');
  };
}
