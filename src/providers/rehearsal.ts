/** What a rehearsal may be: production settings on one machine, whose calls end in a simulator of their own. */

/**
 * The account of a rehearsal's simulator. No account of Twilio's is all zeros, so it is recognised wherever it stands.
 */
export const REHEARSAL_ACCOUNT = `AC${'0'.repeat(32)}`;

/** The variables that decide whether it is one. */
interface RehearsalEnvironment {
  NODE_ENV: string;
  REHEARSAL: string;
  PHONE_NETWORK?: string | undefined;
  TWILIO_ACCOUNT_SID?: string | undefined;
  TWILIO_API_BASE_URL?: string | undefined;
  SIGNALWIRE_PROJECT_ID?: string | undefined;
}

/** What keeps an environment from being a rehearsal, or a rehearsal's account from production: a sentence for each. */
export function rehearsalProblems(env: RehearsalEnvironment): string[] {
  if (env.REHEARSAL !== 'true') return misplacedAccount(env);
  return [
    ...(env.PHONE_NETWORK === 'twilio' ? [] : ['PHONE_NETWORK must be twilio with REHEARSAL=true']),
    ...(env.TWILIO_ACCOUNT_SID === REHEARSAL_ACCOUNT
      ? []
      : [
          'TWILIO_ACCOUNT_SID must be AC and 32 zeros with REHEARSAL=true: a rehearsal must not use a real account. For real calls remove REHEARSAL',
        ]),
    ...(isOnLoopback(env.TWILIO_API_BASE_URL)
      ? []
      : [
          'TWILIO_API_BASE_URL must be an address of this machine, such as http://127.0.0.1:8085, with REHEARSAL=true',
        ]),
    ...(env.SIGNALWIRE_PROJECT_ID === undefined
      ? []
      : ['SIGNALWIRE_PROJECT_ID must be empty with REHEARSAL=true: a rehearsal must not use a real account']),
  ];
}

function misplacedAccount(env: RehearsalEnvironment): string[] {
  if (env.NODE_ENV !== 'production' || env.TWILIO_ACCOUNT_SID !== REHEARSAL_ACCOUNT) return [];
  return [
    'TWILIO_ACCOUNT_SID is the account of a rehearsal, for which no phone rings. Set that of your own account, or REHEARSAL=true for a rehearsal',
  ];
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

function isOnLoopback(address: string | undefined): boolean {
  return address !== undefined && URL.canParse(address) && LOOPBACK.test(new URL(address).hostname);
}
