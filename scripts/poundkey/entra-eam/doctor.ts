// Looks at everything that a sign-in through Entra needs: what Entra reads here, what is read at Entra, and one whole sign-in.
import { randomUUID } from 'node:crypto';
import { WARNED_DAYS } from '../../../src/domain/certificate-expiry.ts';
import { CLOUDS, placesOf, redirectUriOf } from '../../../src/entra/clouds.ts';
import { DirectoryPhonesRefusal } from '../../../src/entra/directory-phones/refusal.ts';
import { addressesOf, type EntraMethod } from '../../../src/entra/external-method/methods.ts';
import { daysUntil } from '../../../src/platform/clock.ts';
import type { Finding } from '../command.ts';
import type { Tools } from '../tools.ts';
import { openFakeEntra } from './fake-entra.ts';
import { newHintKey } from './fake-keys.ts';
import { trySignIn } from './own-service.ts';
import { discoveryProblem } from './read-answer.ts';

/** How far this machine's clock may be from Entra's, s: hints are believed for five minutes. */
const MOST_APART_S = 60;

type Look = () => Promise<string | null>;

/** @returns what was found out about the methods, and about what all of them need; it never throws */
export function createExamination(tools: Tools) {
  return async (methods: readonly EntraMethod[]): Promise<Finding[]> => {
    const findings: Finding[] = [];
    const look = async (name: string, good: string, find: Look) =>
      findings.push(await finding(name, good, find));
    await look('signing key', 'lasts, and is replaced in time', () => keyProblem(tools));
    for (const cloud of new Set(methods.map((method) => method.cloud)))
      await look(`Entra (${cloud})`, 'its keys can be read, and the clocks agree', () =>
        entraProblem(tools, cloud),
      );
    for (const method of methods) {
      const { publicUrl } = tools;
      if (publicUrl === null) {
        findings.push({ name: method.id, status: 'skipped', says: 'PUBLIC_URL is not set' });
        continue;
      }
      const { discoveryUrl } = addressesOf(publicUrl, method);
      await look(`${method.id} discovery`, discoveryUrl, () => discoveryProblem(discoveryUrl));
      await look(`${method.id} requests`, 'a hint that Entra has not signed is refused', () =>
        forgeryProblem(publicUrl, method),
      );
    }
    for (const method of methods.filter(({ firstTime }) => firstTime === 'directory'))
      await look(`${method.id} Microsoft Graph`, 'lets the application read users', () =>
        graphProblem(tools, method),
      );
    findings.push(await trySignIn());
    return findings;
  };
}

async function finding(name: string, good: string, find: Look): Promise<Finding> {
  try {
    const problem = await find();
    return problem === null ? { name, status: 'ok', says: good } : { name, status: 'failed', says: problem };
  } catch (error) {
    return { name, status: 'failed', says: error instanceof Error ? error.message : String(error) };
  }
}

async function keyProblem({ entraKeys, clock }: Tools): Promise<string | null> {
  const newest = (await entraKeys.list()).at(-1);
  if (newest === undefined) return 'there is none';
  const days = daysUntil(newest.expiresAt, clock.now());
  return days < WARNED_DAYS
    ? `the newest one ends in ${days} days: entra-eam rotate-keys makes another`
    : null;
}

async function entraProblem({ entra, clock }: Tools, cloud: EntraMethod['cloud']): Promise<string | null> {
  const place = placesOf('login', entra.metadata)[cloud];
  const address = `${place}/common/v2.0/.well-known/openid-configuration`;
  const answer = await fetch(address, { signal: AbortSignal.timeout(5_000) });
  if (!answer.ok) return `${address} answered with status ${answer.status}`;
  const date = Date.parse(answer.headers.get('date') ?? '');
  const apart = Math.abs(date - clock.now().getTime()) / 1000;
  return apart > MOST_APART_S
    ? `the clock of this machine is ${Math.round(apart)} s from Entra's: set it by NTP, since hints are believed for five minutes`
    : null;
}

/** Nobody has a random id: whoever may read users is told so. */
async function graphProblem(
  { entraMethods, directoryPhones }: Tools,
  { id, directoryIds }: EntraMethod,
): Promise<string | null> {
  for (const directoryId of directoryIds) {
    const application = await entraMethods.applicationOf(id, directoryId);
    if (application === null) return 'the method has no credential: entra-eam change enters one';
    const problem = await directoryPhones.read(application, randomUUID()).then(
      () => 'it knows somebody whom nobody has entered',
      (error: unknown) => {
        if (!(error instanceof DirectoryPhonesRefusal)) throw error;
        return error.reason === 'userNotFound' ? null : `${directoryId}: ${error.message}`;
      },
    );
    if (problem !== null) return problem;
  }
  return null;
}

/** Somebody who is not Entra asks for a sign-in of nobody: nothing may come of it, and nothing may be sent to Microsoft. */
async function forgeryProblem(publicUrl: string, method: EntraMethod): Promise<string | null> {
  const stranger = await openFakeEntra({ cloud: method.cloud });
  try {
    const [directoryId = ''] = method.directoryIds;
    const claims = { tid: directoryId, iss: `${CLOUDS[method.cloud].login}/${directoryId}/v2.0` };
    const { privateKey } = newHintKey();
    const hint = stranger.hintFor(method, randomUUID(), { claims, privateKey });
    const body = new URLSearchParams(stranger.requestFor(method, randomUUID(), { id_token_hint: hint }));
    const { authorizationUrl } = addressesOf(publicUrl, method);
    const answer = await fetch(authorizationUrl, { method: 'POST', body, redirect: 'manual' });
    const page = await answer.text();
    if (answer.status !== 400) return `it was answered with status ${answer.status}; 400 was expected`;
    return page.includes(redirectUriOf(method.cloud)) ? 'it was answered with a way back to Microsoft' : null;
  } finally {
    await stranger.close();
  }
}
