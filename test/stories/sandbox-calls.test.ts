// People in the sandbox, in a browser: they set phones up by clicking and by keys, and calls end in all ways.
import type { Route } from 'playwright-core';
import { describe, expect, test, vi } from 'vitest';
import { scrollsSideways } from '../support/axe.ts';
import { browserForTests, hasBrowser } from '../support/browser.ts';
import { worldOn } from '../support/open-worlds.ts';
import { SOON } from '../support/own-time.ts';
import { WITH_SANDBOX } from '../support/sandbox.ts';
import { OVERLAPS, openInBrowser, openPage, PHONE_SIZED, VOICES } from '../support/sandbox-browser.ts';

function stories(): void {
  const { browser } = browserForTests();
  const { world } = worldOn('embedded', WITH_SANDBOX);
  /** Opens the sandbox for somebody; what others do in it is none of theirs. */
  const open = async (person = 'Sofia Lindqvist', options = {}) => {
    const sandbox = await openInBrowser(browser(), world, options);
    await sandbox.choose(person);
    return sandbox;
  };

  test('an office phone is set up by clicking: it rings, the handset is lifted, # is pressed', async () => {
    const sandbox = await open();
    await sandbox.caption(
      'Press Set up my office phone on the left. This phone rings; answer it and press #.',
    );
    await sandbox.picture('start');
    await sandbox.setUp();
    expect(await sandbox.button('Verification in progress').getAttribute('aria-disabled')).toBe('true');
    await sandbox.pass(700);
    await sandbox.caption('The phone rings');
    await sandbox.page.locator('.lcd').filter({ hasText: 'Contoso+1 202 555 0100' }).waitFor();
    await sandbox.picture('ringing');
    await sandbox.button('Handset. Answer').click();
    await sandbox.caption('Voice, English (United States)');
    await sandbox.caption(
      'This is Contoso, calling to verify your sign-in. To approve, press the pound key.',
    );
    await sandbox.asked();
    await sandbox.picture('call');
    await sandbox.button('Pound key').first().click();
    await sandbox.webhook('approved');
    await sandbox.method('+46 8 465 004 22Office phone · default · app password issued');
    await sandbox.heading(/approved\. \d+ ms from # to the page/);
    expect(await sandbox.page.locator('.track li.done').count()).toBe(9);
    await sandbox.picture('key');
    await sandbox.pass(10_000);
    await sandbox.button('Handset. Nobody calls').waitFor();
    await sandbox.button('Every event').click();
    await sandbox.page.getByRole('dialog', { name: 'Every event' }).waitFor();
    await sandbox.see(/^POST \/v1\/verifications \{/);
    await sandbox.see(/^presses #$/);
    await sandbox.picture('events');
    expect(sandbox.complaints).toEqual([]);
  });

  test('an office phone is set up with the keyboard alone', async () => {
    const { page, ...sandbox } = await open();
    const focused = () => page.evaluate('document.activeElement.dataset.part');
    for (let tabs = 0; tabs < 12 && (await focused()) !== 'person'; tabs += 1)
      await page.keyboard.press('Tab');
    await page.keyboard.type('Erik');
    await sandbox.see('08-465 004 23');
    while ((await focused()) !== 'set-up-office') await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await sandbox.station('Dialled');
    await sandbox.pass(700);
    await page.waitForFunction(`document.activeElement.dataset.part === 'handset'`);
    await page.keyboard.press('Space');
    await sandbox.caption('Voice, Swedish (Sweden)');
    await sandbox.asked();
    // A key is down until it is let go itself.
    await page.keyboard.down('Shift');
    await page.keyboard.down('Digit3');
    await page.keyboard.up('Shift');
    await sandbox.webhook('approved');
    expect(await page.locator('.dp .down').count()).toBe(1);
    await page.keyboard.up('Digit3');
    await page.locator('.dp .down').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await sandbox.button('Handset. Nobody calls').waitFor();
  });

  test('what is pressed once happens once, and a voice that never ends stops nothing', async () => {
    const { page, ...sandbox } = await open('Erik Nyman', { before: VOICES });
    const handset = sandbox.button('Handset, lifted. Hang up');
    await sandbox.ring();
    await page.keyboard.down('Enter');
    await handset.waitFor();
    await page.keyboard.down('Enter');
    await sandbox.asked();
    await page.keyboard.up('Enter');
    expect(await page.evaluate('spoken')).toEqual([]);
    expect(await page.evaluate('findVoices(), spoken')).toEqual([expect.stringMatching(/noll\.$/)]);
    await sandbox.button('End').press('Space');
    await sandbox.button('Handset. Nobody calls').waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
    await sandbox.button('Cancel').click();
    await sandbox.webhook('canceled');

    await sandbox.choose('Jonas Weber');
    await sandbox.ring();
    await sandbox.button('Answer').dblclick();
    await sandbox.asked();
    await handset.dispatchEvent('click', { detail: 2 });
    await sandbox.button('Keys').click();
    await page.locator('[data-key="1"]').focus();
    await page.keyboard.press('#');
    expect(await page.locator('.dp .down').count()).toBe(0);
    await sandbox.button('Keys').click();
    await page.locator('[data-key="1"]').focus();
    await page.keyboard.press('#');
    await sandbox.webhook('approved');
    await sandbox.button('Speaker').click();
    await page.locator('[data-part="hands-free"][aria-pressed="true"]').waitFor();
    expect(await handset.count()).toBe(1);
    await sandbox.button('Speaker').click();
    await sandbox.button('Handset. Nobody calls').waitFor();
  });

  test('everybody can see and operate it, in windows of all sizes, light, dark and with forced colours', async () => {
    const { page, ...sandbox } = await open('Sofia Lindqvist', {
      ...{ viewport: PHONE_SIZED, reducedMotion: 'reduce' },
    });
    await sandbox.expectAccessible();
    await sandbox.setUp();
    await sandbox.pass(700);
    await sandbox.see('Ringing');
    await sandbox.expectAccessible();
    await sandbox.button('Answer').click();
    await sandbox.asked();
    await sandbox.picture('call-360');
    await sandbox.button('Faults').click();
    await page.getByRole('switch', { name: 'Answer callbacks 5 s late' }).check();
    await page.locator('.count').filter({ hasText: '1' }).waitFor();
    await sandbox.expectAccessible();
    await page.getByRole('switch', { name: 'Answer callbacks 5 s late' }).uncheck();
    await page.locator('[data-part="single-keys"]').press('Escape');
    expect(await page.getByRole('dialog').count()).toBe(0);
    for (const [width, height] of [
      [1280, 720],
      [1024, 768],
    ] as const) {
      await page.setViewportSize({ width, height });
      expect(await page.evaluate(OVERLAPS)).toEqual([]);
    }
    await page.setViewportSize({ width: 320, height: 700 });
    expect(await scrollsSideways(page)).toBe(false);
    await page.emulateMedia({ forcedColors: 'active' });
    expect(
      await page.locator('[data-key="5"]').evaluate('(key) => getComputedStyle(key).borderTopWidth'),
    ).not.toBe('0px');
    await sandbox.key('#');
    await sandbox.webhook('approved');
    await sandbox.button('End').click();
    await sandbox.caption('Approved');
  });

  test('a call that is rejected, a line in use, a voicemail, a phone that nobody answers', async () => {
    const sandbox = await open();
    await sandbox.ring();
    await sandbox.button('Reject').click();
    await sandbox.webhook('busy');
    await sandbox.caption('The line was busy');
    await sandbox.button('Busy').click();
    await sandbox.see('Line in use');
    await sandbox.setUp();
    await sandbox.pass(5_000);
    await sandbox.webhook('busy');
    await sandbox.button('Free').click();

    await sandbox.choose('Emily Carter');
    await sandbox.ring();
    await sandbox.button('Voicemail').click();
    await sandbox.caption('A machine answers');
    await sandbox.pass(60_000);
    await sandbox.webhook('voicemail');

    await sandbox.choose('Erik Nyman');
    await sandbox.ring();
    await sandbox.pass(31_000);
    await sandbox.webhook('noAnswer');
    await sandbox.caption('Nobody answered');
  });

  test('0 and # report fraud, which blocks whoever had the phone until they start over; other keys end a call', async () => {
    const sandbox = await open();
    await sandbox.answer();
    await sandbox.key('0');
    await sandbox.caption('To report this call as fraud');
    await sandbox.key('#');
    await sandbox.caption('Thank you for reporting this call');
    await sandbox.webhook('fraudReported');
    await sandbox.pass(10_000);
    await sandbox.button('Set up my office phone').click();
    await sandbox.page.locator('.problem').filter({ hasText: /block/ }).waitFor();
    await sandbox.button('Start over').click();
    await sandbox.caption('Start here');
    await sandbox.see('No phone yet.');

    await sandbox.choose('Jonas Weber');
    await sandbox.answer();
    for (const key of ['5', '7', '9']) {
      await sandbox.key(key);
      await sandbox.station(`Key ${key}`, 'key');
      await sandbox.pass(1_000);
    }
    await sandbox.webhook('wrongDigits');
    await sandbox.pass(10_000);
    await sandbox.caption('Other keys arrived');
  });

  test('behind a switchboard the phone rings after the right tones', async () => {
    const sandbox = await open('Erik Nyman');
    await sandbox.button('More').click();
    await sandbox.page.getByLabel('Switchboard').check();
    await sandbox.page.keyboard.press('Escape');
    await sandbox.caption('Behind a switchboard');
    await sandbox.setUp();
    await sandbox.pass(1_700);
    await sandbox.see('Main number');
    await sandbox.pass(2_500);
    await sandbox.see('Extension 1235');
    await sandbox.button('Handset. Answer').click();
    await sandbox.pass(4_000);
    await sandbox.asked();
    await sandbox.key('#');
    await sandbox.webhook('approved');
    await sandbox.method(', ext. 1235');
  });

  /** Waits until the network has a text that it has not delivered yet. */
  const taken = () => vi.waitFor(() => expect(world.simulator.texts().at(-1)?.status).toBe('queued'), SOON);

  test('a text arrives on the mobile, and its code is typed; after STOP there is none until START', async () => {
    const sandbox = await open();
    await sandbox.button('Set up my mobile by text').click();
    await taken();
    await sandbox.pass(1_500);
    await sandbox.caption('A text message arrived on the mobile');
    await sandbox.picture('text');
    const text = await sandbox.page.locator('.msg p').textContent();
    const field = sandbox.page.getByLabel('Code from the text message');
    await field.pressSequentially('123#');
    expect(await field.inputValue()).toBe('123#');
    expect(await sandbox.page.locator('.dp .down').count()).toBe(0);
    await field.fill(/\d{6}/.exec(text ?? '')?.[0] ?? '');
    await sandbox.page.keyboard.press('Enter');
    await sandbox.webhook('approved');
    await sandbox.method('+46 70 174 06 35Mobile');
    expect(await sandbox.page.locator('.track li').count()).toBe(8);

    await sandbox.choose('Jonas Weber');
    await sandbox.button('Set up my mobile by text').click();
    await taken();
    await sandbox.pass(1_500);
    await sandbox.button('Reply STOP').click();
    await sandbox.button('Reply START').waitFor();
    await sandbox.button('Cancel').click();
    await sandbox.webhook('canceled');
    await sandbox.pass(31_000);
    await sandbox.button('Set up my mobile by text').click();
    await sandbox.webhook('undelivered');
    await sandbox.caption('The text did not arrive');
    expect(await sandbox.page.locator('.msg').count()).toBe(1);
  });

  test('a fault is switched on, counted, and seen on the timeline until the service has recovered', async () => {
    const sandbox = await open('Emily Carter');
    await sandbox.answer();
    await sandbox.button('Faults').click();
    await sandbox.page.getByRole('switch', { name: 'Lose the next callback' }).check();
    await sandbox.button('Faults: 1 on').waitFor();
    await sandbox.key('#');
    await sandbox.station('callback lost; asking the network', 'lost');
    await sandbox.heading('the key was pressed but its webhook did not arrive');
    await sandbox.see('It has happened once.');
    await sandbox.picture('faults');
    await sandbox.button('Close the faults').click();
    // The question is asked again.
    await sandbox.asked();
    await sandbox.key('#');
    await sandbox.webhook('approved');
    expect(await sandbox.page.locator('.track li.lost').count()).toBe(0);
  });

  test('the self-service page opens beside it, for the person who is chosen', async () => {
    const { context, button } = await openInBrowser(browser(), world);
    const opening = context.waitForEvent('page');
    await button('Open the self-service page').click();
    const page = await opening;
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/my-phones\/link\//);
  });

  test('of two pages one sounds, and both show the call; a page that comes late shows it, too', async () => {
    const { context, ...first } = await open();
    const second = await openPage(await context.newPage(), world);
    await first.ring();
    await second.caption('The phone rings');
    // The first answer is an error, as while the service starts.
    let failures = 0;
    const failing = (route: Route) => {
      failures += 1;
      return route.fulfill({ status: 500 });
    };
    await second.page.route('**/sandbox/events', failing, { times: 1 });
    await second.page.reload();
    await second.caption('The phone rings');
    expect(failures).toBe(1);
    const { held = [] } = (await second.page.evaluate('navigator.locks.query()')) as { held?: unknown[] };
    expect(held).toHaveLength(1);
    await second.button('Handset. Answer').click();
    await first.asked();
    await first.key('#');
    await second.webhook('approved');
  });
}

if (hasBrowser) describe('the sandbox in a browser', stories);
