/** What Entra wants to have proved: the field `claims` of its request (OpenID Connect Core, section 5.5). */
import { z } from 'zod';

/** Those that somebody's phone satisfies. The other three ask for knowledge or inherence only. */
const POSSESSION: ReadonlySet<string> = new Set([
  'possession',
  'possessionorinherence',
  'knowledgeorpossession',
  'knowledgeorpossessionorinherence',
]);

/** Ways to prove it that Poundkey has: a call, and a text with a code. */
const WAYS = ['tel', 'sms'] as const;

const Values = z.object({
  value: z.string().optional(),
  values: z.array(z.string()).optional(),
});
const Wanted = z.object({
  id_token: z.object({ acr: Values, amr: Values.nullish() }),
});

/** What is proved, and by which of these. */
export interface Provable {
  acr: string;
  amr: string[];
}

/** `unreadable`: it is not what the protocol says; `unsatisfiable`: a phone proves nothing of it. */
export type ClaimsFault = 'unreadable' | 'unsatisfiable';

/** The first requested `acr` that a phone satisfies: their order is that of preference. */
export function readClaims(text: string): Provable | ClaimsFault {
  const wanted = Wanted.safeParse(parsed(text));
  if (!wanted.success) return 'unreadable';
  const { acr, amr } = wanted.data.id_token;
  const levels = valuesOf(acr);
  if (levels.length === 0) return 'unreadable';
  const level = levels.find((value) => POSSESSION.has(value));
  const ways = amr ? valuesOf(amr) : [];
  // Nothing said: either way.
  const possible = WAYS.filter((way) => ways.length === 0 || ways.includes(way));
  return level === undefined || possible.length === 0 ? 'unsatisfiable' : { acr: level, amr: [...possible] };
}

function valuesOf({ value, values = [] }: z.output<typeof Values>): string[] {
  return value === undefined ? values : [value, ...values];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
