import { randomBytes, randomUUID } from 'node:crypto';
import { PGlite } from '@electric-sql/pglite';
import { CamelCasePlugin, Kysely, PGliteDialect } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEmptyExpiredSeals } from '../../../src/app-passwords/empty-expired-seals.ts';
import { generateAppPassword, groupInFours } from '../../../src/app-passwords/generate.ts';
import { createAppPasswordMaker } from '../../../src/app-passwords/new-app-password.ts';
import { createReveal } from '../../../src/app-passwords/reveal.ts';
import { ServiceError } from '../../../src/errors.ts';
import { createReadPhoneMethods } from '../../../src/phone-methods/list.ts';
import { runIn } from '../../../src/platform/database/run-statement.ts';
import { hmacWith, newKeyRingText, parseKeyRing } from '../../../src/platform/secrets/key-ring.ts';
import { MIGRATIONS } from '../../../src/registry/migrations.ts';
import type { Registry } from '../../../src/registry/schema.ts';

const START = new Date('2026-11-21T09:00:00.000Z');
const TEN_MINUTES = 10 * 60_000;
const moving = { at: START, now: () => moving.at };
const inMs = (ms: number) => new Date(START.getTime() + ms);

const hashKeys = parseKeyRing(newKeyRingText());
const sealKeys = parseKeyRing(newKeyRingText());
const make = createAppPasswordMaker({ hashKeys, sealKeys, clock: moving });

const dialect = new PGliteDialect({ pglite: new PGlite() });
const db = new Kysely<Registry>({ dialect, plugins: [new CamelCasePlugin()] });
const emitted: unknown[] = [];
const reveal = createReveal({
  db,
  sealKeys,
  clock: moving,
  events: { emit: (name, event) => void emitted.push([name, event]) },
});

beforeAll(async () => {
  for (const { up } of Object.values(MIGRATIONS)) await up(new Kysely<unknown>({ dialect }));
  for (const id of ['contoso', 'fabrikam']) {
    await db.insertInto('tenant').values({ id, name: id, policy: '{}', createdAt: START }).execute();
  }
});
afterAll(() => db.destroy());

/** A finished verification of a tenant; returns its id. */
async function finishedVerification(tenantId = 'contoso'): Promise<string> {
  const id = randomUUID();
  const facts = {
    purpose: 'register',
    channel: 'call',
    phoneType: 'office',
    phoneNumber: '+46812345678',
    country: 'SE',
  };
  const end = { state: 'finished', outcome: 'approved', wakeAt: START, createdAt: START, expiresAt: START };
  await db
    .insertInto('verification')
    .values({ id, tenantId, userId: 'u1', locale: 'sv-SE', ...facts, ...end })
    .execute();
  return id;
}

/** A finished verification with an app password made at START. */
async function issued(tenantId = 'contoso') {
  moving.at = START;
  const verificationId = await finishedVerification(tenantId);
  const row = make({ length: 16, verificationId });
  await db
    .insertInto('appPassword')
    .values({ ...row, tenantId, userId: 'u1', name: 'Office phone', verificationId, createdAt: START })
    .execute();
  return { tenantId, verificationId, row };
}

const sealedOf = (id: string) =>
  db.selectFrom('appPassword').select('sealed').where('id', '=', id).executeTakeFirstOrThrow();

const codeOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof ServiceError ? [error.code, error.status] : error;
};

describe('a generated app password', () => {
  it.each([16, 17, 20, 64])('has %d lower-case letters when asked for', (length) => {
    expect(generateAppPassword(length)).toMatch(new RegExp(`^[a-z]{${length}}$`));
  });

  it('has sixteen letters when nothing is asked for', () => {
    expect(generateAppPassword()).toMatch(/^[a-z]{16}$/);
  });

  it.each([15, 0, -1, 16.5, Number.NaN, Number.POSITIVE_INFINITY])('is refused with %d letters', (length) => {
    expect(() => generateAppPassword(length)).toThrow(RangeError);
  });

  it('favours no letter', () => {
    const counts = new Map<string, number>();
    const letters = Array.from({ length: 10_000 }, () => generateAppPassword()).join('');
    for (const letter of letters) counts.set(letter, (counts.get(letter) ?? 0) + 1);
    const expected = letters.length / 26;
    const chiSquare = [...counts.values()].reduce(
      (sum, count) => sum + (count - expected) ** 2 / expected,
      0,
    );
    expect(counts.size).toBe(26);
    // 25 degrees of freedom: above 100 once in 10^10 runs; a byte modulo 26 gives about 240.
    expect(chiSquare).toBeLessThan(100);
  });

  it('is another one each time', () => {
    expect(new Set(Array.from({ length: 1000 }, () => generateAppPassword())).size).toBe(1000);
  });

  it.each([
    ['abcdefghijklmnop', 'abcd efgh ijkl mnop'],
    ['abcdefghijklmnopqr', 'abcd efgh ijkl mnop qr'],
    ['', ''],
  ])('%s is shown as "%s"', (appPassword, shown) => {
    expect(groupInFours(appPassword)).toBe(shown);
  });
});

