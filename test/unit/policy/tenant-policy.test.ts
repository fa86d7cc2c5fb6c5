import { describe, expect, test } from 'vitest';
import { parsePolicy } from '../../../src/domain/policy.ts';

describe('a policy document', () => {
  test('that says nothing has every default', () => {
    expect(parsePolicy({}, 'Contoso')).toEqual({
      version: 1,
      organisation: 'Contoso',
      officePhone: { allowed: true, mobileNumbers: 'allowed' },
      mobilePhone: { allowed: true },
      textMessage: {
        ...{ allowed: true, codeHost: null, androidAppHash: null },
        escalation: { toCall: false, afterS: 20 },
        unentered: { perPrefix: 20, perCountry: 200 },
      },
      smsSignIn: {
        ...{ allowed: false, unusedDays: 90 },
        unknownDevices: {
          ...{ textsPerHour: 5, textsPerDay: 20, textsPerAddressPerHour: 20, wrongCodesPerDay: 50 },
        },
      },
      countries: { allowed: null },
      numberTypes: {
        refused: ['PREMIUM_RATE', 'SHARED_COST', 'PERSONAL_NUMBER', 'PAGER', 'VOICEMAIL', 'TOLL_FREE'],
        nonGeographicRefused: true,
      },
      challenge: 'pound',
      machineDetection: true,
      locale: null,
      assertion: { audiences: [] },
      selfService: {
        ...{ allowed: true, name: null, colour: null, logo: null, contact: null, helpUrl: null },
        ...{ privacyUrl: null, returnUrls: [], linkMinutes: 10 },
      },
      retention: { verificationDays: 90, messageDays: 30, auditEventDays: 365 },
      ringTimeoutS: 30,
      callTimeLimitS: 120,
      expiresAfterS: 600,
      patienceS: 120,
      redial: { onBusy: false, onNoAnswer: false, afterS: 30 },
      extension: { allowed: true, pauseBeforeS: 1, pauseAfterS: 1 },
      fraud: { blockUser: true, blockForS: null },
      limits: {
        perUser: { count: 10, windowS: 3600 },
        perNumber: { count: 10, windowS: 3600 },
        perSwitchboard: { count: 60, windowS: 3600 },
        perTenant: { count: 10_000, windowS: 3600 },
      },
      spending: { callsPerDay: null, textsPerDay: null, moneyPerDay: null },
      greeting: {},
      appPassword: {
        ...{ issue: true, length: 16, revokeOnRemoval: true, onRequest: true, expiresAfterDays: null },
        userNameCase: 'ignored',
      },
    });
  });

  test('that names no countries allows the tenant’s own, and every one where there is none', () => {
    expect(parsePolicy({}, 'Contoso', 'SE').countries).toEqual({ allowed: ['SE'] });
    expect(parsePolicy({ countries: {} }, 'Contoso', 'SE').countries).toEqual({ allowed: ['SE'] });
    expect(parsePolicy({ countries: { allowed: null } }, 'Contoso', 'SE').countries).toEqual({
      allowed: null,
    });
    expect(parsePolicy({ countries: {} }, 'Contoso', null).countries).toEqual({ allowed: null });
    expect(() => parsePolicy({ countries: 'SE' }, 'Contoso', 'SE')).toThrow('/countries: ');
  });

  test('that is complete is read as it is, and again to the same', () => {
    const document = {
      version: 1,
      organisation: "Ström & Söner's, Inc.",
      officePhone: { allowed: false, mobileNumbers: 'refused' },
      mobilePhone: { allowed: false },
      textMessage: {
        ...{ allowed: false, codeHost: 'login.example.com', androidAppHash: 'FA+9qCX9VSu' },
        escalation: { toCall: true, afterS: 60 },
        unentered: { perPrefix: null, perCountry: 500 },
      },
      smsSignIn: {
        ...{ allowed: true, unusedDays: null },
        unknownDevices: {
          ...{ textsPerHour: 0, textsPerDay: 1, textsPerAddressPerHour: 2, wrongCodesPerDay: 5 },
        },
      },
      countries: { allowed: ['SE', 'GB'] },
      numberTypes: { refused: ['MOBILE'], nonGeographicRefused: false },
      challenge: 'numberMatch',
      machineDetection: false,
      locale: 'sv-SE',
      assertion: { audiences: ['https://login.contoso.example'] },
      selfService: {
        ...{ allowed: false, name: 'Ström <Nordic>', colour: '#b3401a', linkMinutes: 60 },
        logo: {
          type: 'image/svg+xml',
          data: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><path d="M0 0"></path></svg>',
        },
        contact: { name: 'Anna Berg, IT', email: 'it@contoso.example' },
        ...{ helpUrl: 'https://help.contoso.example/', privacyUrl: 'https://contoso.example/privacy' },
        returnUrls: ['https://login.contoso.example/back', 'http://localhost:3000/back'],
      },
      retention: { verificationDays: 7, messageDays: 2, auditEventDays: 3650 },
      ringTimeoutS: 60,
      callTimeLimitS: 30,
      expiresAfterS: 3600,
      patienceS: 5,
      redial: { onBusy: true, onNoAnswer: true, afterS: 300 },
      extension: { allowed: false, pauseBeforeS: 0.5, pauseAfterS: 8 },
      fraud: { blockUser: false, blockForS: 3600 },
      limits: {
        perUser: { count: 1, windowS: 1 },
        perNumber: { count: 2, windowS: 60 },
        perSwitchboard: { count: 3, windowS: 60 },
        perTenant: { count: 1_000_000, windowS: 86_400 },
      },
      spending: { callsPerDay: 500, textsPerDay: 300, moneyPerDay: 99.5 },
      greeting: {
        'sv-SE': { text: 'Hej från Ström!' },
        'en-US': { audioUrl: 'https://example.com/hello.mp3' },
      },
      appPassword: {
        ...{ issue: false, length: 64, revokeOnRemoval: true, onRequest: false, expiresAfterDays: 365 },
        userNameCase: 'exact',
      },
    };
    const policy = parsePolicy(document, 'Contoso');
    expect(policy).toEqual(document);
    expect(parsePolicy(JSON.parse(JSON.stringify(policy)), 'Contoso')).toEqual(policy);
  });

  test('that sets a part keeps the defaults of the rest', () => {
    expect(parsePolicy({ appPassword: { length: 20 } }, 'Contoso').appPassword).toMatchObject({
      issue: true,
      length: 20,
      revokeOnRemoval: true,
    });
    expect(parsePolicy({ numberTypes: { refused: [] } }, 'Contoso').numberTypes.nonGeographicRefused).toBe(
      true,
    );
  });

  test.each([
    ['not an object', null, 'the document: This must be a JSON object.'],
    ['a list', [], 'the document: This must be a JSON object.'],
    ['an unknown field', { ringtone: 'x' }, '/ringtone: This field is not known; leave it out.'],
    [
      'an unknown field inside',
      { officePhone: { allow: true } },
      '/officePhone/allow: This field is not known',
    ],
    ['another version', { version: 2 }, '/version: This must be 1.'],
    ['a name of markup', { organisation: '<Say>' }, '/organisation: This is spoken'],
    ['a name of several lines', { organisation: 'Contoso\nBank' }, '/organisation: This is spoken'],
    ['an empty name', { organisation: ' ' }, '/organisation: This must be at least 1 character long.'],
    [
      'a long name',
      { organisation: 'x'.repeat(61) },
      '/organisation: This must be at most 60 characters long.',
    ],
    [
      'a country that is none',
      { countries: { allowed: ['SE', 'UK'] } },
      '/countries/allowed/1: This must be a country code',
    ],
    [
      'a type that is none',
      { numberTypes: { refused: ['FAX'] } },
      '/numberTypes/refused/0: This must be one of FIXED_LINE,',
    ],
    ['a flag in words', { machineDetection: 'yes' }, '/machineDetection: This must be true or false.'],
    ['a language that is none', { locale: 'Swedish!' }, '/locale: This must be a language tag'],
    ['4 s of ringing', { ringTimeoutS: 4 }, '/ringTimeoutS: This must be at least 5.'],
    ['61 s of ringing', { ringTimeoutS: 61 }, '/ringTimeoutS: This must be at most 60.'],
    ['half a second', { ringTimeoutS: 5.5 }, '/ringTimeoutS: This must be a whole number.'],
    ['29 s of call', { callTimeLimitS: 29 }, '/callTimeLimitS: This must be at least 30.'],
    ['601 s of call', { callTimeLimitS: 601 }, '/callTimeLimitS: This must be at most 600.'],
    ['59 s to expiry', { expiresAfterS: 59 }, '/expiresAfterS: This must be at least 60.'],
    [
      'a pause of a third',
      { extension: { pauseBeforeS: 0.3 } },
      '/extension/pauseBeforeS: This must be a number of half',
    ],
    [
      'a negative pause',
      { extension: { pauseAfterS: -1 } },
      '/extension/pauseAfterS: This must be at least 0.',
    ],
    [
      'pauses that leave no room for an extension',
      { extension: { pauseBeforeS: 8, pauseAfterS: 3 } },
      '/extension: The pauses together must be at most 10.5 seconds.',
    ],
    ['15 letters', { appPassword: { length: 15 } }, '/appPassword/length: This must be at least 16.'],
    ['65 letters', { appPassword: { length: 65 } }, '/appPassword/length: This must be at most 64.'],
  ])('is refused: %s', (_what, document, told) => {
    expect(() => parsePolicy(document, 'Contoso')).toThrow(told);
  });

  test('names everything that is wrong at once', () => {
    const refuse = () => parsePolicy({ ringTimeoutS: 1, locale: 7, extra: 1 }, 'Contoso');
    expect(refuse).toThrow(/\/ringTimeoutS: .*\/extra: |\/extra: .*\/ringTimeoutS: /);
    expect(refuse).toThrow('/locale: This must be text.');
  });
});

describe('the spoken name of a tenant that set none', () => {
  test.each([
    ['Contoso', 'Contoso'],
    ['Ström & Söner', 'Ström & Söner'],
    ['Contoso (Sweden) AB', 'Contoso Sweden AB'],
    ['株式会社', '株式会社'],
    ['x'.repeat(80), 'x'.repeat(60)],
  ])('of %j is %j', (tenantName, spoken) => {
    expect(parsePolicy({}, tenantName).organisation).toBe(spoken);
  });

  test('must be given when nothing of the name can be spoken', () => {
    expect(() => parsePolicy({}, '***')).toThrow('/organisation: ');
    expect(parsePolicy({ organisation: 'Stars' }, '***').organisation).toBe('Stars');
  });
});
