import { deliveryHooks } from './delivery-hooks.ts';
import { entra } from './entra.ts';
import { exportAudit } from './export-audit.ts';
import { follow, waitForOutcome } from './follow.ts';
import type { WebhookPayload } from './outcome-webhook.ts';
import { createSend, type PoundkeyAddress, type Send, segment } from './send.ts';
import type {
  AboutNumber,
  ApiKey,
  AppPassword,
  ApprovedSignIn,
  AssertionRequest,
  AssertionToRedeem,
  Block,
  Capabilities,
  CreatedAppPassword,
  CurrentPolicy,
  ErasedUser,
  FoundAuditEvents,
  FoundVerifications,
  ImportedPhoneMethod,
  IssuedAssertion,
  KeySet,
  NewAppPassword,
  NewBlock,
  NewPbxProfile,
  NewPhoneMethod,
  NewSelfServiceLink,
  NewSignIn,
  NewSignInPage,
  PbxProfile,
  PhoneMethod,
  PhoneMethodChange,
  PhoneMethodList,
  PolicyDocument,
  PolicyVersion,
  RedeemedAssertion,
  Reregistration,
  RevealedAppPassword,
  SelfServiceLink,
  SignIn,
  SignInPageLink,
  SmsSignIn,
  UserExport,
  UserProfile,
  UserProfileChange,
  Verification,
  VerificationRequest,
  WantedAuditEvents,
  WantedVerifications,
  WebhookEndpoint,
  WebhookMessage,
} from './types.ts';

/** The REST API, one method for each of its operations, by the same names. */
export type PoundkeyClient = ReturnType<typeof createPoundkeyClient>;

/**
 * A client of the REST API. Methods throw a `PoundkeyProblem` when the service refuses, and what `fetch` throws when
 * the service is not reached. Nothing is sent twice: give an idempotency key and repeat what got no answer.
 */
export function createPoundkeyClient(address: PoundkeyAddress) {
  const api = createSend(address);
  const { json } = api;
  const verification = (id: string) => `/v1/verifications/${segment(id)}`;
  return {
    /** Has a phone called. With the same idempotency key and request the same verification comes back. */
    requestVerification: (request: VerificationRequest, options: Repeatable = {}) =>
      json<Verification>('POST', '/v1/verifications', {
        body: request,
        headers: keyHeader(options),
      }),
    readVerification: (id: string) => json<Verification>('GET', verification(id)),
    /** Verifications, newest first, 100 at most; while `next` is not null there may be more: send it as `after`. */
    listVerifications: (wanted: WantedVerifications = {}) =>
      json<FoundVerifications>('GET', `/v1/verifications${query(wanted)}`),
    /** Ends it, and the call with it. */
    cancelVerification: (id: string) => json<Verification>('POST', `${verification(id)}/cancel`),
    /**
     * Checks the code of a text message. A wrong one is a problem `code.wrong`, which says how many checks are left. The same
     * code with the same idempotency key has the same answer again.
     */
    checkCode: (id: string, code: string, options: { idempotencyKey?: string } = {}) =>
      json<Verification>('POST', `${verification(id)}/check`, {
        body: { code },
        headers: keyHeader(options),
      }),
    /** Sends the text message again, with the same code. */
    resendCode: (id: string) => json<Verification>('POST', `${verification(id)}/resend`),
    /** Has the phone called instead, in the same verification: its code is not checked any more. Asking twice is fine. */
    callInstead: (id: string) => json<Verification>('POST', `${verification(id)}/call-instead`),
    /** Shows the app password of an approved registration, once, within ten minutes. */
    revealAppPassword: (id: string) =>
      json<RevealedAppPassword>('POST', `${verification(id)}/reveal-app-password`),
    /** Issues the signed assertion of an approved sign-in, once, within two minutes of the approval. */
    issueAssertion: (id: string, request: AssertionRequest) =>
      json<IssuedAssertion>('POST', `${verification(id)}/assertion`, { body: request }),
    /** Redeems an assertion, once: checks it, and whether the sign-in still counts. Offline: `createVerifyAssertion`. */
    redeemAssertion: (given: AssertionToRedeem) =>
      json<RedeemedAssertion>('POST', '/v1/assertions/redeem', { body: given }),
    /** The public keys that assertions are verified with. `createVerifyAssertion` reads and keeps them by itself. */
    readKeySet: () => json<KeySet>('GET', '/.well-known/jwks.json'),
    /** The events of a verification as they come; see `follow.ts`. */
    followVerification: (id: string, options?: { after?: string; signal?: AbortSignal }) =>
      follow(api, id, options),
    /** Waits until it has ended, 300 s at most unless told; throws a `TimeoutError` after that. */
    waitForOutcome: (id: string, options?: { timeLimitMs?: number; signal?: AbortSignal }) =>
      waitForOutcome(api, id, options),
    ...signIns(api),
    ...pages(api),
    ...users(api),
    ...entra(api),
    ...deliveryHooks(api),
    ...administration(api),
  };
}

