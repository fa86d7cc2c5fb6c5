// Registrations of an office phone and how they may end, by what the desk phone does.
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import { REGISTER, showMethods, verify } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';

const ending = (behaviour: ScenarioName, what: string): Scenario => ({
  what,
  async play(demo) {
    demo.person(behaviour);
    const { id, outcome } = await verify(demo, REGISTER);
    if (outcome === 'approved') await revealTwice(demo, id);
    await showMethods(demo);
  },
});

/** The scenarios by name. */
export const ENDINGS: Record<string, Scenario> = {
  'press-pound': ending(
    'press-pound',
    'the person answers and presses #; the phone is registered and an app password issued (the default)',
  ),
  busy: ending('busy', 'the called line is busy'),
  'no-answer': ending('no-answer', 'the phone rings until the time limit'),
  voicemail: ending('voicemail', 'a voicemail answers'),
  'wrong-key': ending('wrong-key', 'three keys are pressed, none of them #'),
  'hang-up': ending('hang-up', 'the person answers and hangs up'),
  silence: ending('silence', 'the person answers and does nothing'),
};

async function revealTwice({ call, say }: Demo, id: string): Promise<void> {
  const first = await call('POST', `/v1/verifications/${id}/reveal-app-password`);
  say(`revealed  app password, shown once: ${first.body.appPassword}`);
  const second = await call('POST', `/v1/verifications/${id}/reveal-app-password`);
  say(`refused   the second reveal: ${second.status}, ${second.body.detail}`);
}
