import { isIP } from 'node:net';
import { z } from 'zod';

const most = (least: number, byDefault: number, description: string) =>
  z.int().min(least).max(1_000_000).default(byDefault).meta({ description });

/** The longest host beside the hash of an app with which every language's text fits one segment. */
const LONGEST_BESIDE_HASH = 22;

/** With the longest one, every language's text fits one segment. */
const CODE_HOST = /^(?=.{1,60}$)(?=.*\.)[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** The host of a page where codes are typed, as texts can name it; undefined: its address has a name that they cannot. */
export function codeHostOf(pageUrl: string): string | undefined {
  const { hostname } = new URL(pageUrl);
  return CODE_HOST.test(hostname) && !isIP(hostname) ? hostname : undefined;
}

const BOTH_FIT = {
  path: ['codeHost'],
  error: `This must have at most ${LONGEST_BESIDE_HASH} characters beside androidAppHash: both must fit into one text message.`,
};

function fitOneText(text: { codeHost: string | null; androidAppHash: string | null }): boolean {
  return text.androidAppHash === null || (text.codeHost ?? '').length <= LONGEST_BESIDE_HASH;
}

/** What a policy says of mobile phones, and of text messages to them. */
export const MOBILE_FIELDS = {
  mobilePhone: z
    .strictObject({
      allowed: z
        .boolean()
        .default(true)
        .meta({ description: 'Whether mobile phones may be registered and reached' }),
    })
    .prefault({})
    .meta({ description: 'Mobile phones, the alternate one included' }),
  textMessage: z
    .strictObject({
      allowed: z
        .boolean()
        .default(true)
        .meta({ description: 'Whether codes may be sent to mobile phones by text message' }),
      codeHost: z
        .string()
        .max(60)
        .regex(
          CODE_HOST,
          'This must be a host name without port in lower-case ASCII letters, such as login.example.com; of a name with other letters, its punycode form.',
        )
        .nullable()
        .default(null)
        .meta({
          description:
            'The host of the page where people type the code, so that browsers offer to fill it in (Web OTP); null: the text has no such line',
        }),
      androidAppHash: z
        .string()
        .regex(/^[A-Za-z0-9+/]{11}$/, 'This must be the 11 characters of the hash of an Android app.')
        .nullable()
        .default(null)
        .meta({
          description:
            'The hash of the Android app in which people type the code, so that the app can read it from the text message (SMS Retriever); null: the text has no such line. With it, `codeHost` may have at most 22 characters instead of 60',
        }),
      unentered: z
        .strictObject({
          perPrefix: z.int().min(5).max(1_000_000).nullable().default(20).meta({
            description:
              'The most text messages in an hour to numbers that differ in their last four digits only; null: no limit',
          }),
          perCountry: z.int().min(5).max(1_000_000).nullable().default(200).meta({
            description: 'The most text messages in an hour to the numbers of one country; null: no limit',
          }),
        })
        .prefault({})
        .meta({
          description:
            'Text messages whose codes nobody enters, so that nobody earns on them (SMS pumping): each code that is entered makes room for ten more, and a text that is sent again is one more. Beyond the limit, none are sent for half an hour. Texts for signing in do not count',
        }),
      escalation: z
        .strictObject({
          toCall: z.boolean().default(false).meta({
            description:
              'Whether a call may take the place of a text message in the same verification: by itself when the text cannot be delivered, or when the backend asks',
          }),
          afterS: z.int().min(20).max(300).default(20).meta({
            description: 'How long after the text the backend may ask for the call, s',
          }),
        })
        .prefault({})
        .meta({ description: 'What follows a text message that does not arrive' }),
    })
    .refine(fitOneText, BOTH_FIT)
    .prefault({})
    .meta({ description: 'Text messages with codes' }),
  smsSignIn: z
    .strictObject({
      allowed: z
        .boolean()
        .default(false)
        .meta({ description: 'Whether people may use the number of their mobile phone as user name' }),
      unusedDays: z.int().min(1).max(3650).nullable().default(90).meta({
        description:
          'A number with which nobody signed in for so long may belong to somebody else: its user has to enable it again; null: never',
      }),
      unknownDevices: z
        .strictObject({
          textsPerHour: most(0, 5, 'How many text messages may be asked for in an hour for one number'),
          textsPerDay: most(0, 20, 'How many text messages may be asked for in a day for one number'),
          textsPerAddressPerHour: most(
            0,
            20,
            'How many text messages may be asked for in an hour from one client address, or one /64 network of IPv6',
          ),
          wrongCodesPerDay: most(
            5,
            50,
            'How many wrong codes may be typed in a day for one number, before no code is right any more',
          ),
        })
        .prefault({})
        .meta({
          description:
            "What may be done by those who know a number only. Beyond these limits they get no texts, and are not told; the number's user, on a device that has signed in with it, has the limits of users",
        }),
    })
    .prefault({})
    .meta({ description: 'Signing in with a phone number' }),
};
