// One sign-in from Entra's form to its answer, as a browser without scripts makes it.
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { FakeEntra } from './fake-entra.ts';
import { type AnswerClaims, readAnswer } from './read-answer.ts';

/** A request to the REST API. */
type CallApi = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: Record<string, unknown> }>;

/** What the round trip is made with. */
interface RoundTrip {
  call: CallApi;
  entra: FakeEntra;
  /** The number of the person's desk phone. */
  number: { number: string; country: string };
  now: () => Date;
  /** Hears what happens. */
  say(line: string): void;
}

/** How often the page is looked at, and for how long, ms. */
const LOOKED_EVERY_MS = 100;
const MOST_LOOKS = 600;

/** @throws Error that says which step did not go as it should */
export async function roundTrip(trip: RoundTrip): Promise<AnswerClaims> {
  const { entra, now, say } = trip;
  const method = await newMethod(trip);
  const objectId = await newPerson(trip);
  const request = entra.requestFor(method, objectId);
  say(`entra     the password was right; the browser brings a signed hint to ${method.authorizationUrl}`);
  const form = await formBack(method.authorizationUrl, request, say);
  if (form.error !== undefined) throw new Error(`Entra was answered with the error ${form.error}`);
  if (form.state !== request.state) throw new Error('state came back changed');
  const { claims, problem } = await readAnswer(form.id_token ?? '', {
    ...{ ...method, nonce: request.nonce ?? '', subject: subjectOf(request.id_token_hint), now: now() },
    ...{ acr: ['possessionorinherence'], amr: ['tel'] },
  });
  if (problem !== null || claims === null) throw new Error(problem ?? 'there are no claims');
  say(
    `entra     takes the answer: acr ${claims.acr}, amr ${claims.amr}, by the published key and certificate`,
  );
  return claims;
}

async function newMethod({ call, entra, say }: RoundTrip) {
  const applicationId = randomUUID();
  const wanted = { displayName: 'Desk phone', applicationId, directoryIds: [entra.directoryId] };
  const { status, body } = await call('POST', '/v1/entra-methods', wanted);
  if (status !== 201) throw new Error(`the method was refused: ${status}, ${body.detail}`);
  const { clientId = '', discoveryUrl = '', authorizationUrl = '' } = body as Record<string, string>;
  say(`method    ${discoveryUrl}`);
  return { applicationId, clientId, discoveryUrl, authorizationUrl };
}

/** Somebody of the directory whose office number an administrator enters. @returns the object id */
async function newPerson({ call, entra, number, say }: RoundTrip): Promise<string> {
  const objectId = randomUUID();
  const path = `/v1/users/${encodeURIComponent(`${objectId}@${entra.directoryId}`)}/phone-methods`;
  const { status, body } = await call('POST', path, { phoneType: 'office', ...number });
  if (status !== 201) throw new Error(`the number was refused: ${status}, ${body.detail}`);
  say('entered   the office number of a person of the directory, by directory id and object id');
  return objectId;
}

function subjectOf(hint = ''): string {
  return JSON.parse(Buffer.from(hint.split('.')[1] ?? '', 'base64url').toString('utf8')).sub;
}

/** Brings the form, and looks at the page until it goes back to Microsoft. */
async function formBack(address: string, fields: Record<string, string>, say: (line: string) => void) {
  const accepted = await fetch(address, {
    ...{ method: 'POST', body: new URLSearchParams(fields), redirect: 'manual' },
  });
  const [cookie = ''] = (accepted.headers.getSetCookie()[0] ?? '').split(';');
  const page = accepted.headers.get('location');
  if (accepted.status !== 303 || page === null)
    throw new Error(`the request from Entra was answered with status ${accepted.status}; 303 was expected`);
  const at = new URL(page, address).href;
  let seen = '';
  for (let looks = 0; looks < MOST_LOOKS; looks += 1) {
    const html = await (await fetch(at, { headers: { cookie, 'accept-language': 'en' } })).text();
    const back = /<form method="post" action="https:\/\/login\.microsoftonline[^>]*>(.*?)<\/form>/s.exec(
      html,
    );
    if (back) return inputsIn(back[1] ?? '');
    const [, title = ''] = /<h2 data-live="title">(.*?)<\/h2>/.exec(html) ?? [];
    if (title !== seen && title !== '') say(`screen    ${title}`);
    seen = title;
    await wait(LOOKED_EVERY_MS);
  }
  throw new Error('the page did not go back to Microsoft within a minute');
}

function inputsIn(html: string): Partial<Record<'id_token' | 'error' | 'state', string>> {
  const inputs = [...html.matchAll(/name="([^"]*)" value="([^"]*)"/g)];
  return Object.fromEntries(inputs.map(([, name, value = '']) => [name, decoded(value)]));
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

const decoded = (text: string): string =>
  text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name) => ENTITIES[name] ?? '');