type Api = Pick<Send, 'json'>;

/** What lets a request be sent again safely. */
interface Repeatable {
  idempotencyKey?: string;
}

function keyHeader({ idempotencyKey }: Repeatable): Record<string, string> {
  return idempotencyKey === undefined ? {} : { 'Idempotency-Key': idempotencyKey };
}

function signIns({ json }: Api) {
  const signIn = (id: string) => `/v1/sign-ins/${segment(id)}`;
  return {
    /**
     * Texts a code to a number, if it is a user name; the answer does not say whether it is. With the same idempotency key and
     * request the same sign-in comes back.
     */
    requestSignIn: (wanted: NewSignIn, options: Repeatable = {}) =>
      json<SignIn>('POST', '/v1/sign-ins', { body: wanted, headers: keyHeader(options) }),
    readSignIn: (id: string) => json<SignIn>('GET', signIn(id)),
    /** Checks the code. A wrong one is a problem `code.wrong`; the right one gives an assertion of who it is. */
    checkSignIn: (id: string, code: string) =>
      json<ApprovedSignIn>('POST', `${signIn(id)}/check`, { body: { code } }),
    /** Sends the text message again, with the same code. */
    resendSignIn: (id: string) => json<SignIn>('POST', `${signIn(id)}/resend`),
    cancelSignIn: (id: string) => json<SignIn>('POST', `${signIn(id)}/cancel`),
  };
}

/** Poundkey's own pages for people. */
function pages({ json }: Api) {
  return {
    /** A link to the page where a user sets up phones and app passwords. It is a secret, and works once. */
    createSelfServiceLink: (userId: string, wanted: NewSelfServiceLink = {}) =>
      json<SelfServiceLink>('POST', `/v1/users/${segment(userId)}/self-service-links`, { body: wanted }),
    /** Makes a page for signing in by number: send the person there, and take the assertion from its post. */
    createSignInPage: (wanted: NewSignInPage) =>
      json<SignInPageLink>('POST', '/v1/sign-in-pages', { body: wanted }),
  };
}

