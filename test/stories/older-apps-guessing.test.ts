// Whoever guesses user names at older apps learns nothing: all that is wrong is answered alike, after the same work.
import { beforeAll, expect, test } from 'vitest';
import { noteTraffic } from '../support/count-traffic.ts';
import { appServersOf, basic, makeAppPassword, OLDER_APPS, type RawAnswer } from '../support/older-apps.ts';
import { describeWorlds } from '../support/open-worlds.ts';

/** An answer without what is different each time. */
const told = ({ status, headers: { date: _, ...headers } }: RawAnswer) => ({ status, headers });

const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

describeWorlds('guessing user names at older apps', { config: { olderApps: OLDER_APPS } }, (opened) => {
  const { world, combination } = opened;
  const isEmbedded = combination === 'embedded';
  let nginx: Awaited<ReturnType<typeof appServersOf>>;
  /** What is wrong with each, by name: what is typed as user name, and as app password in the n-th round. */
  let kinds: Record<string, { name: string; typed: (n: number) => string }>;

  beforeAll(async () => {
    nginx = await appServersOf(world);
    await world.service.tenantDomains.add('contoso', 'contoso.com');
    const fabrikam = await world.addTenant('fabrikam');
    await world.service.tenantDomains.add('fabrikam', 'fabrikam.com');
    const guess = (n: number) => `guess ${n}`;
    await makeAppPassword(world, 'known');
    const { password: ofOther } = await makeAppPassword(world, 'other');
    const { password: ofFabrikam } = await makeAppPassword(world, 'known', {}, fabrikam.api);
    await world.story('busy', { userId: 'without' });
    kinds = {
      'a user with an app password': { name: 'known', typed: guess },
      'the same with the domain': { name: 'known@contoso.com', typed: guess },
      'a user without any': { name: 'without', typed: guess },
      nobody: { name: 'nobody', typed: guess },
      "somebody else's app password": { name: 'known', typed: () => ofOther },
      'that of a user of another tenant': { name: 'known', typed: () => ofFabrikam },
      'a domain of another tenant': { name: 'known@fabrikam.com', typed: () => ofFabrikam },
      'no domain that is known': { name: 'known@nowhere.example', typed: guess },
    };
  });

  test('every wrong one has the same answer, byte by byte, and takes about the same time', async () => {
    const times = new Map<string, number[]>();
    const answers = new Set<string>();
    for (let round = 0; round < (isEmbedded ? 3 : 15); round += 1)
      for (const [kind, { name, typed }] of Object.entries(kinds)) {
        const began = performance.now();
        const byWeb = await nginx.askBasic(basic(name, typed(round)), `192.0.2.${round}`);
        const byMail = await nginx.askMail(name, typed(round + 100), { address: `192.0.2.${round}` });
        times.set(kind, [...(times.get(kind) ?? []), performance.now() - began]);
        answers.add(JSON.stringify([told(byWeb), told(byMail)]));
      }
    expect([...answers].map((text) => JSON.parse(text))).toEqual([
      [
        { status: 401, headers: expect.objectContaining({ 'www-authenticate': expect.any(String) }) },
        {
          status: 200,
          headers: {
            ...{ connection: 'close', 'auth-wait': '2' },
            'auth-status': '[AUTHENTICATIONFAILED] Wrong user name or app password',
          },
        },
      ],
    ]);
    // Printed, since no test depends on speed.
    for (const [kind, all] of times)
      process.stdout.write(`${combination}, median ms, ${kind}: ${median(all).toFixed(2)}\n`);
  });

  // Statements of the embedded store cannot be counted.
  const onServers = isEmbedded ? () => undefined : test;
  onServers('every wrong one takes the same statements', async () => {
    const statements = new Map<string, string[]>();
    for (const [kind, { name, typed }] of Object.entries(kinds)) {
      const traffic = noteTraffic();
      await nginx.askBasic(basic(name, `${typed(200)} ${kind}`), '192.0.2.200');
      traffic.stop();
      statements.set(
        kind,
        traffic.statements.filter((text) => /app_server|wrong_app_password/.test(text)),
      );
    }
    const [first] = statements.values();
    expect(first).toHaveLength(2);
    for (const [kind, texts] of statements) expect(texts, kind).toEqual(first);
  });
});
