// A caller line that may start one call a second, and more requests than it can place in reasonable time.
import { setTimeout as pause } from 'node:timers/promises';
import type { Script } from '../../src/simulator/script.ts';
import { changePolicy } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';

const LONGEST_WAIT_S = 5;
/** More than the line can place in that time, also on a slow machine. */
const AT_ONCE = 8;

type Answered = Awaited<ReturnType<Demo['call']>>;

/** The scenarios by name. */
export const LINES: Record<string, Scenario> = {
  'too-busy': {
    what: 'the line starts one call a second, and 8 users ask at once: some wait, the others have to ask again',
    speed: 1,
    callsPerSecond: 1,
    async play(demo) {
      const { service, say } = demo;
      await changePolicy(
        demo,
        { patienceS: LONGEST_WAIT_S },
        `lets calls wait ${LONGEST_WAIT_S} s for the line`,
      );
      const finished = countFinished(demo);
      // All of them before the first call, as if they had come at the very same moment.
      await service.jobs.queue.pause();
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, (_, user) => ask(demo, user)));
      const accepted = answers.filter(({ status }) => status === 201);
      const refused = answers.find(({ status }) => status === 429);
      if (!refused) throw new Error('The line should have been too busy for some.');
      accepted.forEach((answer) => void say(`accepted  to be called in ${waitOf(answer)}`));
      say(`refused   the other ${AT_ONCE - accepted.length}: 429, ${refused.body.detail}`);
      const retryAfterS = Number(refused.headers.get('retry-after'));
      say(`refused   Retry-After: ${retryAfterS}`);
      await service.jobs.queue.resume();
      await finished.are(accepted.length);
      await pause(retryAfterS * 1000);
      const again = await ask(demo, AT_ONCE);
      if (again.status !== 201) throw new Error(`After that time it was refused again: ${again.body.detail}`);
      say(`accepted  another one, after that time: to be called in ${waitOf(again)}`);
      await finished.are(accepted.length + 1);
      say(`outcome   all ${accepted.length + 1} were called`);
    },
  },
};

/** Picks up soon and presses `#` without listening for long. */
const BRISK: Script = {
  pickUp: { kind: 'answer', afterMs: 1_000, by: 'human' },
  reactions: [{ on: 'prompt', afterMs: 500, press: '#' }],
};

/** Everybody has a phone of their own. */
function ask({ call, service }: Demo, user: number): Promise<Answered> {
  service.simulator?.desk.script(`+468123457${10 + user}`, BRISK);
  const request = { userId: `u-${user}`, country: 'SE', number: `08-12 34 57 ${10 + user}` };
  return call('POST', '/v1/verifications', request);
}

function waitOf({ body }: Answered): string {
  const waitMs = Date.parse(body.expectedCallAt) - Date.parse(body.createdAt);
  return `${(Math.max(0, waitMs) / 1000).toFixed(1)} s`;
}

function countFinished({ service: { events } }: Demo) {
  let count = 0;
  let look: () => void = () => undefined;
  events.listen((name) => {
    if (name !== 'verification.finished') return;
    count += 1;
    look();
  });
  return {
    /** Resolves when so many verifications are finished. */
    are: (wanted: number) =>
      new Promise<void>((resolve) => {
        look = () => {
          if (count >= wanted) resolve();
        };
        look();
      }),
  };
}