function users({ json }: Api) {
  const user = (userId: string) => `/v1/users/${segment(userId)}`;
  return {
    listAppPasswords: async (userId: string) =>
      (await json<{ value: AppPassword[] }>('GET', `${user(userId)}/app-passwords`)).value,
    /**
     * Makes an app password without a verification. It cannot be shown again: with the same idempotency key and request
     * the same one comes back, with null in its place.
     */
    createAppPassword: (userId: string, wanted: NewAppPassword, options: Repeatable = {}) =>
      json<CreatedAppPassword>('POST', `${user(userId)}/app-passwords`, {
        body: wanted,
        headers: keyHeader(options),
      }),
    /** Revokes one app password, for good. */
    revokeAppPassword: async (userId: string, id: string): Promise<void> => {
      await json('DELETE', `${user(userId)}/app-passwords/${segment(id)}`);
    },
    /** Revokes all app passwords of a user. Resolves to how many there were. */
    revokeAppPasswords: async (userId: string) =>
      (await json<{ revoked: number }>('DELETE', `${user(userId)}/app-passwords`)).revoked,
    /** Says that the user's password was reset. Resolves to how many app passwords were revoked. */
    passwordWasReset: async (userId: string) =>
      (await json<{ revoked: number }>('POST', `${user(userId)}/password-was-reset`)).revoked,
    listPhoneMethods: async (userId: string) =>
      (await json<{ value: PhoneMethod[] }>('GET', `${user(userId)}/phone-methods`)).value,
    readPhoneMethod: (userId: string, id: string) =>
      json<PhoneMethod>('GET', `${user(userId)}/phone-methods/${segment(id)}`),
    /** Enters a number for a user, which counts for nothing until the user verifies it. */
    addPhoneMethod: (userId: string, phone: NewPhoneMethod) =>
      json<PhoneMethod>('POST', `${user(userId)}/phone-methods`, { body: phone }),
    /** Puts another number in place of one; it counts for nothing until the user verifies it. */
    changePhoneMethod: (userId: string, id: string, phone: PhoneMethodChange) =>
      json<PhoneMethod>('PATCH', `${user(userId)}/phone-methods/${segment(id)}`, { body: phone }),
    setDefaultPhoneMethod: (userId: string, id: string) =>
      json<PhoneMethod>('POST', `${user(userId)}/phone-methods/${segment(id)}/set-default`),
    /** Lets the user sign in with the number of a mobile; a problem `phoneMethod.numberInUse` when somebody else does. */
    enableSmsSignIn: (userId: string, id: string) =>
      json<PhoneMethod>('POST', `${user(userId)}/phone-methods/${segment(id)}/enable-sms-sign-in`),
    disableSmsSignIn: (userId: string, id: string) =>
      json<PhoneMethod>('POST', `${user(userId)}/phone-methods/${segment(id)}/disable-sms-sign-in`),
    /** Whether the user could sign in with a number, for a page that offers it. */
    readSmsSignIn: (userId: string) => json<SmsSignIn>('GET', `${user(userId)}/sms-sign-in`),
    /** No phone of the user counts until it is verified again. */
    requireReregistration: (userId: string) =>
      json<Reregistration>('POST', `${user(userId)}/require-reregistration`),
    /** Everything that is kept about a user, with whole numbers. */
    exportUser: (userId: string) => json<UserExport>('GET', `${user(userId)}/export`),
    /** Removes a phone and, as the policy says, revokes the user's app passwords. Resolves to how many were revoked. */
    removePhoneMethod: async (userId: string, id: string) =>
      (await json<{ appPasswordsRevoked: number }>('DELETE', `${user(userId)}/phone-methods/${segment(id)}`))
        .appPasswordsRevoked,
    /** Erases everything personal about a user; refused while a verification of the user is open. */
    eraseUser: (userId: string) => json<ErasedUser>('DELETE', user(userId)),
    readUserProfile: (userId: string) => json<UserProfile>('GET', `${user(userId)}/profile`),
    /** What the user may do now, and every reason why not; with a number, about that number. Nothing is counted. */
    readCapabilities: (userId: string, about: AboutNumber = {}) =>
      json<Capabilities>('POST', `${user(userId)}/capabilities`, { body: about }),
    readBlock: (userId: string) => json<Block>('GET', `${user(userId)}/block`),
    blockUser: (userId: string, block: NewBlock) =>
      json<Block>('PUT', `${user(userId)}/block`, { body: block }),
    unblockUser: (userId: string) => json<Block>('DELETE', `${user(userId)}/block`),
    changeUserProfile: (userId: string, change: UserProfileChange) =>
      json<UserProfile>('PUT', `${user(userId)}/profile`, { body: change }),
  };
}

