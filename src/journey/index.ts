import { createBackground } from '../platform/background.ts';
import { createCallWay, createFindCalls } from './call/call-way.ts';
import { createCallSteps } from './call/steps.ts';
import { createWatchCall } from './call/watch-call.ts';
import { createMessages, type Messages } from './deliver/messages.ts';
import { createDeliverSteps } from './deliver/steps.ts';
import type { JourneyDeps } from './deps.ts';
import { createComplete } from './finish/complete.ts';
import { createCompleteApproved } from './finish/complete-approved.ts';
import { createCompleteAtOnce } from './finish/complete-at-once.ts';
import { createCompleteOverdue } from './finish/complete-overdue.ts';
import { createPassOn } from './finish/pass-on.ts';
import {
  type Advance,
  createAdvance,
  createAdvanceOutsideJob,
  createAdvanceQueued,
  leaveToJob,
  type Steps,
} from './job/advance.ts';
import { createFindTollFraud } from './job/find-toll-fraud.ts';
import { createRoomForCall } from './job/room-for-calls.ts';
import { createSweep } from './job/sweep.ts';
import { createWatchLive } from './job/watch-live.ts';
import { createCheckAgain } from './place/check-again.ts';
import { createDial } from './place/dial.ts';
import { createFindLostCall } from './place/find-lost-call.ts';
import { createLines } from './place/lines.ts';
import { createPlaceAttempt } from './place/place-attempt.ts';
import { createPlaceCall, createPlaceUnseen } from './place/place-call.ts';
import type { FindLost } from './place/way.ts';
import { createCancelVerification } from './request/cancel-verification.ts';
import { createChooseLocale } from './request/choose-locale.ts';
import { createFindRefusals } from './request/find-refusals.ts';
import { createLimits } from './request/limits.ts';
import { createLookUp } from './request/look-up.ts';
import { createReadVerification } from './request/read-verification.ts';
import { createRequestVerification } from './request/request-verification.ts';
import { createTakeOverJob } from './request/take-over-job.ts';
import { createMaySignIn } from './sign-in/may-sign-in.ts';
import { createSignInSteps } from './sign-in/steps.ts';
import type { Channel } from './states.ts';
import { createAdmit } from './store/admit.ts';
import { createNoteCall } from './store/call-notes.ts';
import { createFinishVerification } from './store/completion.ts';
import { createDialSlotStore } from './store/dial-slots.ts';
import { createReadFacts } from './store/facts.ts';
import { createFindVerifications } from './store/found.ts';
import { createFinishApproved } from './store/right-answer.ts';
import type { Decided, Verification } from './store/rows.ts';
import { createStores, type Stores } from './store/stores.ts';
import { createAwaitCode } from './text/await-code.ts';
import { createEscalate, type Escalate } from './text/escalate.ts';
import { createTextSteps } from './text/steps.ts';
import { createFindTexts, createTextWay } from './text/text-way.ts';

/**
 * The journey of a verification. A request makes it `queued`; the table says which step leads on from each state, for
 * each channel; webhooks move a call on between them; `finished` is the end.
 * @returns what the REST API, the webhooks, the worker and the timers call
 */
export function createJourney(deps: JourneyDeps) {
  const { clock, events, log } = deps;
  const stores = createStores(deps.run);
  const { verifications } = stores;
  const background = createBackground();
  const inBackground = (step: Promise<unknown>) =>
    background.run(step, (error) =>
      log.warn({ err: error }, 'the next step of a verification failed; it is tried again'),
    );
  const requests = createRequests(deps, stores);
  const messages = createMessages({ ...deps, ...stores });
  const escalate = createEscalate({ ...deps, ...stores, ...requests });
  const placing = createPlacing(deps, stores, { ...requests, escalate, messages });
  const { watchCall, complete, completeAtOnce, completeApproved } = createEnding(deps, stores, inBackground);

  const decided = createCompleteOverdue({ complete, clock });
  const TABLE: Record<Channel, Steps> = {
    call: {
      queued: placing.placeCall,
      dialing: placing.findLostCall,
      ringing: watchCall,
      answered: watchCall,
      decided,
    },
    sms: {
      queued: placing.sendText,
      sending: placing.findLostText,
      sent: createAwaitCode({ verifications, clock }),
      decided,
    },
  };

  const advance = createAdvance({ verifications, stepsFor: ({ channel }) => TABLE[channel], log });
  const stepsOutsideJob = ({ channel }: Pick<Verification, 'channel'>) => ({
    ...TABLE[channel],
    queued: leaveToJob,
  });
  const advanceOutsideJob = createAdvanceOutsideJob({
    advance: createAdvance({ verifications, stepsFor: stepsOutsideJob, log }),
    schedule: deps.jobs.schedule,
  });
  const completeNow = (verification: Decided) => inBackground(complete(verification));
  const advanceNow = ({ id }: { id: string }) => inBackground(advanceOutsideJob(id));
  const { readVerification } = requests;
  return {
    ...requests.actions,
    verifications,
    cancelVerification: createCancelVerification({
      ...{ verifications, readVerification, completeNow, clock, events },
    }),
    ...createDeliverSteps(deps, stores, { ...requests, messages, advanceNow }),
    ...createCallSteps(deps, stores, messages, {
      ...{ noteCall: placing.noteCall, completeNow, advanceNow, completeApproved },
    }),
    ...createTextSteps(deps, stores, { ...requests, escalate, complete, completeAtOnce, completeNow }),
    ...createSignInSteps(deps, stores, { ...requests, complete, completeNow }),
    advance,
    advanceQueued: createAdvanceQueued({ placeUnseen: placing.placeUnseen, advance }),
    /** Moves a verification on in the background, without a job. */
    advanceNow,
    watchLive: createWatchLive({ verifications, advance: advanceOutsideJob, clock, log }),
    sweep: createSweepOf(deps, stores, requests, advance),
    /** Resolves when nothing goes on in the background any more. */
    settled: background.settled,
  };
}

