// The number of a mobile as user name, and two people with one number.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { changePolicy, REGISTER } from './backend.ts';
import type { Demo, Scenario } from './demo.ts';
import { expectStatus, registerMobile, until } from './texts.ts';

const [FIRST, SECOND] = [REGISTER.userId, 'u-2001'];
const CONTESTED = 'phoneMethod.smsSignInContested';

const allowSignIn = (demo: Demo) =>
  changePolicy(demo, { smsSignIn: { allowed: true } }, 'allows signing in with phone numbers');

async function showBanner({ call, say }: Demo, userId: string): Promise<void> {
  const { body } = await call('GET', `/v1/users/${userId}/sms-sign-in`);
  const offer = body.canBeEnabled ? `the page offers to sign in with ${body.phoneNumber}` : 'no offer';
  say(`banner    ${body.smsSignInState}: ${offer}`);
}

/** @returns the status of the answer */
async function change(
  { call, say }: Demo,
  userId: string,
  id: string,
  action: 'enable' | 'disable',
): Promise<number> {
  const path = `/v1/users/${userId}/phone-methods/${id}/${action}-sms-sign-in`;
  say(`backend   POST ${path}`);
  const { status, body } = await call('POST', path);
  say(status === 200 ? `state     ${body.smsSignInState}` : `refused   ${status}, ${body.detail}`);
  return status;
}

/** The tenant's own server, which is told what happens. */
async function listen(taken: { type: string; data: { userId: string } }[]): Promise<Server> {
  const server = createServer(async (request, response) => {
    taken.push(JSON.parse(await text(request)));
    response.writeHead(204).end();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return server;
}

async function twoPeople(demo: Demo, taken: { type: string; data: { userId: string } }[]): Promise<void> {
  await allowSignIn(demo);
  const first = await registerMobile(demo, FIRST);
  expectStatus(await change(demo, FIRST, first, 'enable'), 200);
  const second = await registerMobile(demo, SECOND, 2);
  expectStatus(await change(demo, SECOND, second, 'enable'), 409);
  await showBanner(demo, SECOND);
  const isContested = ({ type }: { type: string }) => type === CONTESTED;
  await until('the tenant is told', () => taken.some(isContested));
  const told = taken.find(isContested);
  demo.say(`webhook   ${told?.type} about ${told?.data.userId}: find out whose the number is`);
  expectStatus(await change(demo, FIRST, first, 'disable'), 200);
  expectStatus(await change(demo, SECOND, second, 'enable'), 200);
}

/** The scenarios by name. */
export const NUMBER_AS_USER_NAME: Record<string, Scenario> = {
  'enable-sign-in': {
    what: 'the number of a mobile becomes a user name, and is none any more',
    async play(demo) {
      await allowSignIn(demo);
      await showBanner(demo, FIRST);
      const id = await registerMobile(demo);
      await showBanner(demo, FIRST);
      expectStatus(await change(demo, FIRST, id, 'enable'), 200);
      await showBanner(demo, FIRST);
      expectStatus(await change(demo, FIRST, id, 'disable'), 200);
    },
  },
  'number-in-use': {
    what: 'two people have one number: the second is refused without being told who has it, and the tenant is told',
    settings: async () => ({ WEBHOOK_ALLOW_PRIVATE: 'true' }),
    async play(demo) {
      const taken: { type: string; data: { userId: string } }[] = [];
      const server = await listen(taken);
      const { port } = server.address() as AddressInfo;
      try {
        await demo.call('PUT', '/v1/webhook-endpoint', { url: `http://127.0.0.1:${port}/` });
        await twoPeople(demo, taken);
      } finally {
        server.close();
        server.closeAllConnections();
      }
    },
  },
};
