// The API as a page.
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOCS_POLICY, renderDocs } from '../../../../src/platform/http/docs-page.ts';
import { type Sample, send, startSample } from '../../../support/sample-service.ts';

let service: Sample;
beforeAll(async () => {
  service = await startSample();
});
afterAll(() => service.close(1_000));

describe('GET /docs', () => {
  it('shows every operation with its parameters, body and answers', async () => {
    const { status, text, headers } = await send(service, 'GET', '/docs');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    for (const shown of [
      '<code>POST /v1/birds</code>',
      'Reports a bird',
      '<code>GET /v1/birds/{id}</code>',
      '<code>idempotency-key</code></td><td class="quiet">string, header, optional',
      'forest | shore, optional',
      'list of string, optional',
      '`apiKey.missing`',
    ])
      expect(text).toContain(shown);
  });

  it('says of what is open to everybody that it needs no key', () => {
    const open = { get: { operationId: 'readNests', summary: 'Read the nests', security: [] } };
    const closed = { get: { operationId: 'readEggs', summary: 'Read the eggs' } };
    const page = renderDocs({
      info: { title: 'Birds', version: '1' },
      paths: { '/nests': open, '/eggs': closed },
      webhooks: { 'bird.seen': { post: { operationId: 'seen', summary: 'A bird was seen', security: [] } } },
    });
    expect(page).toContain('<p>Read the nests. It needs no API key.</p>');
    expect(page.match(/It needs no API key/g)).toHaveLength(1);
  });

  it('may load its own style and nothing else', async () => {
    const { text, headers } = await send(service, 'GET', '/docs');
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(text) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(headers['content-security-policy']).toContain(`default-src 'none';style-src 'sha256-${hash}'`);
    expect(text).not.toMatch(/<script|src=|style=|https?:/);
    expect(DOCS_POLICY.frameAncestors).toEqual(["'none'"]);
  });

  it('refuses other methods', async () => {
    expect(await send(service, 'POST', '/docs')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
  });

  it('shows the fields of objects within, through names and lists', () => {
    const bird = { type: 'object', properties: { nest: { $ref: '#/components/schemas/Nest' } } };
    const eggs = { type: 'array', items: { type: 'object', properties: { colour: { type: 'string' } } } };
    const page = renderDocs({
      info: { title: 'Birds', version: '1' },
      components: { schemas: { Nest: { type: 'object', description: 'Of twigs', properties: { eggs } } } },
      paths: { '/birds': { post: { requestBody: { content: { 'application/json': { schema: bird } } } } } },
    });
    expect(page).toContain('<code>nest</code></td><td class="quiet">Nest, optional</td><td>Of twigs');
    expect(page).toContain('<code>nest.eggs[].colour</code></td><td class="quiet">string, optional');
  });

  it('ends where a schema contains itself', () => {
    const nest = { type: 'object', properties: { inner: { $ref: '#/components/schemas/Nest' } } };
    const schema = { $ref: '#/components/schemas/Nest' };
    const page = renderDocs({
      info: { title: 'Birds', version: '1' },
      components: { schemas: { Nest: nest } },
      paths: { '/nests': { post: { requestBody: { content: { 'application/json': { schema } } } } } },
    });
    expect(page.match(/inner<\/code>/g)).toHaveLength(5);
  });

  it('shows texts as texts', () => {
    const info = { title: '<b>"Birds" & \'bees\'', version: '1' };
    const page = renderDocs({ info });
    expect(page).toContain('&#60;b&#62;&#34;Birds&#34; &#38; &#39;bees&#39; API');
    expect(page).not.toContain('<b>');
  });
});
