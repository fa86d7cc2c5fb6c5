// An operator asks for everything that happened to a verification.
import type { KyselyPlugin } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Entry } from '../../scripts/poundkey/story/entry.ts';
import { createReadStory } from '../../scripts/poundkey/story/read-story.ts';
import { runBeside } from '../support/command-line.ts';
import { describeWorlds, worldOfThisTest } from '../support/open-worlds.ts';
import { setPolicy } from '../support/set-policy.ts';
import { askSignIn, newMobile } from '../support/sign-ins.ts';
import { STORES } from '../support/stores.ts';

const WEBHOOKS = { allowPrivate: true, timeLimitMs: 1_000 };

describeWorlds('the story of a verification', { config: { webhooks: WEBHOOKS } }, ({ world }) => {
  beforeAll(async () => {
    // Nobody listens there: messages wait for another attempt.
    await world.api('PUT', '/v1/webhook-endpoint', { url: 'http://127.0.0.1:1/' });
  });

  const poundkey = (...words: string[]) => runBeside(world, words);
  const storyOf = async (id: string) => JSON.parse((await poundkey('story', id, '--json')).output);
  const told = (entries: Entry[], ...sources: Entry['source'][]) =>
    entries.filter(({ source }) => sources.includes(source)).map(({ what }) => what);

  it('does not name whole a user whose id is a phone number', async () => {
    const { id } = await world.story('press-pound', { userId: '+46701234567' });
    for (const more of [[], ['--json']])
      expect((await poundkey('story', id, ...more)).output).not.toContain('701234567');
  });

  it('says of a sign-in by number why nobody gets a text, as find does with the number', async () => {
    await setPolicy(world, { smsSignIn: { allowed: true } });
    const number = newMobile();
    const { body } = await askSignIn(world, number);
    await world.sendTexts();
    const { output } = await poundkey('story', body.id);
    expect(output).toMatch(
      new RegExp(`^Verification ${body.id} of nobody of contoso: signIn by sms, mobile phone`),
    );
    expect(output).toMatch(
      /^It is a sign-in by number, of which nobody gets a text: the number is no user name/m,
    );
    expect(output).toContain('No provider was asked for the text message, which goes to nobody.');
    expect(output).not.toContain('The provider');
    const found = (await poundkey('find', 'contoso', number)).output;
    expect(found).toMatch(/nobody gets a text: the number is no user name of anybody\.$/m);
    expect(found).toMatch(/^Do: .*list-phones contoso/m);
    for (const text of [output, found]) expect(text).not.toContain(number.slice(3));
    await setPolicy(world, {});
  });

  it('is told from the request to the outcome: states, prompts, the call, what was kept, the message', async () => {
    const { id, userId } = await world.story('wrong-then-pound');
    const { verification, entries } = await storyOf(id);
    expect(verification).toMatchObject({ id, userId, tenantId: 'contoso', outcome: 'approved' });
    expect(told(entries, 'state', 'prompt')).toEqual([
      'queued',
      'dialing',
      'ringing',
      'answered',
      'wrong-key',
      'decided',
      'approved',
      'finished',
    ]);
    expect(told(entries, 'call')).toEqual(['begun', 'rings', 'answered', 'over']);
    expect(told(entries, 'audit')).toEqual(['phoneMethod.registered']);
    const attempts = entries.filter(({ source }: Entry) => source === 'message');
    expect(attempts[0]).toMatchObject({ what: 'written', details: { type: 'verification.finished' } });
    const times = entries.map(({ at }: { at: string }) => at);
    expect(times).toEqual(times.toSorted());
  });

  it('reads well, and holds no whole number, extension or digits of the screen', async () => {
    const { id } = await world.story('busy');
    const row = await world.db
      .selectFrom('verification')
      .select('phoneNumber')
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    await world.db
      .updateTable('verification')
      .set({ extension: '98765', challengeDigits: '4711', jobId: `call ${row.phoneNumber}` })
      .where('id', '=', id)
      .execute();
    await world.db
      .updateTable('outbox')
      .set({ lastError: `nobody at ${row.phoneNumber}`, attempts: 3 })
      .where('verificationId', '=', id)
      .execute();
    const { output, exitCode } = await poundkey('story', id);
    const { output: json } = await poundkey('story', id, '--json');
    expect(exitCode).toBe(0);
    expect(output).toMatch(
      new RegExp(
        `^Verification ${id} of the user user-\\d{4} of contoso: register by call, office phone \\+46 ••• ${row.phoneNumber.slice(-2)} with an extension \\(SE\\)`,
      ),
    );
    expect(output).toMatch(
      /^It ended as busy\. The called line was in use\. The user may simply ask for another call\.$/m,
    );
    expect(output).toMatch(
      /^09:00:0\d \(\+\d+\.\d s\) {2,}The phone \+46 ••• \d\d rang\.|The call is over: the line was busy\.$/m,
    );
    expect(output).toMatch(
      / s\) +(Not yet: )?The outcome webhook (will be sent|was given up) .* nobody at \(hidden\)$/m,
    );
    for (const secret of [row.phoneNumber, row.phoneNumber.slice(3), '98765', '4711'])
      expect(output + json).not.toContain(secret);
  });

  it('can be asked for while it goes on', async () => {
    const { id } = await world.request('press-pound');
    const { output } = await poundkey('story', id);
    expect(output).toMatch(/^It (is not finished \((queued|dialing|ringing|answered)\): |ended as )/m);
    await world.settle();
  });
});

describe.runIf(STORES.includes('postgres'))('the story of a verification on a server', () => {
  it('is told as it was at one instant, whatever happens while it is read', async () => {
    const world = await worldOfThisTest('postgres');
    const { id } = await world.story('busy');
    const storyOf = (db: typeof world.db) => createReadStory({ db })(id);
    const before = await storyOf(world.db);
    const change = () =>
      world.db.updateTable('verification').set({ callError: '13224' }).where('id', '=', id).execute();
    expect(await storyOf(world.db.withPlugin(afterFirstResult(change)))).toEqual(before);
    expect(await storyOf(world.db)).not.toEqual(before);
  });
});

/** Does something after the first result of a query. */
function afterFirstResult(happen: () => Promise<unknown>): KyselyPlugin {
  let results = 0;
  return {
    transformQuery: ({ node }) => node,
    async transformResult({ result }) {
      results += 1;
      if (results === 1) await happen();
      return result;
    },
  };
}