/** What understands, checks and admits requests. */
function createRequests(deps: JourneyDeps, { verifications }: Stores) {
  const { run, jobs, clock, events, policyAt, pbxProfileOf } = deps;
  const { count: countRefusal } = deps.refusals;
  const readFacts = createReadFacts(run);
  const lookUp = createLookUp({ policyAt, pbxProfileOf, chooseLocale: createChooseLocale(deps.prompts) });
  const limits = createLimits({
    run,
    clock,
    phoneHashes: deps.phoneHashes,
    spending: deps.spending,
  });
  const lines = createLines({ settings: deps.lines, slots: createDialSlotStore(run), clock });
  const readVerification = createReadVerification({ verifications });
  const requestVerification = createRequestVerification({
    noteRefusal: deps.refusals.note,
    traces: deps.traces,
    codes: deps.codes,
    lookUp,
    limits,
    lines,
    verifications,
    clock,
    events,
    admit: createAdmit(run),
    addJob: jobs.add,
  });
  return {
    readFacts,
    lookUp,
    limits,
    lines,
    readVerification,
    actions: {
      readFacts,
      readVerification,
      findVerifications: createFindVerifications(run),
      requestVerification,
      takeOverJob: createTakeOverJob({ requestVerification, readFacts, countRefusal, clock }),
      ...createFindRefusals({ ...lines, ...limits, readFacts, lookUp, clock }),
    },
  };
}

type Requests = ReturnType<typeof createRequests>;

/** What places calls and sends texts, and finds those of which nobody knows. */
function createPlacing(
  deps: JourneyDeps,
  stores: Stores,
  {
    readFacts,
    lookUp,
    lines,
    escalate,
    messages,
  }: Pick<Requests, 'readFacts' | 'lookUp' | 'lines'> & { escalate: Escalate; messages: Messages },
) {
  const { providers, addresses, policyAt, pause, timeouts, isStopping, clock, events } = deps;
  const { verifications, attempts, lost } = stores;
  const noteCall = createNoteCall(deps.run);
  const roomForCall = createRoomForCall({
    countLive: verifications.countLive,
    most: deps.mostLive,
    isStopping,
    clock,
  });
  const shared = { timeouts, clock, events };
  const ofCall = { attempts, noteCall, providers, ...shared };
  const ofText = { ...deps, ...stores, messageOf: messages.sent, escalate };
  const ways = { call: createCallWay({ ...ofCall, addresses }), sms: createTextWay(ofText) };
  const placeAttempt = createPlaceAttempt({ ways, attempts, lines, policyAt, ...shared });
  const checkAgain = createCheckAgain({
    readFacts,
    lookUp,
    maySignIn: createMaySignIn({ ...stores, policyAt }),
  });
  const dial = createDial({ verifications, attempts, placeAttempt, lines, pause, ...shared });
  const findLost = (finder: FindLost, graceMs: number) =>
    createFindLostCall({
      ...{ verifications, attempts, lost, finder, checkAgain, dial, isStopping, graceMs },
      ...shared,
    });
  return {
    noteCall,
    placeCall: createPlaceCall({ verifications, checkAgain, dial, roomForCall, isStopping, clock }),
    sendText: createPlaceCall({
      ...{ verifications, checkAgain, dial, isStopping, clock },
      // A text that was sent keeps nobody busy.
      roomForCall: async () => true,
    }),
    findLostText: findLost(createFindTexts(ofText), Math.max(timeouts.dialGraceMs, TEXT_GRACE_MS)),
    placeUnseen: createPlaceUnseen({
      attempts,
      lines,
      placeAttempt,
      roomForCall,
      timeouts,
      isStopping,
      clock,
    }),
    findLostCall: findLost(createFindCalls(ofCall), timeouts.dialGraceMs),
  };
}

/** Before a text of which nobody knows is looked for, ms: another one must not be sent while it may still be taken. */
const TEXT_GRACE_MS = 60_000;

/** What watches calls, and what follows from their ends. */
function createEnding(
  deps: JourneyDeps,
  { verifications, attempts }: Stores,
  inBackground: (work: Promise<unknown>) => void,
) {
  const { providers, policyAt, writes, timeouts, clock, events } = deps;
  const passOn = createPassOn(deps);
  const completeAtOnce = createCompleteAtOnce({ ...deps, passOn, read: verifications.read });
  return {
    completeAtOnce,
    completeApproved: createCompleteApproved({
      ...{ completeAtOnce, inBackground },
      finishApproved: createFinishApproved(deps.run, writes),
    }),
    watchCall: createWatchCall({ verifications, attempts, providers, policyAt, timeouts, clock, events }),
    complete: createComplete({
      ...{ ...deps, passOn },
      finish: createFinishVerification(deps, writes),
      refuseApproved: verifications.refuseApproved,
    }),
  };
}

function createSweepOf(
  deps: JourneyDeps,
  { verifications }: Stores,
  { limits }: Pick<Requests, 'limits'>,
  advance: Advance,
) {
  const { run, jobs, sweep, clock, events, log } = deps;
  const findTollFraud = createFindTollFraud({ run, clock, events, log });
  return createSweep({
    run,
    verifications,
    repairJob: jobs.repair,
    advance,
    async clearUp() {
      await findTollFraud();
      await limits.forgetCounts();
      await deps.clearUp();
    },
    slackMs: sweep.slackMs,
    leaseMs: sweep.intervalMs / 2,
    clock,
    events,
    log,
  });
}
