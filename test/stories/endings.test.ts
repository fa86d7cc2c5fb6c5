import { expect, test } from 'vitest';
import { OUTCOMES, type Outcome } from '../../src/journey/outcomes.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { describeWorlds } from '../support/open-worlds.ts';

const ENDINGS: [ScenarioName, Outcome][] = [
  ['press-pound', 'approved'],
  ['wrong-then-pound', 'approved'],
  ['slow', 'approved'],
  ['busy', 'busy'],
  ['no-answer', 'noAnswer'],
  ['voicemail', 'voicemail'],
  ['wrong-key', 'wrongDigits'],
  ['hang-up', 'hungUp'],
  ['silence', 'noInput'],
  ['unreachable', 'unreachable'],
];

describeWorlds('how a verification ends', ({ world }) => {
  test.each(ENDINGS)('a desk phone that does "%s" ends it as %s', async (scenario, outcome) => {
    const verification = await world.story(scenario);
    expect(verification).toMatchObject({ state: 'finished', outcome, outcomeText: OUTCOMES[outcome] });
    expect(world.simulator.createdPerNumber()[verification.number.e164]).toBe(1);
  });

  test('an approved one registers the office phone and issues an app password that is revealed once', async () => {
    const { id, userId, number } = await world.story('press-pound');
    const methods = await world.api('GET', `/v1/users/${userId}/phone-methods`);
    expect(methods.body.value).toMatchObject([
      { phoneType: 'office', phoneNumber: `+46 ${number.e164.slice(3)}`, smsSignInState: 'notSupported' },
    ]);
    const first = await world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
    expect(first).toMatchObject({
      status: 200,
      body: { appPassword: expect.stringMatching(/^([a-z]{4} ){3}[a-z]{4}$/) },
    });
    const second = await world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
    expect(second).toMatchObject({ status: 410, body: { code: 'appPassword.alreadyRevealed' } });
  });

  test.each(['busy', 'wrong-key', 'voicemail'] as const)(
    'one that ends with "%s" leaves no phone and no password',
    async (scenario) => {
      const { id, userId } = await world.story(scenario);
      expect((await world.api('GET', `/v1/users/${userId}/phone-methods`)).body.value).toEqual([]);
      const reveal = await world.api('POST', `/v1/verifications/${id}/reveal-app-password`);
      expect(reveal).toMatchObject({ status: 404, body: { code: 'appPassword.notFound' } });
    },
  );

  test('the person hears who calls and what to press, in the language of the country', async () => {
    const { number, locale } = await world.story('press-pound');
    expect(locale).toBe('sv-SE');
    const call = world.simulator.calls().find((each) => each.to === number.e164);
    const heard = call?.transcript.flatMap((line) => ('text' in line ? [line.text] : []));
    expect(heard?.[0]).toMatch(/contoso AB.*fyrkant/);
    expect(heard).toHaveLength(2);
  });
});
