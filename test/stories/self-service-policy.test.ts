// What a tenant's policy says of the self-service page: stored and read back, with the colours that follow from it.
import { expect, test } from 'vitest';
import { describeWorlds, worldOn } from '../support/open-worlds.ts';
import { png } from '../support/png.ts';

const LOGO = { type: 'image/png', data: png(64, 64, 32_000).toString('base64') };
const NAMES = ['<script>alert(1)</script>', 'Contoso 🏢', '"><img src=x onerror=alert(1)>', 'شركة'];

describeWorlds('the self-service page in a policy', ({ world }) => {
  let tenants = 0;

  const newTenant = async () => {
    tenants += 1;
    const { api } = await world.addTenant(`page-${tenants}`);
    let version = 1;
    const put = async (selfService: object) => {
      const headers = { 'if-match': `"${version}"` };
      const answer = await api('PUT', '/v1/policy', { version: 1, selfService }, headers);
      if (answer.status === 200) version = answer.body.version;
      return answer;
    };
    return { api, put };
  };

  test('is allowed, has no colour of its own, and leads nowhere until a policy says otherwise', async () => {
    const { api } = await newTenant();
    const { body } = await api('GET', '/v1/policy');
    expect(body.colours).toBeNull();
    expect(body.policy.selfService).toMatchObject({ allowed: true, name: null, logo: null, returnUrls: [] });
  });

  test('has the largest logo, hostile names as plain text, and everything as it was given', async () => {
    const { api, put } = await newTenant();
    for (const name of NAMES) {
      const selfService = {
        ...{ allowed: true, name, colour: '#b3401a', logo: LOGO, linkMinutes: 5 },
        contact: { name, email: 'it@contoso.example' },
        ...{ helpUrl: 'https://help.contoso.example/', privacyUrl: null },
        returnUrls: ['https://mfa.contoso.example/back', 'http://localhost:3000/back'],
      };
      const { status, body } = await put(selfService);
      expect(status).toBe(200);
      expect(body.policy.selfService).toEqual(selfService);
      expect((await api('GET', '/v1/policy')).body).toEqual(body);
    }
    const { value } = (await api('GET', '/v1/policy/versions')).body;
    expect(value).toHaveLength(NAMES.length + 1);
    expect(value[0].document.selfService.logo).toEqual(LOGO);
  });

  test('has colours that can be read, and the answer says which and how well', async () => {
    const { put } = await newTenant();
    const readable = (await put({ colour: '#B3401A' })).body.colours;
    expect(readable).toMatchObject({
      given: '#b3401a',
      light: { moved: false, colours: { brand: '#b3401a', onBrand: '#ffffff' } },
      dark: { moved: true },
    });
    const pale = (await put({ colour: '#ffcc00' })).body.colours;
    expect(pale).toMatchObject({ given: '#ffcc00', light: { moved: true, colours: { brand: '#ae8a00' } } });
    for (const { contrasts } of [readable.light, readable.dark, pale.light, pale.dark]) {
      expect(contrasts).toHaveLength(9);
      for (const { ratio, least } of contrasts) expect(ratio).toBeGreaterThanOrEqual(least);
    }
    expect((await put({})).body.colours).toBeNull();
  });

  test('keeps of an SVG what is seen, and refuses one that could run something', async () => {
    const { put } = await newTenant();
    const svg = (inside: string) =>
      `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1">${inside}</svg>`;
    const logo = (inside: string) => ({ logo: { type: 'image/svg+xml', data: svg(inside) } });
    const kept = await put(logo('<!-- made by hand --><path d="M0 0"/>'));
    expect(kept.body.policy.selfService.logo.data).toBe(svg('<path d="M0 0"></path>'));
    const refused = await put(logo('<path onclick="alert(1)"/>'));
    expect(refused).toMatchObject({
      status: 400,
      body: { code: 'request.invalid', errors: [{ field: '/selfService/logo/data' }] },
    });
  });

  test('is in the audit trail as one field that changed, without the logo', async () => {
    const { api, put } = await newTenant();
    await put({ logo: LOGO });
    const { value } = (await api('GET', '/v1/audit-events?type=policy.changed')).body;
    expect(value[0].data).toMatchObject({ version: 2, fields: expect.arrayContaining(['selfService']) });
    expect(JSON.stringify(value)).not.toContain(LOGO.data.slice(0, 40));
  });
});

const { world } = worldOn('embedded', { config: { production: true } });

test('production leads nobody back to their own machine, whatever was stored while trying out', async () => {
  const local = ['https://mfa.contoso.example/', 'http://localhost:3000/'];
  const { api } = await world.addTenant('tried-out', { selfService: { returnUrls: local } });
  const { policy } = (await api('GET', '/v1/policy')).body;
  expect(policy.selfService.returnUrls).toEqual(local.slice(0, 1));
  const changed = { ...policy, selfService: { returnUrls: local } };
  const refused = await api('PUT', '/v1/policy', changed, { 'if-match': '"1"' });
  expect(refused).toMatchObject({
    status: 400,
    body: {
      errors: [{ field: '/selfService/returnUrls/1', rule: 'This must start with https:// in production.' }],
    },
  });
});