describe('what is stored of an app password', () => {
  it('is a hash, a seal for ten minutes and nothing to read it from', async () => {
    const { row, ...wanted } = await issued();
    const { appPassword } = await reveal(wanted);
    const clear = appPassword.replaceAll(' ', '');
    expect(row.hash).toBe(hmacWith(hashKeys, row.hashKeyId, clear));
    expect(row.sealedUntil).toEqual(inMs(TEN_MINUTES));
    expect(JSON.stringify(row)).not.toContain(clear);
    expect(Object.keys(row).sort()).toEqual(['hash', 'hashKeyId', 'id', 'sealed', 'sealedUntil']);
  });

  it('has the length that the policy wants', async () => {
    const verificationId = await finishedVerification();
    expect(() => make({ length: 8, verificationId })).toThrow(RangeError);
    const [short, long] = [make({ length: 16, verificationId }), make({ length: 64, verificationId })];
    expect(long.sealed.length - short.sealed.length).toBe((48 * 4) / 3);
  });
});

describe('revealing', () => {
  it('shows the app password in groups of four and empties the seal', async () => {
    const { row, ...wanted } = await issued();
    const revealed = await reveal(wanted);
    expect(revealed).toEqual({
      appPasswordId: row.id,
      appPassword: expect.stringMatching(/^([a-z]{4} ){3}[a-z]{4}$/),
    });
    expect(await sealedOf(row.id)).toEqual({ sealed: null });
  });

  it('is an event without the app password', async () => {
    const { row, ...wanted } = await issued();
    emitted.length = 0;
    await reveal(wanted);
    await codeOf(reveal(wanted));
    expect(emitted).toEqual([['appPassword.revealed', { ...wanted, appPasswordId: row.id }]]);
  });

  it('happens once', async () => {
    const { row, ...wanted } = await issued();
    await reveal(wanted);
    expect(await codeOf(reveal(wanted))).toEqual(['appPassword.alreadyRevealed', 410]);
  });

  it('happens once when several ask at the same moment', async () => {
    const { row, ...wanted } = await issued();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () =>
        reveal(wanted).then(
          () => 'shown',
          (error: unknown) => (error instanceof ServiceError ? error.code : error),
        ),
      ),
    );
    expect(answers.sort()).toEqual([
      ...Array.from({ length: 7 }, () => 'appPassword.alreadyRevealed'),
      'shown',
    ]);
  });

  it('leaves the app passwords of others sealed', async () => {
    const [first, second] = [await issued(), await issued()];
    await reveal({ tenantId: first.tenantId, verificationId: first.verificationId });
    expect(await sealedOf(second.row.id)).toEqual({ sealed: second.row.sealed });
  });

  it('is possible until ten minutes have passed', async () => {
    const { row, ...wanted } = await issued();
    moving.at = inMs(TEN_MINUTES);
    expect(await codeOf(reveal(wanted))).toEqual(['appPassword.alreadyRevealed', 410]);
    moving.at = inMs(TEN_MINUTES - 1);
    expect((await reveal(wanted)).appPasswordId).toBe(row.id);
  });

  it('is refused once the app password is revoked', async () => {
    const { row, ...wanted } = await issued();
    await db.updateTable('appPassword').set({ revokedAt: START }).where('id', '=', row.id).execute();
    expect(await codeOf(reveal(wanted))).toEqual(['appPassword.alreadyRevealed', 410]);
  });

  it('says so when the verification has no app password', async () => {
    const verificationId = await finishedVerification();
    expect(await codeOf(reveal({ tenantId: 'contoso', verificationId }))).toEqual([
      'appPassword.notFound',
      404,
    ]);
  });

  it.each([randomUUID(), 'nonsense', ''])('finds no verification %j', async (verificationId) => {
    expect(await codeOf(reveal({ tenantId: 'contoso', verificationId }))).toEqual([
      'verification.notFound',
      404,
    ]);
  });

  it("answers about another tenant's verification as if it did not exist, and leaves it alone", async () => {
    const { row, verificationId } = await issued('fabrikam');
    expect(await codeOf(reveal({ tenantId: 'contoso', verificationId }))).toEqual([
      'verification.notFound',
      404,
    ]);
    expect(await sealedOf(row.id)).toEqual({ sealed: row.sealed });
  });

  it('does not open a seal that was moved from another verification', async () => {
    const [first, second] = [await issued(), await issued()];
    await db
      .updateTable('appPassword')
      .set({ sealed: first.row.sealed })
      .where('id', '=', second.row.id)
      .execute();
    const stolen = reveal({ tenantId: second.tenantId, verificationId: second.verificationId });
    expect(await codeOf(stolen)).toEqual(['service.internal', 500]);
  });

  it('says that the key is gone, and no more', async () => {
    const { row, ...wanted } = await issued();
    const other = parseKeyRing(`other:${randomBytes(32).toString('base64')}`);
    const error = await createReveal({ db, sealKeys: other, clock: moving })(wanted).catch(
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({
      code: 'service.internal',
      message: expect.stringContaining('key it was encrypted with is missing'),
    });
    expect(JSON.stringify(error)).not.toContain(row.sealed);
  });
});

