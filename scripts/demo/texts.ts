// A mobile phone that is verified by text message, and what may be done with phones.
import { setTimeout as pause } from 'node:timers/promises';
import { expectOutcome, REGISTER, showMethods, verify } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';

const USER = REGISTER.userId;
/** The mobile of the demo, E.164. */
export const MOBILE = '+46701234567';
const BY_TEXT = { userId: USER, number: '070-123 45 67', country: 'SE', channel: 'sms', locale: 'sv-SE' };

/** Between two looks at something that happens in the background, ms. */
const LOOK_MS = 50;
/** How often it is looked at before the scenario fails. */
const MOST_LOOKS = 1_200;

/** Waits until something is so; throws when it takes too long. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    if (await isSo()) return;
    await pause(LOOK_MS);
  }
  throw new Error(`This did not happen in time: ${what}.`);
}

const textsOnPhone = ({ service }: Demo) =>
  (service.simulator?.texts() ?? []).filter(({ to, receivedAt }) => to === MOBILE && receivedAt !== null);

/** Waits for a text, the `count`-th, and reads its code, as a person does. */
export async function readText(demo: Demo, count: number): Promise<string> {
  await until('a text message arrives', () => textsOnPhone(demo).length >= count);
  const text = textsOnPhone(demo).at(-1);
  demo.say(`text      "${text?.body.replaceAll('\n', ' ')}" from ${text?.from}`);
  return /\b\d{6}\b/.exec(text?.body ?? '')?.[0] ?? '';
}

/** Has a text sent to register the mobile, and reads its code. @param count how many texts the mobile has got then */
export async function requestText(
  demo: Demo,
  userId = USER,
  count = 1,
): Promise<{ id: string; code: string }> {
  const { call, say } = demo;
  const request = { ...BY_TEXT, userId };
  say(`backend   POST /v1/verifications ${JSON.stringify(request)}`);
  const { status, body } = await call('POST', '/v1/verifications', request);
  if (status !== 201) throw new Error(`The request was refused: ${status}, ${body.detail}`);
  const code = await readText(demo, count);
  await until('the text is noted as sent', async () => {
    const { body: now } = await call('GET', `/v1/verifications/${body.id}`);
    return ['sent', 'delivered'].includes(now.progress);
  });
  return { id: body.id, code };
}

/** Types a code, and shows what comes of it; throws when it is approved as something else. */
export async function typeCode(
  { call, say }: Demo,
  id: string,
  code: string,
  expected: string,
): Promise<void> {
  say(`typed     ${code}`);
  const { status, body } = await call('POST', `/v1/verifications/${id}/check`, { code });
  if (status !== 200) return say(`refused   ${status}, ${body.detail}`);
  expectOutcome(body, expected);
  say(`outcome   ${body.outcome}: ${body.outcomeText.forUser}`);
}

/**
 * A user registers the mobile of the demo by text message.
 * @param count how many texts the mobile has got then
 * @returns the id of the phone
 */
export async function registerMobile(demo: Demo, userId = USER, count = 1): Promise<string> {
  const { id, code } = await requestText(demo, userId, count);
  await typeCode(demo, id, code, 'approved');
  return idOf(demo, 'mobile', userId);
}

const another = (code: string) => String((Number(code) + 1) % 1_000_000).padStart(6, '0');

/** The id of the user's phone of a type. */
export async function idOf({ call }: Demo, phoneType: string, userId = USER): Promise<string> {
  const { body } = await call('GET', `/v1/users/${userId}/phone-methods`);
  const method = body.value.find((each) => each.phoneType === phoneType);
  if (!method) throw new Error(`The user has no ${phoneType} phone; this scenario has registered one.`);
  return method.id;
}

async function remove(demo: Demo, phoneType: string): Promise<number> {
  const path = `/v1/users/${USER}/phone-methods/${await idOf(demo, phoneType)}`;
  demo.say(`backend   DELETE ${path}`);
  const { status, body } = await demo.call('DELETE', path);
  demo.say(status === 200 ? `removed   the ${phoneType} phone` : `refused   ${status}, ${body.detail}`);
  return status;
}

/** Throws unless an answer has this status. */
export function expectStatus(status: number, expected: number): void {
  if (status !== expected) throw new Error(`The answer was ${status}; this scenario expects ${expected}.`);
}

/** The scenarios by name. */
export const TEXTS: Record<string, Scenario> = {
  text: {
    what: 'a mobile phone is registered by text message: a wrong code, then the right one',
    async play(demo) {
      const { id, code } = await requestText(demo);
      await typeCode(demo, id, another(code), 'approved');
      await typeCode(demo, id, code, 'approved');
      await showMethods(demo);
    },
  },
  resend: {
    what: 'a text message is sent again: too soon, then after 30 s, with the same code',
    async play(demo) {
      const { id, code } = await requestText(demo);
      const path = `/v1/verifications/${id}/resend`;
      const early = await demo.call('POST', path);
      demo.say(`refused   ${early.status}, Retry-After: ${early.headers.get('retry-after')} s`);
      const [first] = textsOnPhone(demo);
      const now = () => demo.service.simulator?.time.now() ?? 0;
      await until('30 s pass', () => now() > (first?.createdAt ?? 0) + 31_000);
      expectStatus((await demo.call('POST', path)).status, 202);
      const again = await readText(demo, 2);
      demo.say(`compared  the code of both texts is ${again === code ? 'the same' : 'NOT the same'}`);
      await typeCode(demo, id, code, 'approved');
    },
  },
  remove: {
    what: 'a registered phone is removed, and the app passwords with it',
    async play(demo) {
      const { id, code } = await requestText(demo);
      await typeCode(demo, id, code, 'approved');
      expectStatus(await remove(demo, 'mobile'), 200);
      await showMethods(demo);
    },
  },
  'default-cannot-go': {
    what: 'the default phone cannot be removed before another one is the default',
    async play(demo) {
      demo.person('press-pound');
      expectOutcome(await verify(demo, REGISTER), 'approved');
      const { id, code } = await requestText(demo);
      await typeCode(demo, id, code, 'approved');
      expectStatus(await remove(demo, 'office'), 409);
      const path = `/v1/users/${USER}/phone-methods/${await idOf(demo, 'mobile')}/set-default`;
      demo.say(`backend   POST ${path}`);
      const { status } = await demo.call('POST', path);
      if (status >= 300) throw new Error(`The default was not changed: ${status}.`);
      expectStatus(await remove(demo, 'office'), 200);
      await showMethods(demo);
    },
  },
};
