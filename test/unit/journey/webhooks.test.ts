// What a person who answered hears while the registry is away, and where the call goes on: no typed digits go along.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createWebhookSet, type WebhookDeps } from '../../../src/journey/call/webhooks.ts';
import { createLogger } from '../../../src/log.ts';
import { createHttpApp } from '../../../src/platform/http/http-app.ts';
import { type HttpServer, listen } from '../../../src/platform/http/http-server.ts';
import { loadPrompts } from '../../../src/providers/twilio/twiml/load-prompts.ts';
import { keepLines } from '../../support/world.ts';

const CALL = '/webhooks/calls/6f1c4ad2-6a3b-4c5e-9e63-0d4f6f9a1b2c';
const log = keepLines();
const prompts = loadPrompts('twiml');
let pressed: string | null = null;
let server: HttpServer;

beforeAll(async () => {
  const away = () => Promise.reject(new Error('the registry is away'));
  const deps: WebhookDeps = {
    publicUrl: 'https://phone.example',
    budgetMs: 1_000,
    followText: away,
    log: createLogger({ level: 'debug', destination: log.destination }),
    providers: {
      readWebhook: () => ({
        provider: 'twilio',
        sender: { to: null, lines: null },
        answer: () => ({ callId: 'CA1', answeredBy: null }),
        digits: () => ({ callId: 'CA1', digits: pressed }),
        status: away as never,
        machine: away as never,
        text: away as never,
      }),
      renderStep: (_provider, { step, locale, ...values }) => ({
        contentType: 'text/xml',
        body: prompts.render(step, locale, values),
      }),
    },
    answerCall: away,
    recordDigits: away,
    followCall: { progress: away, machine: away },
    observeWebhook: () => undefined,
  };
  const app = createHttpApp({
    sets: [createWebhookSet(deps)],
    log: deps.log,
    isDraining: () => false,
    traceRequests: null,
    info: { title: 'Poundkey', version: '1' },
  });
  server = await listen(app, { host: '127.0.0.1', port: 0 });
});
afterAll(() => server.close(1_000));

async function hear(webhook: string, digits: string | null): Promise<string> {
  pressed = digits;
  const url = `${server.url}${CALL}/${webhook}?locale=en-US&round=2`;
  const response = await fetch(url, { method: 'POST' });
  expect(response.status).toBe(200);
  return (await response.text()).replaceAll('&amp;', '&');
}

const goesOn = (to: string) => `<Redirect method="POST">https://phone.example${CALL}/${to}</Redirect>`;

test('a pressed key goes along', async () => {
  expect(await hear('digits', '#')).toContain(goesOn('digits?locale=en-US&round=2&try=1&key=%23'));
});

test('a silence stays one', async () => {
  expect(await hear('silence', null)).toContain(goesOn('silence?locale=en-US&round=2&try=1'));
});

test.each(['48071597', '4', '0', null])(
  'typed digits go nowhere: %s; the question is asked again',
  async (digits) => {
    const document = await hear('typed', digits);
    expect(document).toContain('One moment, please.');
    expect(document).toContain(goesOn('answer?locale=en-US&round=2&try=1'));
  },
);

test('a key in the address of typed digits is no answer', async () => {
  expect(await hear('typed', null)).not.toContain('key=');
  expect(log.lines.join('\n')).not.toContain('48071597');
});
