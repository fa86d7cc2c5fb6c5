// Bad inputs for everything about texts, phones, sign-ins, app passwords, the audit and users: each is told the field and the rule.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';
import { clientOf } from '../support/world.ts';
import { readState } from './stored-text.ts';

const ID = '6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';
const USER = '/v1/users/u-1';
const MOBILE = { phoneType: 'mobile', number: '+46701234567' };
const TEXT = { userId: 'u-1', number: '+46701234567', channel: 'sms' };
const JWT = 'eyJh.eyJh.AAAA';
const LONG_ID = 'u'.repeat(129);
const MANY = Array.from({ length: 1_001 }, () => ({ userId: 'u-1', number: '+46701234567' }));

/** The operation, its address, what is wrong with the body, and the fields that are named. */
type Row = [operation: string, method: string, path: string, body: unknown, fields: string[]];

const ROWS: Row[] = [
  // Texts and their codes.
  ['requestVerification', 'POST', '/v1/verifications', { ...TEXT, channel: 'fax' }, ['/channel']],
  ['requestVerification', 'POST', '/v1/verifications', { ...TEXT, phoneType: 'office' }, ['/phoneType']],
  ['requestVerification', 'POST', '/v1/verifications', { ...TEXT, number: undefined }, ['/number']],
  ['requestVerification', 'POST', '/v1/verifications', { ...TEXT, number: '+46812345678' }, ['/number']],
  ['requestVerification', 'POST', '/v1/verifications', { ...TEXT, number: '4,68E+10' }, ['/number']],
  ['requestVerification', 'POST', '/v1/verifications', { ...TEXT, extension: '12' }, ['/extension']],
  ['checkCode', 'POST', `/v1/verifications/${ID}/check`, undefined, ['/code']],
  ['checkCode', 'POST', `/v1/verifications/${ID}/check`, { code: 12345 }, ['/code']],
  ['checkCode', 'POST', `/v1/verifications/${ID}/check`, { code: '12345O' }, ['/code']],
  ['checkCode', 'POST', '/v1/verifications/1/check', { code: '123456' }, ['id']],
  ['resendCode', 'POST', '/v1/verifications/1/resend', undefined, ['id']],
  ['resendCode', 'POST', `/v1/verifications/${ID}/resend?times=2`, undefined, ['times']],
  ['callInstead', 'POST', '/v1/verifications/none/call-instead', undefined, ['id']],
  ['callInstead', 'POST', `/v1/verifications/${ID}/call-instead?now=true`, undefined, ['now']],
  ['followVerification', 'GET', '/v1/verifications/none/events', undefined, ['id']],
  ['cancelVerification', 'POST', '/v1/verifications/none/cancel', undefined, ['id']],
  ['readVerification', 'GET', '/v1/verifications/none', undefined, ['id']],
  ['listVerifications', 'GET', '/v1/verifications?channel=sms', undefined, ['channel']],
  ['revealAppPassword', 'POST', '/v1/verifications/none/reveal-app-password', undefined, ['id']],
  // Signing in with the number as user name.
  ['requestSignIn', 'POST', '/v1/sign-ins', { number: '+46701234567' }, ['/nonce']],
  ['requestSignIn', 'POST', '/v1/sign-ins', { number: '+46812345678', nonce: 'n' }, ['/number']],
  ['requestSignIn', 'POST', '/v1/sign-ins', { number: '070', country: 'SE', nonce: 'n' }, ['/number']],
  ['readSignIn', 'GET', '/v1/sign-ins/none', undefined, ['id']],
  ['checkSignIn', 'POST', `/v1/sign-ins/${ID}/check`, { code: '1234567' }, ['/code']],
  ['resendSignIn', 'POST', '/v1/sign-ins/none/resend', undefined, ['id']],
  ['cancelSignIn', 'POST', '/v1/sign-ins/none/cancel', undefined, ['id']],
  ['enableSmsSignIn', 'POST', `${USER}/phone-methods/mobile/enable-sms-sign-in`, undefined, ['id']],
  ['disableSmsSignIn', 'POST', `${USER}/phone-methods/mobile/disable-sms-sign-in`, undefined, ['id']],
  ['readSmsSignIn', 'GET', `/v1/users/${LONG_ID}/sms-sign-in`, undefined, ['userId']],
  // Phone methods.
  ['listPhoneMethods', 'GET', '/v1/users/a%2Fb/phone-methods', undefined, ['userId']],
  ['listPhoneMethods', 'GET', `${USER}/phone-methods?phoneType=mobile`, undefined, ['phoneType']],
  ['readPhoneMethod', 'GET', `${USER}/phone-methods/mobile`, undefined, ['id']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, undefined, ['/number', '/phoneType']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, { number: '+46701234567' }, ['/phoneType']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, { ...MOBILE, phoneType: 'home' }, ['/phoneType']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, { ...MOBILE, number: 46701234567 }, ['/number']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, { ...MOBILE, number: '+46812345678' }, ['/number']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, { ...MOBILE, number: '0701234567' }, ['/country']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, { ...MOBILE, extension: '12' }, ['/extension']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, { ...MOBILE, isVerified: true }, ['/isVerified']],
  ['addPhoneMethod', 'POST', `${USER}/phone-methods`, [], ['']],
  ['changePhoneMethod', 'PATCH', `${USER}/phone-methods/${ID}`, {}, ['/number']],
  ['changePhoneMethod', 'PATCH', `${USER}/phone-methods/${ID}`, MOBILE, ['/phoneType']],
  ['changePhoneMethod', 'PATCH', `${USER}/phone-methods/1`, { number: '+46701234567' }, ['id']],
  ['setDefaultPhoneMethod', 'POST', `${USER}/phone-methods/office/set-default`, undefined, ['id']],
  ['removePhoneMethod', 'DELETE', `${USER}/phone-methods/office`, undefined, ['id']],
  ['requireReregistration', 'POST', `/v1/users/${LONG_ID}/require-reregistration`, undefined, ['userId']],
  ['importPhoneMethods', 'POST', '/v1/phone-methods/import', undefined, ['/value']],
  ['importPhoneMethods', 'POST', '/v1/phone-methods/import', { value: [] }, ['/value']],
  ['importPhoneMethods', 'POST', '/v1/phone-methods/import', { value: MANY }, ['/value']],
  [
    'importPhoneMethods',
    'POST',
    '/v1/phone-methods/import',
    { value: [{ userId: 'u-1' }] },
    ['/value/0/number'],
  ],
  [
    'importPhoneMethods',
    'POST',
    '/v1/phone-methods/import',
    { value: [{ userId: 'u-1', number: 4.68e10 }] },
    ['/value/0/number'],
  ],
  ['importPhoneMethods', 'POST', '/v1/phone-methods/import', { value: ['+46701234567'] }, ['/value/0']],
  [
    'importPhoneMethods',
    'POST',
    '/v1/phone-methods/import?dryRun=true',
    { value: [{ userId: 'u-1', number: '1' }] },
    ['dryRun'],
  ],
  // App passwords.
  ['listAppPasswords', 'GET', '/v1/users/%00/app-passwords', undefined, ['userId']],
  ['createAppPassword', 'POST', `${USER}/app-passwords`, { name: '' }, ['/name']],
  ['createAppPassword', 'POST', `${USER}/app-passwords`, { name: 7 }, ['/name']],
  ['createAppPassword', 'POST', `${USER}/app-passwords`, { name: 'two\nlines' }, ['/name']],
  [
    'createAppPassword',
    'POST',
    `${USER}/app-passwords`,
    { name: 'Mail', expiresAt: 'tomorrow' },
    ['/expiresAt'],
  ],
  [
    'createAppPassword',
    'POST',
    `${USER}/app-passwords`,
    { name: 'Mail', expiresAt: '2020-01-01T00:00:00Z' },
    ['/expiresAt'],
  ],
  [
    'createAppPassword',
    'POST',
    `${USER}/app-passwords`,
    { name: 'Mail', services: ['Fax!'] },
    ['/services/0'],
  ],
  ['createAppPassword', 'POST', `${USER}/app-passwords`, { name: 'Mail', password: 'abcd' }, ['/password']],
  ['revokeAppPassword', 'DELETE', `${USER}/app-passwords/mail`, undefined, ['id']],
  ['revokeAppPasswords', 'DELETE', `/v1/users/${LONG_ID}/app-passwords`, undefined, ['userId']],
  ['passwordWasReset', 'POST', `/v1/users/${LONG_ID}/password-was-reset`, undefined, ['userId']],
  // Assertions.
  ['issueAssertion', 'POST', `/v1/verifications/${ID}/assertion`, undefined, ['/nonce']],
  [
    'issueAssertion',
    'POST',
    `/v1/verifications/${ID}/assertion`,
    { nonce: 'n', audience: 'a b' },
    ['/audience'],
  ],
  ['issueAssertion', 'POST', '/v1/verifications/none/assertion', { nonce: 'n' }, ['id']],
  ['redeemAssertion', 'POST', '/v1/assertions/redeem', { assertion: JWT }, ['/nonce']],
  ['redeemAssertion', 'POST', '/v1/assertions/redeem', { assertion: 'a.b', nonce: 'n' }, ['/assertion']],
  // The audit trail.
  ['listAuditEvents', 'GET', '/v1/audit-events?limit=0', undefined, ['limit']],
  ['listAuditEvents', 'GET', '/v1/audit-events?limit=101', undefined, ['limit']],
  ['listAuditEvents', 'GET', '/v1/audit-events?type=nothing', undefined, ['type']],
  ['listAuditEvents', 'GET', '/v1/audit-events?from=yesterday', undefined, ['from']],
  ['listAuditEvents', 'GET', '/v1/audit-events?after=x', undefined, ['after']],
  ['listAuditEvents', 'GET', '/v1/audit-events?tenantId=other', undefined, ['tenantId']],
  ['exportAuditEvents', 'GET', '/v1/audit-events/export?to=2026-13-01', undefined, ['to']],
  ['exportAuditEvents', 'GET', '/v1/audit-events/export?type=user.blocked', undefined, ['type']],
  // Users.
  ['readBlock', 'GET', `/v1/users/${LONG_ID}/block`, undefined, ['userId']],
  ['blockUser', 'PUT', `${USER}/block`, {}, ['/reason']],
  ['blockUser', 'PUT', `${USER}/block`, { reason: 'lost', forS: -1 }, ['/forS']],
  [
    'blockUser',
    'PUT',
    `${USER}/block`,
    { reason: 'lost', expiresAt: '2020-01-01T00:00:00Z' },
    ['/expiresAt'],
  ],
  ['unblockUser', 'DELETE', '/v1/users/a%2Fb/block', undefined, ['userId']],
  ['eraseUser', 'DELETE', `/v1/users/${LONG_ID}`, undefined, ['userId']],
  ['eraseUser', 'DELETE', `${USER}?tenantId=other`, undefined, ['tenantId']],
  ['exportUser', 'GET', '/v1/users/a%00/export', undefined, ['userId']],
  ['readUserProfile', 'GET', `/v1/users/${LONG_ID}/profile`, undefined, ['userId']],
  ['changeUserProfile', 'PUT', `${USER}/profile`, { pin: 4807 }, ['/pin']],
  ['readCapabilities', 'POST', `${USER}/capabilities`, { number: 7 }, ['/number']],
  // What the policy says of all of these.
  [
    'replacePolicy',
    'PUT',
    '/v1/policy',
    { version: 1, textMessage: { codeHost: 'Login.Example.com' } },
    ['/textMessage/codeHost'],
  ],
  [
    'replacePolicy',
    'PUT',
    '/v1/policy',
    { version: 1, textMessage: { codeHost: 'example.com:443' } },
    ['/textMessage/codeHost'],
  ],
  [
    'replacePolicy',
    'PUT',
    '/v1/policy',
    { version: 1, textMessage: { androidAppHash: 'short' } },
    ['/textMessage/androidAppHash'],
  ],
  [
    ...(['replacePolicy', 'PUT', '/v1/policy'] as const),
    { version: 1, textMessage: { androidAppHash: 'FA+9qCX9VSu', codeHost: `${'a'.repeat(20)}.example` } },
    ['/textMessage/codeHost'],
  ],
  [
    'replacePolicy',
    'PUT',
    '/v1/policy',
    { version: 1, textMessage: { unentered: { perPrefix: 1 } } },
    ['/textMessage/unentered/perPrefix'],
  ],
  [
    'replacePolicy',
    'PUT',
    '/v1/policy',
    { version: 1, textMessage: { escalation: { afterS: 1 } } },
    ['/textMessage/escalation/afterS'],
  ],
  [
    'replacePolicy',
    'PUT',
    '/v1/policy',
    { version: 1, smsSignIn: { unusedDays: 0 } },
    ['/smsSignIn/unusedDays'],
  ],
  [
    'replacePolicy',
    'PUT',
    '/v1/policy',
    { version: 1, retention: { auditEventDays: 89 } },
    ['/retention/auditEventDays'],
  ],
  // Pages for people.
  ['createSelfServiceLink', 'POST', '/v1/users/u/self-service-links', { locale: 'swedish!' }, ['/locale']],
  [
    'createSelfServiceLink',
    'POST',
    '/v1/users/u/self-service-links',
    { returnUrl: 'ftp://x.example/' },
    ['/returnUrl'],
  ],
  [
    'createSelfServiceLink',
    'POST',
    '/v1/users/u/self-service-links',
    { returnUrl: 'https://x.example/' },
    ['/returnUrl'],
  ],
  ['createSelfServiceLink', 'POST', '/v1/users/u/self-service-links', { minutes: 60 }, ['/minutes']],
  [
    'createEntraPhoneProvider',
    'POST',
    '/v1/entra-phone-providers',
    { name: ' ', directoryId: 'contoso', audiences: ['http://x'], times: 4 },
    ['/audiences/0', '/directoryId', '/name', '/times'],
  ],
  [
    'createEntraPhoneProvider',
    'POST',
    '/v1/entra-phone-providers',
    {},
    ['/audiences', '/directoryId', '/name'],
  ],
  [
    'changeEntraPhoneProvider',
    'PATCH',
    '/v1/entra-phone-providers/4a1f2b3c-1111-4222-8333-444444444444',
    { name: ' ', times: 4, asksFirst: 'no', callerAppId: 'x' },
    ['/asksFirst', '/callerAppId', '/name', '/times'],
  ],
  ['changeEntraPhoneProvider', 'PATCH', '/v1/entra-phone-providers/a', {}, ['id']],
  ['retireEntraMessageKey', 'DELETE', '/v1/entra-phone-providers/a/keys/b', undefined, ['id', 'keyId']],
  ['createSignInPage', 'POST', '/v1/sign-in-pages', { nonce: 'n-1' }, ['/returnUrl']],
  [
    'createSignInPage',
    'POST',
    '/v1/sign-in-pages',
    { returnUrl: 'https://x.example/', nonce: 'é' },
    ['/nonce'],
  ],
  [
    'createSignInPage',
    'POST',
    '/v1/sign-in-pages',
    { returnUrl: 'https://x.example/', nonce: 'n-1' },
    ['/returnUrl'],
  ],
  [
    'createEntraMethod',
    'POST',
    '/v1/entra-methods',
    { displayName: 'Desk\nphone', applicationId: 'no id', directoryIds: [], cloud: 'mars', clientId: 'a b' },
    ['/applicationId', '/clientId', '/cloud', '/directoryIds', '/displayName'],
  ],
  [
    'changeEntraMethod',
    'PATCH',
    '/v1/entra-methods/aaaaaaaaaaaaaaaa',
    { firstTime: 'never' },
    ['/firstTime'],
  ],
  [
    'changeEntraMethod',
    'PATCH',
    '/v1/entra-methods/aaaaaaaaaaaaaaaa',
    { graphCredential: { certificate: 'x', privateKey: 'y' } },
    ['/graphCredential'],
  ],
  [
    'createDeliveryHook',
    'POST',
    '/v1/delivery-hooks',
    { kind: 'ping', name: '', secret: 'short', times: 9, asksFirst: 'yes' },
    ['/asksFirst', '/kind', '/name', '/secret', '/times'],
  ],
  [
    'createDeliveryHook',
    'POST',
    '/v1/delivery-hooks',
    { kind: 'supabase', name: 'x', secret: 'v1,whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=' },
    ['/secret'],
  ],
  ['listDeliveryHooks', 'GET', '/v1/delivery-hooks?limit=5', undefined, ['limit']],
  ['removeDeliveryHook', 'DELETE', '/v1/delivery-hooks/none', undefined, ['id']],
  ['createEnrolmentCode', 'POST', '/v1/users/u/enrolment-code', { forS: 5 }, ['/forS']],
  ['removeEnrolmentCode', 'DELETE', '/v1/users/a%2Fb/enrolment-code', undefined, ['userId']],
  ['listEntraMethods', 'GET', '/v1/entra-methods?limit=5', undefined, ['limit']],
  ['readEntraMethod', 'GET', '/v1/entra-methods/UPPER', undefined, ['id']],
  ['removeEntraMethod', 'DELETE', '/v1/entra-methods/UPPER', undefined, ['id']],
];

