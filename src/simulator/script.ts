/** What a desk phone does when it is called: data, checked when it comes from outside. */
import { z } from 'zod';

const afterMs = z.number().min(0).describe('milliseconds');

/** How the phone takes the call. `answer` rings for `afterMs` first; the others refuse the call after `afterMs`. */
const pickUpSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('answer'),
    afterMs,
    /** Who machine detection finds. */
    by: z.enum(['human', 'machine', 'fax', 'unknown']),
  }),
  z.strictObject({ kind: z.literal('ignore') }),
  /** Rings until a person decides (`hands.ts`). */
  z.strictObject({ kind: z.literal('byHand') }),
  z.strictObject({ kind: z.literal('busy'), afterMs }),
  z.strictObject({
    kind: z.literal('unreachable'),
    afterMs,
    sipResponseCode: z.number().int().min(400).max(699),
  }),
]);

/**
 * When: at pick-up, `afterMs` into the next prompt (`prompt`: barge-in if it is still being spoken), or after it
 * was spoken (`promptEnd`). A prompt is a Gather; each reaction waits for a later one than the reaction before it
 * used. Then: keys, one every 300 ms, or hanging up.
 */
const reactionSchema = z
  .strictObject({
    on: z.enum(['pickUp', 'prompt', 'promptEnd']),
    afterMs,
    press: z
      .string()
      .regex(/^[0-9#*A-D]+$/)
      .optional(),
    hangUp: z.literal(true).optional(),
  })
  .refine(
    ({ press, hangUp }) => (press === undefined) !== (hangUp === undefined),
    'give either press or hangUp',
  );

/** A switchboard that answers first and puts through whoever sends the extension. */
const switchboardSchema = z.strictObject({
  extension: z.string().regex(/^[0-9]+$/),
  /** From the right extension to the person picking up. */
  transferMs: afterMs,
  /** How long it waits for the extension before it hangs up; and how long the phone behind it rings. */
  patienceMs: afterMs,
  /** The phone behind it rings until a person decides; otherwise somebody picks up at once. */
  byHand: z.literal(true).optional(),
});

/**
 * What becomes of a text: the phone takes it, and the network says so after `afterMs` or never (`silent`); the network
 * does not deliver it, or never takes it (`failed`); or the provider refuses it when asked.
 */
const textsSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('take'), afterMs }),
  z.strictObject({ kind: z.literal('silent') }),
  z.strictObject({ kind: z.literal('undelivered'), afterMs, errorCode: z.number().int() }),
  z.strictObject({ kind: z.enum(['failed', 'refuse']), errorCode: z.number().int() }),
]);

/**
 * A desk phone's script: how it takes the call, then the person's reactions, one after the other; and what becomes of
 * texts to it, which it takes unless given.
 */
export const scriptSchema = z.strictObject({
  pickUp: pickUpSchema,
  switchboard: switchboardSchema.optional(),
  reactions: z.array(reactionSchema),
  texts: textsSchema.optional(),
});

/** A script. */
export type Script = z.infer<typeof scriptSchema>;
/** One reaction of the person. */
export type Reaction = z.infer<typeof reactionSchema>;
