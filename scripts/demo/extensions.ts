// A phone behind a switchboard: its PBX profile is set, the extension is tested, then the phone is registered.
import { expectOutcome, REGISTER, showMethods, verify } from './backend.ts';
import type { Scenario } from './demo.ts';

const NUMBER = '08-12 34 56 78 ankn. 1234';
const PROFILE = { number: '08-12 34 56 78', country: 'SE', pauseBeforeS: 2, pauseAfterS: 1 };

/** The scenarios by name. */
export const EXTENSIONS: Record<string, Scenario> = {
  extension: {
    what: 'a switchboard answers and puts extension 1234 through; first a test, then the registration',
    async play(demo) {
      const { call, say } = demo;
      demo.person('pbx');
      await call('PUT', '/v1/pbx-profiles', PROFILE);
      say(`backend   PUT /v1/pbx-profiles ${JSON.stringify(PROFILE)}`);
      const request = { ...REGISTER, number: NUMBER };
      const tested = await verify(demo, { ...request, purpose: 'testExtension' });
      say(`progress  the test came as far as ${tested.progress}`);
      expectOutcome(tested, 'approved');
      await showMethods(demo);
      expectOutcome(await verify(demo, request), 'approved');
      await showMethods(demo);
    },
  },
};
