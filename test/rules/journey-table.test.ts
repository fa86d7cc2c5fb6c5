// Holds the table in src/journey/index.ts against the steps' files, the routes, the webhooks and the job's states.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { JOURNEY } from '../../src/journey/index.ts';
import { type VerificationActions, verificationRoutes } from '../../src/journey/routes.ts';
import { STATES } from '../../src/journey/states.ts';
import { createWebhookSet, type WebhookDeps } from '../../src/journey/webhooks.ts';
import { PROJECT } from '../support/lint.ts';

const journeyFile = (name: string) => join(PROJECT, 'src/journey', `${name}.ts`);
const source = (name: string) => readFileSync(journeyFile(name), 'utf8');

/** What stands after a prefix in the triggers, split at commas: `job: ringing, answered` has two. */
const triggered = (prefix: string) =>
  JOURNEY.filter(({ trigger }) => trigger.startsWith(prefix)).flatMap(({ trigger }) =>
    trigger.slice(prefix.length).split(', '),
  );

/** The names of the webhooks that are mounted. Defining them calls nothing of what it is given. */
function mountedWebhooks(): string[] {
  const { routes } = createWebhookSet({} as WebhookDeps);
  return routes.map(({ path }) => path.replace('/webhooks/calls/:attemptId/', ''));
}

describe('the table of the journey', () => {
  it.each(JOURNEY)('names a step that exists, and states: $step', ({ step, from, to }) => {
    expect(existsSync(journeyFile(step))).toBe(true);
    expect(STATES).toEqual(expect.arrayContaining([...from, ...to]));
  });

  it('names every route of verifications, and no other', () => {
    const routes = verificationRoutes({} as VerificationActions).map(
      ({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`,
    );
    const named = JOURNEY.map(({ trigger }) => trigger).filter((trigger) => /^[A-Z]+ \//.test(trigger));
    expect(named.toSorted()).toEqual(routes.toSorted());
  });

  it('names every webhook, and no other', () => {
    expect(triggered('webhook: ').toSorted()).toEqual(mountedWebhooks().toSorted());
  });

  it('says what the job does in every state but the last', () => {
    const open = STATES.filter((state) => state !== 'finished');
    expect(triggered('job: ').toSorted()).toEqual(open.toSorted());
  });

  it.each(JOURNEY.filter(({ trigger }) => trigger.startsWith('job: ')))(
    'gives $trigger to the step that is for it',
    ({ trigger, step, from }) => {
      expect(trigger).toBe(`job: ${from.join(', ')}`);
      for (const state of from) expect(source(step)).toMatch(new RegExp(`\\* States? [^.]*\`${state}\``));
    },
  );

  it('leads from the request to every state', () => {
    const reached = new Set(JOURNEY.flatMap(({ to }) => to));
    expect([...reached].toSorted()).toEqual([...STATES].toSorted());
  });

  it('has every step that index.ts puts together', () => {
    const steps = new Set(JOURNEY.map(({ step }) => step));
    const isStep = (name: string) => /\* (Trigger: |States? `)/.test(source(name));
    const imported = [...source('index').matchAll(/from '\.\/([\w-]+)\.ts'/g)].map(([, name]) => name ?? '');
    // advance.ts is the job itself: it looks which step is next.
    const put = imported.filter((name) => name !== 'advance' && isStep(name));
    expect(put.toSorted()).toEqual([...steps].toSorted());
  });
});
