/** What people can do on the page, as it arrives. */
import { z } from 'zod';
import { PEOPLE } from './people.ts';
import { FAULT_IDS } from './switches.ts';

const phone = z.enum(['desk', 'mobile']);
const bare = <Name extends string>(...names: [Name, ...Name[]]) => z.strictObject({ do: z.enum(names) });

/** One thing that somebody does. */
export const actionSchema = z.discriminatedUnion('do', [
  bare('setUpOffice', 'setUpMobile', 'cancel', 'startOver'),
  z.strictObject({
    do: z.literal('choosePerson'),
    person: z
      .string()
      .refine((id) => PEOPLE.some((each) => each.id === id), 'This must be one of the people.'),
  }),
  z.strictObject({ do: z.literal('enterCode'), code: z.string().max(40) }),
  z.strictObject({ do: z.enum(['answer', 'reject', 'toVoicemail', 'hangUp', 'hold']), phone }),
  z.strictObject({ do: z.literal('press'), phone, key: z.string().regex(/^[0-9*#]$/) }),
  z.strictObject({ do: z.literal('setMode'), mode: z.enum(['rings', 'busy', 'voicemail', 'switchboard']) }),
  z.strictObject({ do: z.literal('switchFault'), fault: z.enum(FAULT_IDS), on: z.boolean() }),
  z.strictObject({ do: z.literal('reply'), word: z.enum(['STOP', 'START']) }),
  z.strictObject({ do: z.literal('shown'), verification: z.string().max(60) }),
]);

/** One thing that somebody does. */
export type Action = z.infer<typeof actionSchema>;
