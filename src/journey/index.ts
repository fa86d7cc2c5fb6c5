import type { Events } from '../events.ts';
import type { Logger } from '../log.ts';
import { createBackground } from '../platform/background.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunStatement } from '../platform/database/run-statement.ts';
import type { PhoneNetwork } from '../providers/port.ts';
import { createAnswerCall } from './call/answer-call.ts';
import { createDial } from './call/dial.ts';
import { createFindLostCall } from './call/find-lost-call.ts';
import { createFollowCall } from './call/follow-call.ts';
import { createLines, type LineSettings } from './call/lines.ts';
import { type CallAddresses, createPlaceAttempt } from './call/place-attempt.ts';
import { createPlaceCall, createPlaceUnseen } from './call/place-call.ts';
import { createRecordDigits } from './call/record-digits.ts';
import { createSpeakNext } from './call/speak-next.ts';
import { createWatchCall } from './call/watch-call.ts';
import { createComplete } from './finish/complete.ts';
import { createAdvance, createAdvanceQueued, type Steps } from './job/advance.ts';
import { createRoomForCall } from './job/room-for-calls.ts';
import { createSweep } from './job/sweep.ts';
import type { VerificationJobs } from './job/verification-jobs.ts';
import { createWatchLive } from './job/watch-live.ts';
import type { CheckPin, CompletionWrites, Patience, PbxProfileOf, PolicyAt } from './ports.ts';
import { createCancelVerification } from './request/cancel-verification.ts';
import { createChooseLocale } from './request/choose-locale.ts';
import { createFindRefusals } from './request/find-refusals.ts';
import { createLimits } from './request/limits.ts';
import { createLookUp } from './request/look-up.ts';
import { createReadVerification } from './request/read-verification.ts';
import { createRequestVerification } from './request/request-verification.ts';
import { createTakeOverJob } from './request/take-over-job.ts';
import type { Channel } from './states.ts';
import { createAdmission } from './store/admission.ts';
import { createAnswerStore } from './store/answers.ts';
import { createAttemptStore } from './store/attempts.ts';
import { createNoteCall } from './store/call-notes.ts';
import { createFinishVerification } from './store/completion.ts';
import { createDialSlotStore } from './store/dial-slots.ts';
import { createReadFacts } from './store/facts.ts';
import { createLiveCallStore } from './store/live-calls.ts';
import { createLostCallStore } from './store/lost-calls.ts';
import type { Verification } from './store/rows.ts';
import { createVerificationStore } from './store/verifications.ts';

/** What the journey is made of. */
export interface JourneyDeps {
  run: RunStatement;
  jobs: Pick<VerificationJobs, 'add' | 'wake' | 'repair'>;
  network: PhoneNetwork;
  addresses: CallAddresses;
  prompts: { locales: string[]; resolveLocale(wanted: string): string | null };
  policyAt: PolicyAt;
  pbxProfileOf: PbxProfileOf;
  checkPin: CheckPin;
  writes: CompletionWrites;
  clearUp: () => Promise<number>;
  /** A hash under a key outside the database. */
  keyedHash: (text: string) => string;
  lines: LineSettings;
  /** How many verifications may be live at once before no more calls are placed. */
  mostLive: number;
  /** Waits, ms. */
  pause: (ms: number) => Promise<unknown>;
  patience: Patience;
  sweep: { slackMs: number; intervalMs: number };
  isStopping: () => boolean;
  clock: Clock;
  events: Events;
  log: Logger;
}

/** The journey, put together: what the REST API, the webhooks, the worker and the timers call. */
export type Journey = ReturnType<typeof createJourney>;

/**
 * The journey of a verification: which step leads on from each state, for each channel. What is requested becomes
 * `queued`; webhooks move a call on between these steps; `finished` is the end.
 */
export function createJourney(given: JourneyDeps) {
  const { stores, ...deps } = createParts(given);
  const { run } = given;
  const noteCall = createNoteCall(run);
  const placeAttempt = createPlaceAttempt({ ...given, attempts: stores.attempts, noteCall });
  const roomForCall = createRoomForCall({ countLive: stores.verifications.countLive, most: given.mostLive });
  const dial = createDial({ ...given, ...stores, lines: deps.lines, placeAttempt });
  const watchCall = createWatchCall({ ...given, ...stores });
  const complete = createComplete({
    ...given,
    finish: createFinishVerification(run),
    endBackendJob: given.jobs.wake,
  });
  const steps: Record<Channel, Steps> = {
    call: {
      queued: createPlaceCall({ ...given, ...stores, ...deps, dial, roomForCall }),
      dialing: createFindLostCall({ ...given, ...stores, noteCall, dial }),
      ringing: watchCall,
      answered: watchCall,
      decided: async (verification) => {
        await complete(verification);
        return 'moved';
      },
    },
  };
  const advance = createAdvance({ ...given, ...stores, stepsFor: ({ channel }) => steps[channel] });
  const placeUnseen = createPlaceUnseen({
    ...given,
    ...stores,
    lines: deps.lines,
    placeAttempt,
    roomForCall,
  });
  const background = createBackground((error) =>
    given.log.warn({ err: error }, 'a verification could not be moved on at once; it is looked at again'),
  );
  const completeNow = (verification: Verification) => background.run(complete(verification));
  const advanceNow = ({ id }: Verification) => background.run(advance(id));
  const speakNext = createSpeakNext(given);
  const readVerification = createReadVerification(stores);
  const requestVerification = createRequestVerification({
    ...given,
    ...stores,
    ...deps,
    addJob: given.jobs.add,
  });
  return {
    verifications: stores.verifications,
    readFacts: deps.readFacts,
    requestVerification,
    takeOverJob: createTakeOverJob({ ...given, readFacts: deps.readFacts, requestVerification }),
    findRefusals: createFindRefusals({ ...given, ...deps, reachedLimits: deps.limits.reachedLimits }),
    readVerification,
    cancelVerification: createCancelVerification({ ...given, ...stores, readVerification, completeNow }),
    answerCall: createAnswerCall({ ...given, ...stores, speakNext }),
    recordDigits: createRecordDigits({ ...given, ...stores, speakNext, completeNow }),
    followCall: createFollowCall({ ...given, ...stores, noteCall, advanceNow }),
    advance,
    advanceQueued: createAdvanceQueued({ placeUnseen, advance }),
    watchLive: createWatchLive({ ...given, ...stores, advance }),
    sweep: createSweep({
      ...given,
      ...stores,
      repairJob: given.jobs.repair,
      clearUp: async () => (await given.clearUp()) + (await deps.limits.forgetCounts()),
      slackMs: given.sweep.slackMs,
      leaseMs: given.sweep.intervalMs / 2,
    }),
    /** Resolves when nothing goes on in the background any more. */
    settled: background.settled,
  };
}

/** What steps share: the registry's statements, and what requests are understood with. */
function createParts({ run, prompts, clock, ...given }: JourneyDeps) {
  const stores = {
    verifications: createVerificationStore(run),
    attempts: createAttemptStore(run),
    calls: createLiveCallStore(run),
    answers: createAnswerStore(run),
    lost: createLostCallStore(run),
  };
  const chooseLocale = createChooseLocale(prompts);
  return {
    stores,
    readFacts: createReadFacts(run),
    admit: createAdmission(run),
    lookUp: createLookUp({ ...given, chooseLocale }),
    limits: createLimits({ ...given, run, clock }),
    lines: createLines({ settings: given.lines, slots: createDialSlotStore(run), clock }),
  };
}
