// What the person has to do to approve, signing in, and reporting a call as fraud.
import type { Script } from '../../src/simulator/script.ts';
import { changePolicy, expectOutcome, REGISTER, showMethods, verify } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';

const PIN = '480715';

/** The scenarios by name. */
export const CHALLENGES: Record<string, Scenario> = {
  'number-match': {
    what: 'the screen shows two digits; a wrong number is typed first, then the right one',
    async play(demo) {
      await setChallenge(demo, 'numberMatch');
      const ended = await verify(demo, REGISTER, ({ challenge: { digits } }) => {
        demo.say(`screen    answer the call and type ${digits}`);
        demo.person(typing(digits === '11' ? '22#' : '11#', `${digits}#`));
      });
      expectOutcome(ended, 'approved');
      await showMethods(demo);
    },
  },
  pin: {
    what: 'the tenant set a PIN for the user, who types it',
    async play(demo) {
      await setChallenge(demo, 'pin');
      const refused = await demo.call('POST', '/v1/verifications', REGISTER);
      demo.say(`refused   without a PIN: ${refused.status}, ${refused.body.detail}`);
      await demo.call('PUT', `/v1/users/${REGISTER.userId}/profile`, { pin: PIN });
      demo.say('backend   PUT …/profile: the PIN is set, and never shown again');
      demo.person(typing(`${PIN}#`));
      expectOutcome(await verify(demo, REGISTER), 'approved');
      await showMethods(demo);
    },
  },
  'sign-in': {
    what: 'the phone is registered first; then it rings to sign in, and nothing else may be called',
    async play(demo) {
      demo.person('press-pound');
      expectOutcome(await verify(demo, REGISTER), 'approved');
      const { userId } = REGISTER;
      const refused = await demo.call('POST', '/v1/verifications', {
        userId,
        purpose: 'signIn',
        number: '+46812345679',
      });
      demo.say(`refused   to sign in with another number: ${refused.status}, ${refused.body.detail}`);
      expectOutcome(await verify(demo, { userId, purpose: 'signIn' }), 'approved');
      await showMethods(demo);
    },
  },
  fraud: {
    what: 'the registered phone rings for a sign-in that its user did not start, who presses 0 and #: the user is blocked',
    async play(demo) {
      demo.person('press-pound');
      expectOutcome(await verify(demo, REGISTER), 'approved');
      demo.person('fraud');
      const signIn = { userId: REGISTER.userId, purpose: 'signIn' };
      expectOutcome(await verify(demo, signIn), 'fraudReported');
      const { body: block } = await demo.call('GET', `/v1/users/${REGISTER.userId}/block`);
      if (!block.blocked) throw new Error('The user should be blocked after a report of fraud.');
      demo.say(`blocked   ${block.userId}, because of ${block.reason}`);
      const refused = await demo.call('POST', '/v1/verifications', REGISTER);
      demo.say(`refused   the next request: ${refused.status}, ${refused.body.detail}`);
      await showMethods(demo);
    },
  },
};

/** Somebody who picks up and types this, one text for each question. */
function typing(...texts: string[]): Script {
  return {
    pickUp: { kind: 'answer', afterMs: 4_000, by: 'human' },
    reactions: texts.map((press) => ({ on: 'promptEnd', afterMs: 1_000, press })),
  };
}

function setChallenge(demo: Demo, challenge: string): Promise<void> {
  return changePolicy(demo, { challenge }, `asks for the challenge ${challenge}`);
}
