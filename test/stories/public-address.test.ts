// Poundkey asks its own public address, and says in words when it does not lead there.
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createCheckSetUp } from '../../scripts/poundkey/check/check-set-up.ts';
import { runCommand } from '../../scripts/poundkey/run-command.ts';
import { createLogger } from '../../src/log.ts';
import { probePublicUrl } from '../../src/ops/probe-public-url.ts';
import { ask, OPS, worldOf } from '../support/operator.ts';
import { SOON } from '../support/own-time.ts';
import { ANY_STORE } from '../support/stores.ts';
import type { WorldOptions } from '../support/world.ts';

/** Another server, for the test that calls this; resolves to its address. */
async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answering =
  (status: number, body = '', headers: Record<string, string> = {}): RequestListener =>
  (_req, res) =>
    void res.writeHead(status, headers).end(body);

/** Nobody listens there. */
const NOWHERE = 'http://127.0.0.1:3';

describe('the probe of the public address', () => {
  it('is content with Poundkey itself, and knows one that a proxy reaches under another path', async () => {
    const world = await worldOf(ANY_STORE);
    const url = world.service.url ?? '';
    expect(await probePublicUrl(url)).toBeNull();
    expect(await probePublicUrl(`${url}/mfa`)).toContain('a proxy removes or adds a part of the path');
  });

  it.each([
    {
      what: 'a page',
      answer: answering(200, '<html>'),
      says: /Something else than Poundkey answers there \(200\)/,
    },
    { what: 'not found', answer: answering(404), says: /Something else than Poundkey/ },
    { what: 'a redirect', answer: answering(308, '', { Location: '/' }), says: /redirects \(308\)/ },
    { what: 'a sign-in', answer: answering(401), says: /asks for a sign-in/ },
    { what: 'a proxy without us', answer: answering(502), says: /A proxy answers 502: it does not reach/ },
    {
      what: 'an old answer',
      answer: answering(400, '{"code":"webhook.unsigned","instance":"urn:poundkey:request:other"}'),
      says: /the answer is that of another request/i,
    },
    { what: 'silence', answer: () => undefined, says: /no answer within 0\.2 s/ },
  ])('says what is wrong with $what', async ({ answer, says }) => {
    expect(await probePublicUrl(await serve(answer), 200)).toMatch(says);
  });

  it('says when nobody listens, and how to ask from outside', async () => {
    expect(await probePublicUrl(NOWHERE)).toMatch(/ECONNREFUSED.*ask from outside: curl/s);
    expect(await probePublicUrl('https://poundkey.invalid')).toMatch(/ENOTFOUND|EAI_AGAIN/);
  });
});

describe('a service whose public address is wrong', () => {
  const config: WorldOptions['config'] = {
    production: true,
    http: { host: '127.0.0.1', port: 0, publicUrl: NOWHERE },
    ops: OPS,
  };

  it('starts and warns in production, and is ready all the same, with the fault in the list', async () => {
    const world = await worldOf(ANY_STORE, { config });
    const warning = await vi.waitFor(() => {
      const lines = world.log.map((line) => JSON.parse(line));
      const found = lines.find(({ publicUrl }) => publicUrl !== undefined);
      expect(found).toBeDefined();
      return found;
    }, SOON);
    expect(warning).toMatchObject({ level: 'warn', publicUrl: NOWHERE });
    expect(warning.msg).toContain('PUBLIC_URL does not lead here');
    expect(warning.problem).toContain('ECONNREFUSED');
    await vi.waitFor(async () => {
      const { status, json } = await ask(world, '/readyz');
      expect(status).toBe(200);
      expect(json.checks.publicUrl).toMatchObject({ status: 'failed', required: false });
      expect(json.checks.publicUrl.reason).toContain('ECONNREFUSED');
    }, SOON);
  });
});

