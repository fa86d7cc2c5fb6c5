// The API as a page, and the files that it loads.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderDocs } from '../../../../../src/platform/http/docs/page.ts';
import { type Sample, send, startSample } from '../../../../support/sample-service.ts';

let service: Sample;
beforeAll(async () => {
  service = await startSample();
});
afterAll(() => service.close(1_000));

/** The addresses of what the page loads. */
const filesOf = (html: string) =>
  [...html.matchAll(/ (?:src|href)="(docs\/[^"]+)"/g)].map(([, address = '']) => `/${address}`);
const readPage = async () => (await send(service, 'GET', '/docs')).text;

describe('GET /docs', () => {
  it('is a page that has no script and no style in itself, and may load those of its origin', async () => {
    const { status, text, headers } = await send(service, 'GET', '/docs');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(text).toContain('The API of Birds');
    expect(text).not.toMatch(
      /<style|style=|\son\w+=|https?:|<script(?! src="docs\/[\w./-]+" defer><\/script>)/,
    );
    expect(headers['content-security-policy']).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';base-uri 'none';form-action 'none';frame-ancestors 'none'",
    );
  });

  it('refuses other methods', async () => {
    expect(await send(service, 'POST', '/docs')).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD' },
    });
  });

  it('shows texts as texts', () => {
    const page = renderDocs({ title: '<b>"Birds" & \'bees\'', summary: '<script>' }, '1');
    expect(page).toContain('The API of &#60;b&#62;&#34;Birds&#34; &#38; &#39;bees&#39;');
    expect(page).not.toMatch(/<b>"|<script>/);
  });
});

describe('the files of the page', () => {
  it('are there, of the right type, and may be kept for a year under their address', async () => {
    const files = filesOf(await readPage());
    expect(files.map((address) => address.split('/').at(-1))).toEqual([
      'swagger-ui.css',
      'page.css',
      'swagger-ui-bundle.js',
      'page.js',
    ]);
    for (const address of files) {
      const { status, headers, text } = await send(service, 'GET', address);
      expect({ status, headers }).toMatchObject({
        status: 200,
        headers: {
          'content-type': address.endsWith('.css')
            ? 'text/css; charset=utf-8'
            : 'text/javascript; charset=utf-8',
          'cache-control': 'public, max-age=31536000, immutable',
          'x-content-type-options': 'nosniff',
          vary: 'Accept-Encoding',
        },
      });
      expect(headers['content-encoding']).toBeUndefined();
      expect(text.length).toBeGreaterThan(100);
    }
  });

  it('are compressed for those who take that', async () => {
    const address = filesOf(await readPage()).find((name) => name.endsWith('page.js')) ?? '';
    const url = `http://127.0.0.1:${service.port}${address}`;
    const zipped = await fetch(url, { headers: { 'accept-encoding': 'br, gzip' } });
    const plain = await fetch(url, { headers: { 'accept-encoding': 'gzip;q=0, identity' } });
    expect([zipped, plain].map(({ headers }) => headers.get('content-encoding'))).toEqual(['gzip', null]);
    expect(await zipped.text()).toBe(await plain.text());
  });

  it('are not kept under the address of another version, which another process may have', async () => {
    const { status, headers } = await send(service, 'GET', '/docs/0000000000000000/page.js');
    expect([status, headers['cache-control']]).toEqual([200, 'no-store']);
  });

  it('are these and no others', async () => {
    for (const name of ['swagger-ui-bundle.js.map', 'package.json', '..%2F..%2Fpackage.json', 'constructor'])
      expect(await send(service, 'GET', `/docs/1/${name}`)).toMatchObject({
        status: 404,
        json: { code: 'route.notFound' },
      });
  });
});
