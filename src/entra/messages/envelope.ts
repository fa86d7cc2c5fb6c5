import { z } from 'zod';
import { MessageRefused } from './refusal.ts';

/** What a message is called by Entra. */
export const MESSAGE_TYPE = 'microsoft.mfa.otpDeliver.v1';

/** How a message reaches its phone. */
const CHANNELS: Record<string, 'sms' | 'call'> = { '1': 'sms', sms: 'sms', '2': 'call', voice: 'call' };
/** Whether it is to be delivered, or only to be shown that it could be. */
const MODES: Record<string, 'live' | 'evaluation'> = {
  ...{ '1': 'live', live: 'live' },
  ...{ '2': 'evaluation', evaluation: 'evaluation' },
};

const LONGEST_LIFE_S = 2_147_483_647;

/** The outer part of a request, which is not encrypted. Nothing in it says who sends it. */
export interface Envelope {
  correlationId: string | null;
  channel: 'sms' | 'call';
  mode: 'live' | 'evaluation';
  /** How long the code is good, s; null: not said. */
  lifeS: number | null;
  /** A compact JWE. */
  encrypted: string;
}

/**
 * Reads the envelope of a request; members that are not known are tolerated.
 * @param correlationHeader what the headers call the sign-in, where the body does not say it
 * @throws MessageRefused with the first thing that is wrong, in the protocol's order and words
 */
export function readEnvelope(body: unknown, correlationHeader: string | undefined): Envelope {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw invalid('invalid envelope', null);
  const given = body as Record<string, unknown>;
  const correlationId = readCorrelationId(given.correlationId) ?? readCorrelationId(correlationHeader);
  const refuse = (reason: string): never => {
    throw invalid(reason, correlationId);
  };
  if (given.type !== MESSAGE_TYPE) refuse('unsupported envelope type');
  const { encryptedDeliveryContext: encrypted } = given;
  if (typeof encrypted !== 'string' || encrypted.trim() === '')
    return refuse('encryptedDeliveryContext is required');
  const channel = readWord(CHANNELS, given.channel) ?? refuse('unsupported channel');
  const mode = readWord(MODES, given.mode) ?? refuse('unsupported mode');
  const lifeS = readLife(given.ttlSeconds);
  if (lifeS === 'invalid') return refuse('invalid ttlSeconds');
  if (lifeS !== null && lifeS <= 0) refuse('ttlSeconds expired');
  return { correlationId, channel, mode, lifeS, encrypted };
}

/** A whole number or a word, in any case. */
function readWord<Word>(words: Record<string, Word>, given: unknown): Word | undefined {
  const isWord = typeof given === 'string' && /^[a-z]+$/i.test(given);
  if (!isWord && !Number.isInteger(given)) return undefined;
  const key = String(given).toLowerCase();
  return Object.hasOwn(words, key) ? words[key] : undefined;
}

function readLife(given: unknown): number | null | 'invalid' {
  if (given === undefined) return null;
  return Number.isInteger(given) && Number(given) <= LONGEST_LIFE_S ? Number(given) : 'invalid';
}

function readCorrelationId(given: unknown): string | null {
  return typeof given === 'string' && /^[\x21-\x7e]{1,200}$/.test(given) ? given : null;
}

function invalid(reason: string, correlationId: string | null): MessageRefused {
  return new MessageRefused('message.invalid', `The message was not taken: ${reason}.`, {
    reason,
    correlationId,
  });
}

/** The longest message that is spoken or sent, in characters; a real one has a tenth. */
const LONGEST_TEXT = 1_000;

const filled = z.string().regex(/\S/);
const storable = filled.regex(/^[^\0\p{Cs}]+$/u);

const Context = z.object({
  nonce: filled.max(4_096),
  phoneNumber: storable.max(64),
  message: storable.max(LONGEST_TEXT),
  // Null, as some write what is not there.
  extension: z.string().nullish(),
  locale: z.string().max(64).nullish().catch(null),
});

/** What was encrypted: whom to reach, and what to say. */
export interface DeliveryContext {
  nonce: string;
  phoneNumber: string;
  message: string;
  extension: string | null;
  locale: string | null;
}

/** @throws MessageRefused when something is missing; never with any of it */
export function readContext(plain: string, correlationId: string | null): DeliveryContext {
  const { data } = Context.safeParse(parsed(plain));
  if (data === undefined) throw invalid('incomplete delivery context', correlationId);
  const extension = data.extension?.trim() || null;
  if (extension !== null && !/^\d{1,11}$/.test(extension)) throw invalid('invalid extension', correlationId);
  return { ...data, extension, locale: data.locale?.trim() || null };
}

/** The parser's own message would quote what was decrypted. */
function parsed(plain: string): unknown {
  try {
    return JSON.parse(plain);
  } catch {
    return undefined;
  }
}
