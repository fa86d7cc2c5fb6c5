import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { Claims } from '../../../src/assertions/claims.ts';
import { readAssertion } from '../../../src/assertions/read-assertion.ts';
import { sign } from '../../../src/assertions/sign.ts';
import { createVerifyAssertion } from '../../../src/client.ts';
import { newSigningRingText, parseSigningRing } from '../../../src/platform/secrets/signing-ring.ts';

const [oldKey, newKey] = [newSigningRingText(), newSigningRingText()];
const ring = parseSigningRing(oldKey);
const ISSUED = 1_795_251_600;
const issuer = 'https://mfa.example';
const claims: Claims = {
  ...{ iss: issuer, aud: 'contoso', sub: 'u-1', tenant: 'contoso', nonce: 'n', amr: ['tel'] },
  ...{ auth_time: ISSUED - 10, iat: ISSUED, exp: ISSUED + 120, phone_verified_at: ISSUED - 1000 },
  jti: '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c',
};
const expected = { issuer, tenantId: 'contoso', audience: 'contoso', nonce: 'n' };
const at = (seconds: number) => new Date((ISSUED + seconds) * 1000);

/** What the service says, and what the client says of the same assertion: `ok`, or why not. */
async function verdicts(assertion: string, { seconds = 0, by = ring } = {}): Promise<[string, string]> {
  const said = await readAssertion(by, assertion, expected, at(seconds)).then(
    () => 'ok',
    (error) => error.code,
  );
  const verifyAssertion = createVerifyAssertion({
    ...{ issuer, audience: 'contoso', tenantId: 'contoso', now: () => at(seconds).getTime() },
    fetch: async () => Response.json({ keys: by.keys.map(({ published }) => published) }),
  });
  const found = await verifyAssertion(assertion, 'n').then(
    () => 'ok',
    (error) => /refused: (.+?)\. Do not/.exec(error.message)?.[1] ?? String(error),
  );
  return [said, found];
}

describe('an assertion', () => {
  it.each([
    [-45, 'ok', 'ok'],
    [-200, 'assertion.expired', 'it was issued in the future; check the clock of this machine'],
    [120 + 45, 'ok', 'ok'],
    [120 + 59, 'ok', 'ok'],
    [120 + 61, 'assertion.expired', 'its two minutes are over'],
    [200, 'assertion.expired', 'its two minutes are over'],
  ])('%i s after it was issued: %s', async (seconds, service, client) => {
    expect(await verdicts(await sign(ring, claims), { seconds })).toEqual([service, client]);
  });

  it('is read with any key of the ring', async () => {
    const assertion = await sign(ring, claims);
    const moved = parseSigningRing(`${newKey},${oldKey}`);
    expect(await verdicts(assertion, { by: moved })).toEqual(['ok', 'ok']);
    expect(await verdicts(await sign(moved, claims), { by: moved })).toEqual(['ok', 'ok']);
    const removed = await verdicts(assertion, { by: parseSigningRing(newKey) });
    expect(removed).toEqual(['assertion.invalid', 'no published key has signed it']);
  });

  it.each<[what: string, change: Partial<Record<keyof Claims, unknown>>, client: string]>([
    ['another issuer', { iss: 'https://evil.example' }, 'another issuer has signed it'],
    ['another audience', { aud: 'fabrikam' }, 'it is meant for another audience'],
    ['two audiences', { aud: ['contoso', 'fabrikam'] }, 'it is meant for another audience'],
    ['another tenant', { tenant: 'fabrikam' }, 'it is about another tenant'],
    ['another nonce', { nonce: 'm' }, 'it was asked for with another nonce'],
    ['no nonce', { nonce: undefined }, 'it was asked for with another nonce'],
    ['no end', { exp: undefined }, 'its two minutes are over'],
  ])('with %s is refused although its signature is right', async (_what, change, client) => {
    const assertion = await sign(ring, { ...claims, ...change } as Claims);
    expect(await verdicts(assertion)).toEqual(['assertion.invalid', client]);
  });

  it.each([
    ['another type', { typ: 'at+jwt' }],
    ['no type', {}],
  ])('with %s is refused', async (_what, header) => {
    const { kid, privateKey } = ring.current;
    const assertion = await new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'ES256', kid, ...header })
      .sign(privateKey);
    expect(await verdicts(assertion)).toEqual(['assertion.invalid', 'no published key has signed it']);
  });

  it.each(['', 'x', 'a.b', 'e30.e30.', 'bnVsbA.bnVsbA.AA', `${'.'.repeat(9)}`])(
    'is not what cannot be read: "%s"',
    async (text) => {
      const [service, client] = await verdicts(text);
      expect(service).toBe('assertion.invalid');
      expect(client).toMatch(/no signed JWT|no published key/);
    },
  );
});