describe('check', () => {
  const check = async (config: Parameters<typeof createCheckSetUp>[0], ...options: string[]) => {
    const log = createLogger({ level: 'silent' });
    const noTools = () => Promise.reject(new Error('check opens what it needs itself'));
    return runCommand(['check', ...options], noTools, createCheckSetUp(config, log));
  };

  it('finds nothing wrong beside a service that works', async () => {
    const world = await worldOf(ANY_STORE);
    const config = { ...world.config, http: { ...world.config.http, publicUrl: world.service.url } };
    const { output, exitCode } = await check(config);
    expect(output).toMatch(/^Nothing wrong was found\./);
    for (const name of ['registry', 'keys', 'queue', 'prompts', 'publicUrl'])
      expect(output).toMatch(new RegExp(`^${name} +works`, 'm'));
    expect(output).toMatch(/^providers +- +calls go to the simulator/m);
    expect(exitCode).toBe(0);
  });

  it('warns before a certificate for Entra expires', async () => {
    const world = await worldOf(ANY_STORE);
    const config = { ...world.config, http: { ...world.config.http, publicUrl: world.service.url } };
    expect((await check(config)).output).toMatch(/^entraCertificates +- +no tenant is tied to Entra/m);
    const { connection, key } = await world.service.entraMessages.connections.create({
      ...{ tenantId: 'contoso', name: 'Contoso', directoryId: randomUUID(), audiences: ['api://x'] },
      ...{ callerAppId: randomUUID(), requiresRole: true, asksFirst: true, times: 2 },
    });
    const ends = async (days: number) => {
      const expiresAt = new Date(Date.now() + days * 86_400_000);
      await world.db.updateTable('entraMessageKey').set({ expiresAt }).where('id', '=', key.keyId).execute();
      return check(config);
    };
    expect((await ends(100)).output).toMatch(/^entraCertificates +works +the first one expires on \d{4}-/m);
    const { output, exitCode } = await ends(6.5);
    expect(output).toMatch(
      new RegExp(
        `^entraCertificates +FAILED .*connection ${connection.id} .* expires in 6 days: run entra-epp`,
        'm',
      ),
    );
    expect(exitCode).toBe(1);
  });

  it.runIf(ANY_STORE !== 'embedded')('says in words what is away, and asks the rest', async () => {
    const world = await worldOf(ANY_STORE);
    const away = {
      ...world.config,
      queue: { kind: 'redis' as const, prefix: 'x', url: 'redis://127.0.0.1:1' },
      http: { ...world.config.http, publicUrl: NOWHERE },
      secrets: {
        hashKeys: 'other:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=',
        sealKeys: world.config.secrets!.sealKeys,
      },
    };
    await world.story('press-pound');
    const { output, exitCode } = await check(away as typeof world.config);
    expect(output).toMatch(/^Wrong: keys, queue, publicUrl\./);
    expect(output).toMatch(
      /^keys +FAILED +HASH_KEYS lacks a key that the registry needs: k1\..*put the former key back/m,
    );
    expect(output).toMatch(/^queue +FAILED +The queue cannot be reached: .*Check REDIS_URL/m);
    expect(output).toMatch(/^publicUrl +FAILED .*ECONNREFUSED.* then restart all processes\.$/m);
    const registry = { ...world.config.http, publicUrl: `${world.service.url}/elsewhere` };
    expect((await check({ ...world.config, http: registry })).output).toMatch(
      /^publicUrl +FAILED +http:\/\/127\.0\.0\.1:\d+\/elsewhere was asked\. /m,
    );
    expect(exitCode).toBe(1);
    const { output: json } = await check(away as typeof world.config, '--json');
    expect(JSON.parse(json)).toContainEqual(expect.objectContaining({ name: 'registry', status: 'ok' }));
    const { sealKeys } = away.secrets;
    const renamed = { sealKeys, hashKeys: away.secrets.hashKeys.replace('other:', 'k1:') };
    const { output: ofRenamed } = await check({ ...world.config, secrets: renamed } as typeof world.config);
    expect(ofRenamed).toMatch(
      /^keys +FAILED +HASH_KEYS has another key under a name that the registry was used with: k1\./m,
    );
  });
});
