import type { ErrorCode } from '../../errors.ts';

const FIX_REQUEST =
  'The backend sends a request that cannot be understood; its developers find what is wrong in the answer (fields detail and errors).';
const ASK_NUMBER = 'Ask the user for the number again; the answer to the request says which rule it breaks.';
const NEW_SIGN_IN = 'The user signs in again.';
const POLICY = 'npm run poundkey -- show-policy TENANT shows the policy, set-policy changes it.';

/** What an operator does when requests for verifications are refused with a code. */
export const REFUSAL_ACTIONS: Partial<Record<ErrorCode, string>> = {
  'request.invalid': FIX_REQUEST,
  'request.malformedJson': FIX_REQUEST,
  'apiKey.missing': 'The backend sends no API key: it belongs in the header Authorization, as Bearer pk_….',
  'apiKey.invalid':
    'The backend uses a key that was revoked or never existed. npm run poundkey -- list-keys TENANT shows the keys, create-key makes another.',
  'tenant.notFound':
    'The job names a tenant that does not exist. npm run poundkey -- list-tenants shows them.',
  'number.invalid': ASK_NUMBER,
  'number.typeRefused': `Numbers of this kind (mobile, premium, satellite, …) are not called. ${POLICY} The fields are numberTypes.refused, numberTypes.nonGeographicRefused (satellites) and officePhone.mobileNumbers.`,
  'number.countryRefused': `The policy allows other countries only. ${POLICY} The field is countries.allowed.`,
  'number.extensionUnsupported': `A mobile phone has no extension: ask the user for the number without it. Otherwise ask for a direct number, or allow extensions. ${POLICY} The field is extension.allowed.`,
  'number.suppressed':
    'Somebody who answered this number was called by mistake and asked for no more calls. Ask the user for the number again; if it is right, npm run poundkey -- allow NUMBER lets it be called again.',
  'number.notRegistered':
    'Signing in calls the registered phone only. Either the user has to register the phone first, or the backend sent another number than the registered one: it leaves the number out.',
  'phoneMethod.mobileFirst':
    'An alternate mobile needs a mobile beside it. npm run poundkey -- list-phones TENANT USER shows the phones; the user registers a mobile first.',
  'extension.missing': FIX_REQUEST,
  'extension.tooLong':
    'Use shorter pauses: in the request, the PBX profile of the switchboard, or the policy.',
  'locale.unsupported':
    'The backend asks for a language without prompts. Leave it out, or add the language (twiml/README.md).',
  'policy.officePhoneRefused': `The policy allows no office phones. ${POLICY} The field is officePhone.allowed.`,
  'policy.mobilePhoneRefused': `The policy allows no mobile phones. ${POLICY} The field is mobilePhone.allowed.`,
  'policy.textMessageRefused': `The policy allows no text messages. ${POLICY} The field is textMessage.allowed.`,
  'policy.audienceRefused': `The policy allows assertions for other audiences only. ${POLICY} The field is assertion.audiences.`,
  'assertion.notApproved':
    'The backend asked for the assertion of a verification that is no approved sign-in: it waits until the outcome is approved, and asks for sign-ins only.',
  'assertion.alreadyIssued': `An assertion is issued once. If the backend lost the answer: ${NEW_SIGN_IN}`,
  'assertion.tooLate': `The backend asked more than two minutes after the approval. ${NEW_SIGN_IN} If it happens often, its developers look for what delays it.`,
  'assertion.invalid':
    'Whoever checks the assertion expects another tenant, audience or nonce, its issuer is not the present PUBLIC_URL, its key was taken out of SIGNING_KEYS (npm run poundkey -- rotate-keys shows them), or somebody made it up.',
  'assertion.expired': `It was redeemed more than three minutes after it was issued. ${NEW_SIGN_IN} If it happens often, compare the clocks of all machines.`,
  'assertion.alreadyRedeemed':
    'It was redeemed twice. Usually the backend repeated a request; otherwise somebody has copied the assertion: look into the audit trail of the user.',
  'assertion.withdrawn': `The phone was removed, changed or verified again after the sign-in, signing in with its number was disabled, the user was blocked, or fraud was reported: the audit trail of the user says which. ${NEW_SIGN_IN}`,
  'policy.smsSignInRefused': `The policy does not allow signing in with phone numbers. ${POLICY} The field is smsSignIn.allowed.`,
  'phoneMethod.notVerified':
    'A phone counts for nothing until its user has verified it: the user registers the number first. npm run poundkey -- list-phones TENANT USER shows the phones.',
  'phoneMethod.smsSignInNotSupported':
    'Only the number of a mobile can be a user name. The user registers the number as mobile.',
  'phoneMethod.numberInUse':
    'Another user of the tenant signs in with this number. npm run poundkey -- sign-in-user TENANT NUMBER says who. Find out whose the number is now; if it is not that user, npm run poundkey -- disable-sign-in TENANT USER ID makes room.',
  'policy.callInsteadRefused': `The policy lets no call follow a text message in the same verification. ${POLICY} The field is textMessage.escalation.toCall.`,
  'idempotencyKey.reused':
    'The backend used one idempotency key for two different requests: each request needs its own.',
  'verification.alreadyOpen':
    'The user has a verification that is not finished: it is listed below. Each number can have one, and of those with a PIN, digits or a code there is only one. The backend follows that one, or cancels it first.',
  'appPassword.limitReached':
    'npm run poundkey -- list-app-passwords TENANT USER shows the app passwords, revoke-app-password revokes one.',
  'user.blocked':
    'npm run poundkey -- unblock TENANT USER ends the block. Read its reason first: after a report of fraud the password must be changed.',
  'pin.notSet':
    'The policy asks for a PIN and the user has none: the backend sets one (PUT /v1/users/{userId}/profile).',
  'challenge.locked':
    'Too many verifications of this user in a row had wrong answers, however they ended. Wait until the time below, or npm run poundkey -- unblock TENANT USER once it is clear that it was the user.',
  'limit.reached': `Wait until the time below. After calls and texts to a number that were not approved, the next one has to wait, and an approval ends that; otherwise the limit can be raised. ${POLICY} The fields are limits.perUser, perNumber, perSwitchboard and perTenant, and textMessage.unentered for texts whose codes nobody enters; five texts to a number in ten minutes are the most whatever the policy says.`,
  'spending.limitReached': `Wait until midnight UTC. Look at the calls and texts of this tenant first: many that nobody asked for are toll fraud (npm run poundkey -- toll-fraud TENANT). If they are wanted, raise the limit. ${POLICY} The fields are spending.callsPerDay, spending.textsPerDay and spending.moneyPerDay; for all tenants together the settings are CALLS_PER_DAY, TEXTS_PER_DAY and MONEY_PER_DAY.`,
  'line.tooBusy':
    'More calls and text messages wait than the caller line can start in time. npm run poundkey -- waiting shows whose they are. Have that backend slow down, raise CALLS_PER_SECOND as far as the provider allows it, give another country its own line (CALLER_LINES), or raise patienceS in the policy. A further line for the same country does not help: calls and text messages go out from the first one.',
  'service.unavailable':
    'The database could not be reached: npm run poundkey -- check says why. Without the queue requests are still accepted.',
};
