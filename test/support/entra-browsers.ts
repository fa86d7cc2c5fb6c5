/** A browser that comes from Entra's password page, and what goes back to Entra from it. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { type FakeEntra, openFakeEntra } from '../../scripts/poundkey/entra-eam/fake-entra.ts';
import { readAnswer } from '../../scripts/poundkey/entra-eam/read-answer.ts';
import { browserForTests } from './browser.ts';
import { type KnownMethod, newMethod } from './entra-people.ts';
import { worldOn } from './open-worlds.ts';

/** Where Entra is: a page with its form, and whatever comes back to it. */
export const PASSWORD_PAGE = 'https://login.microsoftonline.com/password';

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

/** A sign-in in a browser: its page, what Entra sends with it, and what has come back. */
interface EntraSignIn {
  page: Page;
  fields: Record<string, string>;
  back: URLSearchParams[];
  /** Sends the form of Entra. */
  send(): Promise<void>;
}

interface Parts {
  entra: Pick<FakeEntra, 'requestFor'>;
  browser: () => Browser;
  /** The method, once it is made. */
  method: () => KnownMethod;
  now: () => Date;
}

/** Browsers of people who sign in to Entra; they are closed after each test of the file. */
function entraBrowsers({ entra, browser, method, now }: Parts) {
  const contexts: BrowserContext[] = [];
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
  });

  /** A browser in which the password was typed at Entra. */
  async function atEntra(
    objectId: string,
    { locale = 'en', javaScriptEnabled = true } = {},
  ): Promise<EntraSignIn> {
    const context = await browser().newContext({ locale, javaScriptEnabled });
    contexts.push(context);
    const fields = entra.requestFor(method(), objectId);
    const inputs = Object.entries(fields).map(
      ([name, value]) => `<input type="hidden" name="${name}" value="${escaped(value)}">`,
    );
    const back: URLSearchParams[] = [];
    await context.route('https://login.microsoftonline.com/**', (route) => {
      const request = route.request();
      if (request.method() === 'POST') back.push(new URLSearchParams(request.postData() ?? ''));
      const body =
        request.url() === PASSWORD_PAGE
          ? `<form method="post" action="${method().authorizationUrl}">${inputs.join('')}<button>Next</button></form>`
          : '<h1>signed in</h1>';
      return route.fulfill({ contentType: 'text/html; charset=utf-8', body: `<!doctype html>${body}` });
    });
    const page = await context.newPage();
    await page.goto(PASSWORD_PAGE);
    return { page, fields, back, send: () => page.getByRole('button', { name: 'Next' }).click() };
  }

  /** One answer came back, and Entra takes it. */
  async function expectSignedIn(back: URLSearchParams[], fields: Record<string, string>): Promise<void> {
    expect(back).toHaveLength(1);
    expect(back[0]?.get('state')).toBe(fields.state);
    const [, claims = ''] = (fields.id_token_hint ?? '').split('.');
    const { problem } = await readAnswer(back[0]?.get('id_token') ?? '', {
      ...{ discoveryUrl: method().discoveryUrl, clientId: method().clientId, nonce: fields.nonce ?? '' },
      subject: JSON.parse(Buffer.from(claims, 'base64url').toString()).sub,
      ...{ acr: ['possessionorinherence'], amr: ['tel'], now: now() },
    });
    expect(problem).toBeNull();
  }

  return { atEntra, expectSignedIn };
}

/** An Entra, a world that trusts it, a method for it, and browsers of its people; for one file of tests. @param extra of the method */
export async function entraInBrowsers(extra: Record<string, unknown> = {}) {
  let now = () => new Date();
  const entra = await openFakeEntra({ now: () => now() });
  afterAll(() => entra.close());
  const { world } = worldOn('embedded', () => ({
    config: { entra: { metadata: { global: entra.url, usGovernment: null, china: null } } },
  }));
  const { browser } = browserForTests();
  let method: KnownMethod;
  beforeAll(async () => {
    now = () => new Date(world.time.now());
    method = await newMethod(world.api, entra, extra);
  });
  const browsers = entraBrowsers({ entra, browser, method: () => method, now: () => now() });
  return { entra, world, ...browsers };
}
