import type { Explanation } from '../../domain/explanation.ts';

const ASK_PROVIDER =
  'Check DNS, firewalls and proxies between Poundkey and the provider: npm run poundkey -- check asks the provider.';
const LOOKS_ITSELF =
  'Poundkey looks for the call and tries again by itself. If it goes on, look at the status page of the provider.';

/** Codes that Poundkey itself gives to the end of a verification or of a call. */
export const OWN_ERRORS: Readonly<Record<string, Explanation>> = {
  callNotFound: {
    meaning: 'the provider does not know the call, although it had accepted it',
    action:
      'Look into its console whether the call is there under another account or project, and whether the account was changed meanwhile.',
  },
  callLost: {
    meaning: 'the provider never answered whether it took the call, and knows of none',
    action:
      'Nothing, if it is rare: nobody was called. If it happens often, look for timeouts and cut connections between Poundkey and the provider, and at its status page.',
  },
  callNeverEnded: {
    meaning: 'the provider reported no end of the call long after its time limit',
    action: 'Look at the call in the console of the provider and end it there; report it to its support.',
  },
  noWebhook: {
    meaning:
      'the call was answered and is over, but the provider reached Poundkey with nothing, so the person heard only an error or silence',
    action:
      'npm run poundkey -- check asks PUBLIC_URL and says what is wrong. If it is right, search the log for refused webhooks (a wrong auth token) and the console of the provider for warnings about the call.',
  },
  messageGone: {
    meaning:
      'the message of another product, such as Entra, was not sent: its verification was decided before',
    action: 'Nothing: nobody gets a code that is worth nothing any more.',
  },
  tooLate: {
    meaning:
      'the message was recorded when the product that handed it over had stopped waiting; nobody was called',
    action: 'Look at how long the database takes, and at the network between it and Poundkey.',
  },
  networkUnreachable: {
    meaning: 'the provider could not be reached until the time of the verification was over',
    action: ASK_PROVIDER,
  },
  unknownLine: {
    meaning: 'no provider is configured for the caller line of this call',
    action:
      'Keep each line in CALLER_LINE or CALLER_LINES until its last call has ended, and restart with it.',
  },
  startMissed: {
    meaning: 'the process was too slow to start the call at its moment, so it got another one',
    action:
      'Nothing, if it is rare. If it happens often, the worker has too little processor time (nodejs_eventloop_lag_p99_seconds): add workers.',
  },
  userBlocked: {
    meaning: 'the user was blocked after the request',
    action:
      'npm run poundkey -- find TENANT USER says why; npm run poundkey -- unblock TENANT USER ends the block.',
  },
  fraudReported: {
    meaning: 'another call for the user was reported as fraud, so this verification was ended',
    action:
      'Somebody else may know the password of the user: have it changed. npm run poundkey -- find TENANT USER says whether the user is blocked; npm run poundkey -- unblock TENANT USER ends the block.',
  },
  numberSuppressed: {
    meaning: 'somebody who answered this number was called by mistake and asked for no more calls',
    action:
      'Ask the user for the number again. npm run poundkey -- suppressed lists such numbers; if this one is right, npm run poundkey -- allow NUMBER lets it be called again.',
  },
  phoneMethodRemoved: {
    meaning: 'the phone was removed from the user, or got another number, so this verification was ended',
    action: 'Nothing is wrong. npm run poundkey -- list-phones TENANT USER shows the phones that are left.',
  },
  reregistrationRequired: {
    meaning: 'the user was told to register all phones again, so this verification was ended',
    action:
      'The user registers a phone as for the first time. npm run poundkey -- list-phones TENANT USER shows which are verified.',
  },
  smsSignInEnded: {
    meaning: 'the number was no longer the user name of its user when the sign-in by number was completed',
    action: 'Nothing is wrong. npm run poundkey -- list-phones TENANT USER shows the phones of the user.',
  },
  assertionMissing: {
    meaning:
      'the right code of the sign-in by number was typed, and no assertion was issued: the phone, a block or a report of fraud came in between, or the process died',
    action:
      'Nothing is wrong if it is rare: the user signs in again. npm run poundkey -- find TENANT USER says whether something stands against it.',
  },
  appPasswordLimit: {
    meaning: 'the user already has as many app passwords as are allowed',
    action: 'npm run poundkey -- list-app-passwords TENANT USER shows them; revoke-app-password revokes one.',
  },
  mobileMissing: {
    meaning:
      'the mobile was removed while the alternate mobile was registered, which needs a mobile beside it',
    action:
      'The user registers a mobile first. npm run poundkey -- list-phones TENANT USER shows the phones that are left.',
  },
  badAnswer: {
    meaning: 'an answer came that makes no sense for the API of the provider',
    action:
      'Check the address of the API (TWILIO_API_BASE_URL, SIGNALWIRE_SPACE_URL) and proxies on the way: another server may answer there.',
  },
};

/** Socket errors by name, and HTTP statuses without a code of the provider. */
export const NETWORK_ERRORS: Readonly<Record<string, Explanation>> = {
  ECONNREFUSED: { meaning: 'nothing listens at the address of the provider', action: ASK_PROVIDER },
  ENOTFOUND: { meaning: 'the name of the provider is not known to DNS', action: ASK_PROVIDER },
  EAI_AGAIN: { meaning: 'DNS did not answer for the name of the provider', action: ASK_PROVIDER },
  ECONNRESET: {
    meaning: 'the connection to the provider was cut before the answer was there',
    action: LOOKS_ITSELF,
  },
  EPIPE: {
    meaning: 'the connection to the provider was cut while the request was sent',
    action: LOOKS_ITSELF,
  },
  ETIMEDOUT: {
    meaning: 'the provider gave no answer in time',
    action: `${LOOKS_ITSELF} PHONE_NETWORK_TIMEOUT_S is how long Poundkey waits.`,
  },
  CERT_HAS_EXPIRED: {
    meaning: 'the certificate of the provider, or of a proxy before it, has expired',
    action: 'Check the clock of this machine and the proxies between it and the provider.',
  },
  401: {
    meaning: 'the provider refused the credentials',
    action: 'Compare them with the console of the provider, then restart. All calls fail until then.',
  },
  403: {
    meaning: 'the provider forbids the request',
    action: 'Look into its console: is the account active, and may its key place calls?',
  },
  404: {
    meaning: 'there is no such address or account at the provider',
    action: 'Check the account and the address of the API (TWILIO_API_BASE_URL, SIGNALWIRE_SPACE_URL).',
  },
  408: {
    meaning: 'the provider, or a proxy before it, stopped waiting for the request',
    action: LOOKS_ITSELF,
  },
  429: {
    meaning: 'too many requests at once',
    action:
      'It is tried again by itself. If it happens often, lower CALLS_PER_SECOND or ask the provider for more calls per second.',
  },
  500: { meaning: 'the provider had an internal error', action: LOOKS_ITSELF },
  502: { meaning: 'a proxy before the provider got no answer from it', action: LOOKS_ITSELF },
  503: { meaning: 'the provider is unavailable', action: LOOKS_ITSELF },
  504: { meaning: 'a proxy before the provider waited in vain', action: LOOKS_ITSELF },
};
