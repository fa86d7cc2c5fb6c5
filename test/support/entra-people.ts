/** People of an Entra directory, a method for them, and their browsers. */
import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import type { FakeEntra } from '../../scripts/poundkey/entra-eam/fake-entra.ts';
import type { ScenarioName } from '../../src/simulator/scenarios.ts';
import type { Script } from '../../src/simulator/script.ts';
import { createPageVisitor, formOn, type ShownPage } from './form-visitor.ts';
import type { World } from './world.ts';

export const REDIRECT = 'https://login.microsoftonline.com/common/federation/externalauthprovider';

/** A method as the API answers it. */
export interface KnownMethod {
  id: string;
  clientId: string;
  applicationId: string;
  discoveryUrl: string;
  authorizationUrl: string;
}

/** Makes a method for the directory of an Entra. */
export async function newMethod(
  api: World['api'],
  entra: Pick<FakeEntra, 'directoryId'>,
  extra: Record<string, unknown> = {},
): Promise<KnownMethod> {
  const answer = await api('POST', '/v1/entra-methods', {
    ...{ displayName: 'Desk phone', applicationId: randomUUID(), directoryIds: [entra.directoryId] },
    ...extra,
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
}

/** Somebody of the directory whose office number an administrator has entered. */
export async function newPerson(
  world: World,
  entra: Pick<FakeEntra, 'directoryId'>,
  phone: ScenarioName | Script = 'press-pound',
) {
  const objectId = randomUUID();
  const number = world.newNumber();
  world.simulator.desk.script(number, phone);
  const userId = `${objectId}@${entra.directoryId}`;
  const entered = await world.api('POST', `/v1/users/${encodeURIComponent(userId)}/phone-methods`, {
    ...{ phoneType: 'office', number },
  });
  expect(entered.status, JSON.stringify(entered.body)).toBe(201);
  return { objectId, number, userId };
}

/** A browser in which the form of Entra is sent. */
export async function cameFromEntra(
  method: Pick<KnownMethod, 'authorizationUrl'>,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const visitor = createPageVisitor(headers);
  return { visitor, page: await visitor.post(method.authorizationUrl, fields) };
}

/** What goes back to Entra from a page. */
export function answerOn(page: ShownPage): Record<string, string> {
  const { action, fields } = formOn(page, 'externalauthprovider');
  expect(action).toBe(REDIRECT);
  return fields;
}
