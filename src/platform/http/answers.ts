/** What a route may answer: JSON, text such as XML, a page, a stream of events, a redirect, or nothing. */
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { type ContentPolicy, securityHeadersFor } from './security-headers.ts';

/**
 * One successful answer: what it means and the shape of its body.
 * `media` says how the body is written: `json` by default. Fields outside the schema of a JSON answer never leave
 * the process; the bodies of other media are written as they are.
 */
export interface ResponseSpec {
  description: string;
  schema: z.ZodType;
  media?: 'json' | 'text' | 'bytes' | 'events' | 'redirect' | 'none';
  /** The Content-Type of text, of a stream that has no events, and of JSON that has a media type of its own. */
  type?: string;
  /** Headers of every such answer. */
  headers?: Readonly<Record<string, string>>;
  /** The headers that the route itself gives with every such answer, for the description. */
  routeHeaders?: z.ZodObject;
}

/** Headers by name; one that comes more than once, such as Set-Cookie, has its values in a list. */
export type AnswerHeaders = Readonly<Record<string, string | readonly string[]>>;

/** Takes an answer over whose head is out: writes to it as long as it goes on, and ends it. */
export type TakeOver = (res: ServerResponse) => void;

/**
 * Headers of a stream of events, so that each event passes at once: nginx holds back what it gets unless it is told not to
 * (proxy_buffering), and others compress it, which holds it back too (RFC 9111, no-transform).
 */
const EVENT_HEADERS = { 'X-Accel-Buffering': 'no', 'Cache-Control': 'no-store, no-transform' };

/** An answer that is a stream of server-sent events: the route's body is what takes the connection over. */
export function eventStream(description: string) {
  return { ...takenOver(description), headers: EVENT_HEADERS } as const;
}

/** An answer of any length that is written as it is read: the route's body is what takes the connection over. */
export function streamAnswer(description: string, type: string) {
  return { ...takenOver(description), type } as const;
}

function takenOver(description: string) {
  const schema = z
    .custom<TakeOver>((value) => typeof value === 'function')
    .meta({ override: { type: 'string' } });
  return { description, schema, media: 'events' } as const;
}

/** An answer without a body. */
export function noBody(description: string) {
  return { description, schema: z.null(), media: 'none' } as const;
}

/**
 * An answer whose body is a finished text: an XML document, or JSON that has been written before.
 * @param type its Content-Type, such as `text/xml; charset=utf-8`
 */
export function textAnswer(description: string, type: string) {
  return { description, schema: z.string(), media: 'text', type } as const;
}

/** An answer whose body is a file; its Content-Type is a header of each answer. */
export function fileAnswer(description: string) {
  const schema = z
    .custom<Buffer>((value) => Buffer.isBuffer(value))
    .meta({ override: { type: 'string', format: 'binary' } });
  return { description, schema, media: 'bytes' } as const;
}

/** A page of HTML. @param policy what the page may load and do in a browser */
export function htmlPage(description: string, policy: ContentPolicy) {
  const headers = securityHeadersFor(policy);
  return { ...textAnswer(description, 'text/html; charset=utf-8'), headers } as const;
}

/** An answer of status 302, 303 or 307 that leads to another address, which is the route's body. */
export function redirect(description: string) {
  return { description, schema: z.string(), media: 'redirect' } as const;
}
