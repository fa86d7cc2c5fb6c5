// Runs `npm run demo` as a person does, and reads what it prints.
import { describe, expect, it } from 'vitest';
import { findMailServers } from '../support/mail-programs.ts';
import { startScript } from '../support/run-script.ts';

const DEMO = new URL('../../scripts/demo.ts', import.meta.url);
/** A call takes a few seconds, the embedded store some more on a busy machine. */
const PATIENCE = { timeout: 120_000 };
const demo = (...args: string[]) => startScript(DEMO, args).exit;

/** The place of each text in the output; -1 for one that is missing. */
const placesIn = (output: string, texts: RegExp[]) => texts.map((text) => output.search(text));
const inOrder = (places: number[]) => places.toSorted((a, b) => a - b);

describe('the demo', () => {
  it('shows a registration from the request to the second reveal that is refused', PATIENCE, async () => {
    const { code, output } = await demo();
    const places = placesIn(output, [
      /backend +POST \/v1\/verifications \{.*"number":"08-12 34 56 78"/,
      /queued +the verification waits/,
      /dialing /,
      /placed /,
      /ringing /,
      /answered /,
      /heard +".*fyrkant.*" \(sv-SE\)/,
      /pressed +#/,
      /done +the phone is registered/,
      /done +an app password is issued/,
      /outcome +approved: /,
      /revealed +app password, shown once: [a-z]{4}( [a-z]{4}){3}\n/,
      /refused +the second reveal: 410, /,
      /methods +office \+46 812345678\n/,
    ]);
    expect(places, output).not.toContain(-1);
    expect(places, output).toEqual(inOrder(places));
    expect(output).toMatch(/parsed as \+46 8 123 456 78 \(SE, FIXED_LINE\)/);
    expect(output.match(/shown once: /g)).toHaveLength(1);
    expect(code).toBe(0);
  });

  it('shows another ending, which leaves nothing behind', PATIENCE, async () => {
    const { code, output } = await demo('--scenario', 'busy');
    const places = placesIn(output, [
      /queued /,
      /dialing /,
      /placed /,
      /ended /,
      /outcome +busy: /,
      /methods +none\n/,
    ]);
    expect(places, output).not.toContain(-1);
    expect(places, output).toEqual(inOrder(places));
    expect(output).not.toMatch(/answered|pressed|revealed/);
    expect(code).toBe(0);
  });

  it.each([
    {
      scenario: 'number-match',
      shows: [
        /policy +version 2 asks for the challenge numberMatch/,
        /screen +answer the call and type [1-9]\d\n/,
        /heard +"Hej.*siffrorna som visas på skärmen/,
        /pressed +#/,
        /heard +"Det var inte siffrorna på skärmen/,
        /done +the phone is registered/,
        /outcome +approved: /,
      ],
    },
    {
      scenario: 'entra-message',
      shows: [
        /connected the directory/,
        /Entra +POST .*mode evaluation/,
        /Entra +POST .*mode live/,
        /heard +"Hello, this is .*press the hash key/,
        /pressed +#/,
        /heard +"Use 4, 8, 2, 9, 1, 3 to sign in/,
        /outcome +the person heard the message; one call for two requests/,
      ],
    },
    {
      scenario: 'pin',
      shows: [/refused +without a PIN: 422, /, /heard +"Hej.*pinkod/, /pressed +4/, /outcome +approved: /],
    },
    {
      scenario: 'sign-in',
      shows: [
        /done +the phone is registered/,
        /refused +to sign in with another number: 422, /,
        /backend +POST \/v1\/verifications \{"userId":"u-1842","purpose":"signIn"\}/,
        /outcome +approved: .*\n.*methods +office \+46 812345678\n/,
      ],
    },
    {
      scenario: 'entra',
      shows: [
        /method +http:.*\/entra\/eam\/.*\/\.well-known\/openid-configuration\n/,
        /entra +the password was right/,
        /pressed +#/,
        /entra +takes the answer: acr possessionorinherence, amr tel/,
      ],
    },
    {
      scenario: 'fraud',
      shows: [
        /done +the phone is registered/,
        /pressed +0/,
        /heard +"Vill du anmäla samtalet/,
        /alarm +the log has an alarm/,
        /outcome +fraudReported: /,
        /blocked +u-1842, because of fraudReported/,
        /refused +the next request: 403, /,
        /methods +office /,
      ],
    },
    {
      scenario: 'queue',
      shows: [
        /backend +adds the job enrol-u-1842 \{"tenantId":"default",.*"number":"08-12 34 56 78"/,
        /backend +adds it again, which changes nothing/,
        /pressed +#/,
        /queue +the job now carries \{"verificationId":"[\da-f-]{36}"\}\n/,
        /outcome +\{"outcome":"approved","verificationId":"/,
        /refused +number\.invalid: /,
      ],
    },
    {
      scenario: 'extension',
      shows: [
        /backend +PUT \/v1\/pbx-profiles \{.*"pauseBeforeS":2,"pauseAfterS":1\}/,
        /"number":"08-12 34 56 78 ankn\. 1234".*"purpose":"testExtension"/,
        /dialed +1\n.*dialed +2\n.*dialed +3\n.*dialed +4\n/,
        /pressed +#/,
        /progress +the test came as far as keyPressed/,
        /methods +none\n/,
        /done +the phone is registered/,
        /methods +office \+46 812345678x1234\n/,
      ],
    },
    {
      scenario: 'too-busy',
      shows: [
        /policy +version 2 lets calls wait 5 s for the line/,
        /accepted +to be called in 0\.0 s/,
        /refused +the other \d+: 429, The caller line, or the half of it/,
        /refused +Retry-After: [1-9]/,
        /placed +the provider/,
        /accepted +another one, after that time/,
        /outcome +all \d+ were called/,
      ],
    },
    {
      scenario: 'text',
      shows: [
        /sent /,
        /text +".*\d{6}/,
        /wrong /,
        /4 more tries are left/,
        /outcome +approved: /,
        /methods +mobile/,
      ],
    },
    {
      scenario: 'resend',
      shows: [
        /refused +429, Retry-After: /,
        /again /,
        /compared +the code of both texts is the same/,
        /outcome +approved: /,
      ],
    },
    {
      scenario: 'escalation',
      shows: [
        /policy +version 2 lets a call follow a text message/,
        /"channel":"sms"/,
        /sending /,
        /instead /,
        /failed /,
        /ringing /,
        /pressed +#/,
        /outcome +approved by call: /,
        /"purpose":"signIn"/,
        /text +".*\d{6}/,
        /refused +429, .*Retry-After: \d+ s/,
        /backend +POST .*\/call-instead\n/,
        /refused +409, A call has taken the place.*pressed +#.*outcome +approved by call: /s,
        /methods +mobile/,
      ],
    },
    { scenario: 'remove', shows: [/outcome +approved: /, /removed +the mobile phone/, /methods +none/] },
    {
      scenario: 'default-cannot-go',
      shows: [/refused +409, .*Change the default first/, /removed +the office phone/, /methods +mobile/],
    },
    {
      scenario: 'enable-sign-in',
      shows: [
        /policy +version 2 allows signing in/,
        /banner +notConfigured: no offer/,
        /outcome +approved: /,
        /banner +notEnabled: the page offers to sign in with \+46 701234567\n/,
        /backend +POST .*\/enable-sms-sign-in\n/,
        /state +ready\n/,
        /banner +ready: no offer/,
        /backend +POST .*\/disable-sms-sign-in\n.*state +notEnabled\n/,
      ],
    },
    {
      scenario: 'number-in-use',
      shows: [
        /state +ready\n/,
        /"userId":"u-2001"/,
        /refused +409, This number is in use\. Contact your administrator\.\n/,
        /banner +phoneNumberNotUnique: no offer/,
        /webhook +phoneMethod\.smsSignInContested about u-1842/,
        /state +notEnabled\n/,
        /u-2001\/phone-methods\/[\da-f-]{36}\/enable-sms-sign-in\n.*state +ready\n/,
      ],
    },
    {
      scenario: 'sign-in-by-number',
      shows: [
        /outcome +approved: /,
        /enabled +the number as user name/,
        /backend +POST \/v1\/sign-ins \{/,
        /answered +approved/,
        /verified +the assertion by the key set: it names u-1842/,
        /compared +both answers look alike/,
        /refused +422, /,
      ],
    },
  ])('shows $scenario', PATIENCE, async ({ scenario, shows }) => {
    const { code, output } = await demo('--scenario', scenario);
    const places = placesIn(output, shows);
    expect(places, output).not.toContain(-1);
    expect(places, output).toEqual(inOrder(places));
    expect(code).toBe(0);
  });

  it.runIf(findMailServers())(
    'signs a mail client and a web app in, through nginx and Dovecot',
    PATIENCE,
    async () => {
      const { code, output } = await demo('--scenario', 'mail');
      const places = placesIn(output, [
        /revealed +app password, shown once: /,
        /curl +imaps:.*INBOX/,
        /curl +https:.*\(200\)/,
        /"wrong wrong": curl: \(67\)/,
        /backend +revokes the app password/,
        /curl +imaps:.*"[a-z]{4}( [a-z]{4}){3}": curl: \(67\)/,
        /curl +https:.*"[a-z]{4}( [a-z]{4}){3}": .*\(401\)/,
      ]);
      expect(places, output).not.toContain(-1);
      expect(places, output).toEqual(inOrder(places));
      expect(code).toBe(0);
    },
  );

  it('lists its scenarios', async () => {
    const { code, output } = await demo('--help');
    for (const name of [
      'press-pound',
      'busy',
      'no-answer',
      'voicemail',
      'wrong-key',
      'hang-up',
      'silence',
      'number-match',
      'pin',
      'sign-in',
      'fraud',
      'queue',
      'extension',
      'too-busy',
      ...['text', 'resend', 'escalation', 'remove', 'default-cannot-go', 'enable-sign-in', 'number-in-use'],
      'sign-in-by-number',
      'mail',
    ])
      expect(output).toMatch(new RegExp(`^  ${name} +\\S`, 'm'));
    expect(code).toBe(0);
  });

  it.each([
    {
      args: ['--scenario', 'sleepwalking'],
      says: /no scenario "sleepwalking"\. Use one of: press-pound, busy, /,
    },
    { args: ['--scenario'], says: /--scenario/ },
    { args: ['busy'], says: /busy/ },
  ])('says what is wrong with $args', async ({ args, says }) => {
    const { code, output } = await demo(...args);
    expect(output.trimEnd().split('\n').length).toBeLessThanOrEqual(2);
    expect(output).toMatch(says);
    expect(code).toBe(1);
  });
});
