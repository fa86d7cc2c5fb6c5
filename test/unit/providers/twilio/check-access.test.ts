// Finding out whether the network answers and takes our credentials.
import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { checkAccessWithoutPackage } from '../../../../src/providers/twilio/check-access.ts';
import {
  ACCESS,
  CALLS_PATH,
  closeNetwork,
  errorBody,
  network,
  openNetwork,
  TOKEN,
  TWILIO,
} from './support.ts';

beforeEach(closeNetwork);
afterEach(openNetwork);

const asked = () => nock(TWILIO).get(CALLS_PATH).query({ PageSize: '1' });
const page = { calls: [], next_page_uri: null, page: 0, page_size: 1, uri: `${CALLS_PATH}?PageSize=1` };

const WAYS = [
  ['by the package', () => network().checkAccess()],
  ['without it', () => checkAccessWithoutPackage({ ...ACCESS, apiBaseUrl: TWILIO })],
] as const;

describe.each(WAYS)('access, asked %s,', (_, check) => {
  test('is granted when one call can be listed, or none', async () => {
    asked().reply(200, page);
    expect(await check()).toEqual({ access: 'granted' });
  });

  test.each([
    [401, errorBody(20003, 401), '20003'],
    [403, errorBody(20403, 403), '20403'],
    [404, errorBody(20404, 404), '20404'],
    [401, 'go away', '401'],
  ])('is refused when the network answers HTTP %i', async (status, body, errorCode) => {
    asked().reply(status, body);
    expect(await check()).toMatchObject({ access: 'refused', errorCode });
  });

  test.each([
    [429, errorBody(20429, 429), '20429'],
    [500, 'oops', '500'],
    [503, errorBody(20503, 503), '20503'],
  ])('leaves it open when the network answers HTTP %i', async (status, body, errorCode) => {
    asked().reply(status, body);
    expect(await check()).toMatchObject({ access: 'unreachable', errorCode });
  });

  test('leaves it open when there is no answer, or one that makes no sense', async () => {
    asked().replyWithError(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
    expect(await check()).toMatchObject({ access: 'unreachable', errorCode: 'ECONNRESET' });
    asked().reply(200, '<html>hotel wifi</html>');
    expect(await check()).toMatchObject({ access: 'unreachable', errorCode: 'badAnswer' });
  });

  test('says nothing secret', async () => {
    asked().reply(401, errorBody(20003, 401));
    const told = JSON.stringify(await check());
    expect(told).toContain('Check the account, its credentials');
    expect(told).not.toContain(TOKEN);
  });
});
