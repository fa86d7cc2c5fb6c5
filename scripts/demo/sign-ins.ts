// Somebody signs in with the number of their mobile, and somebody else tries a number that is nobody's.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { changePolicy, REGISTER } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';
import { idOf, readText, requestText, typeCode } from './texts.ts';

const USER = REGISTER.userId;
const NONCE = 'n-of-this-browser';
const NOBODYS = '070-765 43 21';

/** Asks for a sign-in and shows all that the backend is told. */
async function ask({ call, say }: Demo, number: string) {
  const request = { number, country: 'SE', nonce: NONCE };
  say(`backend   POST /v1/sign-ins ${JSON.stringify(request)}`);
  const { status, body } = await call('POST', '/v1/sign-ins', request);
  if (status !== 201) throw new Error(`The sign-in was refused: ${status}, ${body.detail}`);
  say(`answered  ${body.status}, and nothing about the number`);
  return body;
}

async function enable(demo: Demo): Promise<void> {
  await changePolicy(demo, { smsSignIn: { allowed: true } }, 'lets people sign in with their numbers');
  const { id, code } = await requestText(demo);
  await typeCode(demo, id, code, 'approved');
  const path = `/v1/users/${USER}/phone-methods/${await idOf(demo, 'mobile')}/enable-sms-sign-in`;
  const { status, body } = await demo.call('POST', path);
  if (status !== 200) throw new Error(`The number was not enabled: ${status}, ${body.detail}`);
  demo.say('enabled   the number as user name');
}

/** As the backend does: with the public keys only. */
async function verify({ service, say }: Demo, assertion: string): Promise<void> {
  const keys = createRemoteJWKSet(new URL(`${service.url}/.well-known/jwks.json`));
  const { payload } = await jwtVerify(assertion, keys, { clockTolerance: 3_600 });
  if (payload.nonce !== NONCE) throw new Error('The assertion has another nonce.');
  say(`verified  the assertion by the key set: it names ${payload.sub}`);
}

/** The scenarios by name. */
export const SIGN_INS: Record<string, Scenario> = {
  'sign-in-by-number': {
    what: "somebody signs in with the number of their mobile; a number that is nobody's looks the same",
    async play(demo) {
      await enable(demo);
      const known = await ask(demo, '070-123 45 67');
      const code = await readText(demo, 2);
      const { status, body } = await demo.call('POST', `/v1/sign-ins/${known.id}/check`, { code });
      if (status !== 200) throw new Error(`The code was refused: ${status}, ${body.detail}`);
      demo.say(`answered  ${body.status}, with an assertion and a token for this device`);
      await verify(demo, body.assertion);
      const unknown = await ask(demo, NOBODYS);
      const areAlike = Object.keys(unknown).join() === Object.keys(known).join();
      if (!areAlike) throw new Error('The answers tell the numbers apart.');
      demo.say('compared  both answers look alike');
      const wrong = await demo.call('POST', `/v1/sign-ins/${unknown.id}/check`, { code: '123456' });
      demo.say(`refused   ${wrong.status}, ${wrong.body.detail}`);
    },
  },
};
