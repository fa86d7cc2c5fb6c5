// A call takes the place of a text message that does not arrive.
import { changePolicy, REGISTER, showMethods } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';
import { expectStatus, MOBILE, readText, typeCode, until } from './texts.ts';

const BY_TEXT = {
  ...{ userId: REGISTER.userId, number: '070-123 45 67', country: 'SE', channel: 'sms', locale: 'sv-SE' },
};

/** Asks for a text. @returns the id of the verification */
async function ask({ call, say }: Demo, request: object): Promise<string> {
  say(`backend   POST /v1/verifications ${JSON.stringify(request)}`);
  const { status, body } = await call('POST', '/v1/verifications', request);
  expectStatus(status, 201);
  return body.id;
}

/** Waits until the call has approved it; throws when it was something else. */
async function approvedByCall({ call, say }: Demo, id: string): Promise<void> {
  const read = async () => (await call('GET', `/v1/verifications/${id}`)).body;
  await until('the verification ends', async () => (await read()).outcome !== null);
  const { channel, outcome, outcomeText } = await read();
  if (channel !== 'call' || outcome !== 'approved')
    throw new Error(`It ended as ${outcome} by ${channel}; this scenario ends as approved by call.`);
  say(`outcome   ${outcome} by call: ${outcomeText.forUser}`);
}

/** The person does not wait for the text, which comes late. */
async function askForCall(demo: Demo, id: string): Promise<void> {
  const path = `/v1/verifications/${id}/call-instead`;
  const early = await demo.call('POST', path);
  expectStatus(early.status, 429);
  const seconds = Number(early.headers.get('retry-after'));
  demo.say(`refused   429, ${early.body.detail} Retry-After: ${seconds} s`);
  const now = () => demo.service.simulator?.time.now() ?? 0;
  const due = now() + (seconds + 1) * 1000;
  await until('the text has had its time to arrive', () => now() > due);
  demo.say(`backend   POST ${path}`);
  expectStatus((await demo.call('POST', path)).status, 202);
}

/** The scenario by name. */
export const ESCALATION: Record<string, Scenario> = {
  escalation: {
    what: 'a text message does not arrive and a call follows in the same verification: by itself, then as the person asks',
    async play(demo) {
      const phone = demo.service.simulator?.desk;
      await changePolicy(
        demo,
        { textMessage: { escalation: { toCall: true } } },
        'lets a call follow a text message',
      );
      phone?.script(MOBILE, 'landline');
      await approvedByCall(demo, await ask(demo, BY_TEXT));
      phone?.script(MOBILE, 'press-pound');
      const id = await ask(demo, { userId: REGISTER.userId, purpose: 'signIn', channel: 'sms' });
      const code = await readText(demo, 1);
      await askForCall(demo, id);
      await typeCode(demo, id, code, 'approved');
      await approvedByCall(demo, id);
      await showMethods(demo);
    },
  },
};
