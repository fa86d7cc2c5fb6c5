/** The request from Entra, as the person's browser brings it. */
import { hash } from 'node:crypto';
import type { FormFields } from '../../platform/http/form-body.ts';
import type { EntraAsked } from '../../registry/entra-schema.ts';
import { redirectUriOf } from '../clouds.ts';
import type { DirectoryKeys } from '../directory-keys.ts';
import type { EntraMethod } from './methods.ts';
import { readClaims } from './read-claims.ts';
import { type Hint, type HintFault, verifyHint } from './verify-hint.ts';

/** Error codes that Entra is answered with (OpenID Connect Core, section 3.1.2.6). */
export type AnswerError =
  | 'access_denied'
  | 'temporarily_unavailable'
  | 'invalid_request'
  | 'unsupported_response_type'
  | 'invalid_scope';

/** Why nothing is sent back: who would get it is not known, or who asks is not. */
type Untrusted = 'fields' | 'client' | 'redirectUri' | HintFault;

/** A request, and what became of it. */
export type ReadRequest =
  | { kind: 'untrusted'; why: Untrusted; clientRequestId: string | null }
  | { kind: 'refused'; error: AnswerError; state: string | null; clientRequestId: string | null }
  | { kind: 'accepted'; hint: Hint; asked: EntraAsked; requestHash: string };

/** The longest values that are taken along, characters. */
const MOST = { state: 8_192, nonce: 1_024 };

interface RequestDeps {
  keys: Pick<DirectoryKeys, 'ofAll'>;
  now(): Date;
}

/**
 * Checks a request in the order in which it can be trusted: who asks, where an answer goes and whom it is about, and only
 * then what is asked for.
 * @throws ServiceError `service.unavailable` when Entra's keys cannot be read now
 */
export async function readEntraRequest(
  { keys, now }: RequestDeps,
  method: EntraMethod,
  fields: FormFields,
): Promise<ReadRequest> {
  const clientRequestId = readClientRequestId(fields);
  const untrusted = (why: Untrusted): ReadRequest => ({ kind: 'untrusted', why, clientRequestId });
  const [clientId, redirectUri, idTokenHint] = ['client_id', 'redirect_uri', 'id_token_hint'].map((name) =>
    textIn(fields, name),
  );
  const state = textIn(fields, 'state') ?? null;
  if (hasRepeated(fields) || !idTokenHint || !isKept(state, MOST.state)) return untrusted('fields');
  if (clientId !== method.clientId) return untrusted('client');
  if (redirectUri !== redirectUriOf(method.cloud)) return untrusted('redirectUri');
  const hint = await verifyHint(idTokenHint, method, keys.ofAll(method.cloud), now());
  if (typeof hint === 'string') return untrusted(hint);
  const asked = readAsked(fields);
  if (typeof asked === 'string') return { kind: 'refused', error: asked, state, clientRequestId };
  const { nonce, ...provable } = asked;
  return {
    kind: 'accepted',
    hint,
    asked: { ...provable, nonce, state, subject: hint.subject, clientRequestId },
    requestHash: hash('sha256', `${idTokenHint}\n${nonce}`, 'hex'),
  };
}

/** By which Microsoft finds the request, if it looks like one: it is shown and logged. */
function readClientRequestId(fields: FormFields): string | null {
  const id = textIn(fields, 'client-request-id') ?? '';
  return /^[\da-f-]{1,64}$/i.test(id) ? id : null;
}

function readAsked(fields: FormFields): Pick<EntraAsked, 'nonce' | 'acr' | 'amr'> | AnswerError {
  const is = (name: string, value: string) => textIn(fields, name)?.toLowerCase() === value;
  if (!is('response_type', 'id_token')) return 'unsupported_response_type';
  if (!(textIn(fields, 'scope') ?? '').split(' ').includes('openid')) return 'invalid_scope';
  const nonce = textIn(fields, 'nonce') ?? '';
  if (!is('response_mode', 'form_post') || nonce === '' || !isKept(nonce, MOST.nonce))
    return 'invalid_request';
  const provable = readClaims(textIn(fields, 'claims') ?? '');
  if (provable === 'unreadable') return 'invalid_request';
  return provable === 'unsatisfiable' ? 'access_denied' : { nonce, ...provable };
}

/** The fields that mean something; all others are ignored, however often they come. */
const READ = [
  ...['client_id', 'redirect_uri', 'id_token_hint', 'state', 'nonce', 'claims'],
  ...['response_type', 'response_mode', 'scope', 'client-request-id'],
];

function hasRepeated(fields: FormFields): boolean {
  return READ.some((name) => Array.isArray(fields[name]));
}

function textIn(fields: FormFields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' ? value : undefined;
}

/** Whether the registry can keep it: no text of a database has this character. */
function isKept(text: string | null, most: number): boolean {
  return text === null || (text.length <= most && !text.includes('\0') && text.isWellFormed());
}