describe('emptying expired seals', () => {
  it('empties those whose time is over, counts them and leaves the others', async () => {
    const emptyExpiredSeals = createEmptyExpiredSeals({ db, clock: moving });
    moving.at = inMs(TEN_MINUTES);
    await emptyExpiredSeals();
    const [first, second, third] = [await issued(), await issued(), await issued()];
    await db
      .updateTable('appPassword')
      .set({ sealedUntil: inMs(TEN_MINUTES + 1) })
      .where('id', '=', third.row.id)
      .execute();

    moving.at = inMs(TEN_MINUTES - 1);
    expect(await emptyExpiredSeals()).toBe(0);
    moving.at = inMs(TEN_MINUTES);
    expect(await emptyExpiredSeals()).toBe(2);
    expect(await emptyExpiredSeals()).toBe(0);
    const left = await Promise.all([first, second, third].map(({ row }) => sealedOf(row.id)));
    expect(left.map(({ sealed }) => sealed)).toEqual([null, null, third.row.sealed]);
  });
});

describe('listing phone methods', () => {
  const officePhone = { allowed: true, mobileNumbers: 'allowed' as const };
  const mobilePhone = { allowed: true };
  const unknownDevices = {
    textsPerHour: 5,
    textsPerDay: 20,
    textsPerAddressPerHour: 20,
    wrongCodesPerDay: 50,
  };
  const { list } = createReadPhoneMethods({
    ...{ run: runIn(db), clock: moving },
    policyOf: async () => ({
      officePhone,
      mobilePhone,
      smsSignIn: { allowed: true, unusedDays: null, unknownDevices },
    }),
  });

  async function registered(
    userId: string,
    phoneType: string,
    phoneNumber: string,
    createdAt = START,
    tenantId = 'contoso',
  ) {
    const id = randomUUID();
    const verificationId = await finishedVerification(tenantId);
    await db
      .insertInto('phoneMethod')
      .values({
        id,
        tenantId,
        userId,
        phoneType,
        phoneNumber,
        verificationId,
        createdAt,
        updatedAt: createdAt,
      })
      .execute();
    return id;
  }

  it("shows a user's numbers in the shape of Microsoft Graph, oldest first", async () => {
    const mobile = await registered('both', 'mobile', '+46701234567', inMs(1));
    const office = await registered('both', 'office', '+46812345678');
    const allowed = { allowed: true, reasons: [] };
    const may = { setDefault: allowed, enableSmsSignIn: allowed, disableSmsSignIn: allowed };
    const no = {
      allowed: false,
      reasons: [expect.objectContaining({ code: 'phoneMethod.smsSignInNotSupported' })],
    };
    const needed = { allowed: false, reasons: [expect.objectContaining({ code: 'phoneMethod.isDefault' })] };
    expect(await list({ tenantId: 'contoso', userId: 'both' })).toEqual([
      {
        id: office,
        phoneNumber: '+46 812345678',
        phoneType: 'office',
        extension: null,
        smsSignInState: 'notSupported',
        isDefault: false,
        verifiedAt: START.toISOString(),
        createdDateTime: START.toISOString(),
        actions: {
          ...may,
          remove: allowed,
          change: allowed,
          ...{ enableSmsSignIn: no, disableSmsSignIn: no },
        },
      },
      {
        id: mobile,
        phoneNumber: '+46 701234567',
        phoneType: 'mobile',
        extension: null,
        smsSignInState: 'notEnabled',
        isDefault: true,
        verifiedAt: inMs(1).toISOString(),
        createdDateTime: inMs(1).toISOString(),
        actions: { ...may, remove: needed, change: needed },
      },
    ]);
  });

  it('shows nothing of other users and other tenants', async () => {
    await registered('alone', 'office', '+46812345678', START, 'fabrikam');
    expect(await list({ tenantId: 'contoso', userId: 'alone' })).toEqual([]);
    expect(await list({ tenantId: 'fabrikam', userId: 'alone' })).toHaveLength(1);
    expect(await list({ tenantId: 'fabrikam', userId: 'both' })).toEqual([]);
  });

  it.each([
    ['+12025550123', '+1 2025550123'],
    ['+442079460123', '+44 2079460123'],
    ['+390612345678', '+39 0612345678'],
    ['+358912345678', '+358 912345678'],
    ['+2101234567', '+2101234567'],
  ])('writes %s as %s', async (phoneNumber, shown) => {
    await registered(phoneNumber, 'office', phoneNumber);
    const [method] = await list({ tenantId: 'contoso', userId: phoneNumber });
    expect(method?.phoneNumber).toBe(shown);
  });
});