/** The API's other parts, whose bad inputs are shown elsewhere. */
const ELSEWHERE =
  /^(readDescription|readDocs|readKey|readKeySet|readJobSchema|.*Webhook.*|.*PbxProfile.*|(list|remove)EntraPhoneProviders?|addEntraMessageKey|readPolicy|listPolicyVersions)$/;

describeWorlds('bad inputs', { policy: { smsSignIn: { allowed: true } } }, ({ world }) => {
  test(`are refused, all ${ROWS.length}, by field and rule, and change nothing`, async () => {
    expect(ROWS.length).toBeGreaterThanOrEqual(60);
    const before = await readState(world);
    const wrong: unknown[] = [];
    for (const [operation, method, path, body, fields] of ROWS) {
      const headers = operation === 'replacePolicy' ? { 'if-match': '"1"' } : {};
      const answer = await world.api(method, path, body, headers);
      const named = (answer.body.errors ?? []) as { field: string; rule: string }[];
      const told = named.map(({ field }) => field).toSorted();
      const isRight = [400, 422].includes(answer.status) && JSON.stringify(told) === JSON.stringify(fields);
      const hasRules = named.every(({ rule }) => /^\S.+\S$/.test(rule));
      if (!isRight || !hasRules)
        wrong.push([operation, path.slice(0, 80), fields, answer.status, answer.body]);
    }
    expect(wrong).toEqual([]);
    expect(await readState(world)).toEqual(before);
  });

  test('are there for every operation', async () => {
    const { body } = await clientOf(() => world.service.url ?? '', null)('GET', '/openapi.json');
    const operations = Object.values<Record<string, { operationId: string }>>(body.paths)
      .flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
      .filter((operation) => !ELSEWHERE.test(operation));
    const covered = new Set(ROWS.map(([operation]) => operation));
    expect(operations.filter((operation) => !covered.has(operation))).toEqual([]);
    expect([...covered].filter((operation) => !operations.includes(operation))).toEqual([]);
  });
});