describe('the client', () => {
  const moment = { seconds: 0 };
  let asked: string[] = [];
  let published = ring;
  const options = {
    ...{ issuer: `${issuer}/`, audience: 'contoso', now: () => at(moment.seconds).getTime() },
    fetch: (async (address: string) => {
      asked.push(address);
      return Response.json({ keys: published.keys.map((key) => key.published) });
    }) as unknown as typeof fetch,
  };
  const assertionOf = (by = ring, n = 1) =>
    sign(by, { ...claims, iss: options.issuer, jti: `6f1c4ad2-6a3b-4c5e-9e63-${`${n}`.padStart(12, '0')}` });

  it('keeps the keys for five minutes, and looks again, now and then, for one that it does not know', async () => {
    asked = [];
    const verifyAssertion = createVerifyAssertion(options);
    await verifyAssertion(await assertionOf(ring, 1), 'n');
    await verifyAssertion(await assertionOf(ring, 2), 'n');
    expect(asked).toEqual([`${issuer}/.well-known/jwks.json`]);
    const moved = parseSigningRing(`${newKey},${oldKey}`);
    published = moved;
    await expect(verifyAssertion(await assertionOf(moved, 3), 'n')).rejects.toThrow('no published key');
    moment.seconds = 11;
    await verifyAssertion(await assertionOf(moved, 4), 'n');
    const stranger = parseSigningRing(newSigningRingText());
    for (let n = 5; n < 30; n += 1)
      await expect(verifyAssertion(await assertionOf(stranger, n), 'n')).rejects.toThrow('no published key');
    expect(asked).toHaveLength(2);
  });

  it('takes one of many uses at once, and remembers it for longer than it could be taken', async () => {
    moment.seconds = 0;
    const verifyAssertion = createVerifyAssertion(options);
    const assertion = await assertionOf();
    const uses = await Promise.allSettled(Array.from({ length: 200 }, () => verifyAssertion(assertion, 'n')));
    expect(uses.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    moment.seconds = 170;
    await expect(verifyAssertion(assertion, 'n')).rejects.toThrow('it was used before');
  });

  it('asks the memory that it is given', async () => {
    moment.seconds = 0;
    const noted: [string, Date][] = [];
    const remember = async (id: string, until: Date) => noted.push([id, until]) === 1;
    const verifyAssertion = createVerifyAssertion({ ...options, remember });
    const verified = await verifyAssertion(await assertionOf(), 'n');
    await expect(verifyAssertion(await assertionOf(), 'n')).rejects.toThrow('it was used before');
    expect(noted[0]?.[0]).toBe(verified.assertionId);
    expect(noted[0]?.[1].getTime()).toBeGreaterThan(at(180).getTime());
  });

  it('says where there are no keys, and asks again the next time', async () => {
    let answers = [new Response('<html>', { status: 502 })];
    const verifyAssertion = createVerifyAssertion({
      ...options,
      fetch: async (address) => answers.pop() ?? options.fetch(address),
    });
    published = ring;
    await expect(verifyAssertion(await assertionOf(), 'n')).rejects.toThrow(
      `There are no keys at ${issuer}/.well-known/jwks.json (status 502)`,
    );
    answers = [];
    expect(await verifyAssertion(await assertionOf(), 'n')).toMatchObject({ userId: 'u-1' });
  });
});
