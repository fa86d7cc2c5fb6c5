/** What each identity product has of its own: how it shows who it is, what it sends, and what it wants to hear. */
import type { ErrorCode } from '../errors.ts';

/** The products whose hooks are answered. */
export const HOOK_KINDS = ['okta', 'auth0', 'supabase'] as const;

/** One of them. */
export type HookKind = (typeof HOOK_KINDS)[number];

/** A request as it came; nothing of it is believed yet. */
export interface HookRequest {
  header(name: string): string | undefined;
  /** The body as it was received: what signatures cover. */
  text: string;
}

/** What a product hands over. */
export interface HandedOver {
  channel: 'call' | 'sms';
  /** With `+` and the country code. */
  number: string;
  code: string;
  /** The finished sentence with the code in it; null: we write one. */
  text: string | null;
  locale: string | null;
  /** How long the code is good, s; null: not said. */
  lifeS: number | null;
  /** What is the same when the product sends the same message again, and differs from its other messages. */
  repeats: string;
}

/** The front-end of a product. */
export interface FrontEnd {
  kind: HookKind;
  /** Whether the request comes from whoever has the secret; compared in constant time. */
  isAuthentic(request: HookRequest, secret: string, now: Date): boolean;
  /** @param body JSON @throws ServiceError `message.invalid` */
  read(body: unknown, request: HookRequest, now: Date): HandedOver;
  /** What is answered when the message was taken. */
  accepted: Readonly<Record<string, unknown>>;
  /** What is answered when it was not; the status says the same. */
  refused(problem: { status: number; code: ErrorCode; title: string }): Readonly<Record<string, unknown>>;
}