function administration({ json, send }: Send) {
  const profiles = '/v1/pbx-profiles';
  const endpoint = '/v1/webhook-endpoint';
  return {
    /** Whose key this client has: a test of address and key. */
    readKey: () => json<ApiKey>('GET', '/v1/key'),

    /** Audit events, newest first, 100 at most; while `next` is not null there may be more: send it as `after`. */
    listAuditEvents: (wanted: WantedAuditEvents = {}) =>
      json<FoundAuditEvents>('GET', `/v1/audit-events${query(wanted)}`),
    /** All audit events, oldest first, as they come; see `export-audit.ts`. */
    exportAuditEvents: (
      wanted: { userId?: string; from?: string; to?: string; signal?: AbortSignal } = {},
    ) => {
      const { signal, ...range } = wanted;
      return exportAudit({ send }, `/v1/audit-events/export${query(range)}`, signal);
    },
    /** Enters numbers for many users, 1,000 at most. Resolves to what became of each, in the same order. */
    importPhoneMethods: async (list: PhoneMethodList['value']) =>
      (
        await json<{ value: ImportedPhoneMethod[] }>('POST', '/v1/phone-methods/import', {
          body: { value: list },
        })
      ).value,

    /** Sets the profile of a number, or replaces it; its id stays the same. */
    setPbxProfile: (profile: NewPbxProfile) => json<PbxProfile>('PUT', profiles, { body: profile }),
    /** 100 at most, by their ids; `after` is the id of the profile to go on after. */
    listPbxProfiles: async (wanted: { limit?: number; after?: string } = {}) =>
      (await json<{ value: PbxProfile[] }>('GET', `${profiles}${query(wanted)}`)).value,
    readPbxProfile: (id: string) => json<PbxProfile>('GET', `${profiles}/${segment(id)}`),
    removePbxProfile: (id: string) => json<void>('DELETE', `${profiles}/${segment(id)}`),

    readPolicy: () => json<CurrentPolicy>('GET', '/v1/policy'),
    /** `version`: of the policy that was changed, so that no other change is overwritten. */
    replacePolicy: (policy: PolicyDocument, version: number) =>
      json<CurrentPolicy>('PUT', '/v1/policy', { body: policy, headers: { 'If-Match': `"${version}"` } }),
    /** The newest first, 50 at most; `before` is the version to go on before. */
    listPolicyVersions: async (wanted: { before?: number; limit?: number } = {}) =>
      (await json<{ value: PolicyVersion[] }>('GET', `/v1/policy/versions${query(wanted)}`)).value,

    /**
     * The secret is in the answer when it was made just now, and never again. `types`: of the messages that are posted;
     * without it all, also those that are added later.
     */
    putWebhookEndpoint: (wanted: { url: string; types?: WebhookPayload['type'][]; secret?: string }) =>
      json<WebhookEndpoint & { secret?: string }>('PUT', endpoint, { body: wanted }),
    readWebhookEndpoint: () => json<WebhookEndpoint>('GET', endpoint),
    removeWebhookEndpoint: () => json<{ undelivered: number }>('DELETE', endpoint),
    rotateWebhookSecret: () =>
      json<WebhookEndpoint & { secret: string }>('POST', `${endpoint}/rotate-secret`),
    /** Oldest first, 100 at most; `after` is the id of the message to go on after. */
    listWebhookMessages: async (wanted: {
      state: 'waiting' | 'delivered' | 'dead';
      limit?: number;
      after?: string;
    }) => (await json<{ value: WebhookMessage[] }>('GET', `/v1/webhook-messages${query(wanted)}`)).value,
    resendWebhookMessage: (id: string) =>
      json<WebhookMessage>('POST', `/v1/webhook-messages/${segment(id)}/resend`),
  };
}

function query(fields: object): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return `?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}
