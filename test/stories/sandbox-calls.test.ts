// People in the sandbox, in a browser: they set phones up by clicking and by keys, and calls end in all ways.
import { describe, expect, test } from 'vitest';
import { browserForTests, hasBrowser } from '../support/browser.ts';
import { worldOn } from '../support/open-worlds.ts';
import { WITH_SANDBOX } from '../support/sandbox.ts';
import { openInBrowser, openPage, PHONE_SIZED } from '../support/sandbox-browser.ts';

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
    await page.keyboard.press('Shift+Digit3');
    await sandbox.webhook('approved');
    await page.keyboard.press('Escape');
    await sandbox.button('Handset. Nobody calls').waitFor();
  });

  test('on a phone the soft keys answer and end calls, and nothing scrolls sideways', async () => {
    const sandbox = await open('Sofia Lindqvist', { viewport: PHONE_SIZED });
    await sandbox.setUp();
    await sandbox.pass(700);
    await sandbox.button('Answer').click();
    await sandbox.asked();
    expect(await sandbox.page.evaluate('document.documentElement.scrollWidth')).toBe(PHONE_SIZED.width);
    await sandbox.picture('call-360');
    await sandbox.key('#');
    await sandbox.webhook('approved');
    await sandbox.button('End').click();
    await sandbox.caption('Approved');
  });

  test('a call that is rejected, and a line that is in use, are busy', async () => {
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
  });

  test('a phone that nobody answers', async () => {
    const sandbox = await open('Erik Nyman');
    await sandbox.ring();
    await sandbox.pass(31_000);
    await sandbox.webhook('noAnswer');
    await sandbox.caption('Nobody answered');
  });

  test('a call that is sent to the voicemail', async () => {
    const sandbox = await open('Emily Carter');
    await sandbox.ring();
    await sandbox.button('Voicemail').click();
    await sandbox.caption('A machine answers');
    await sandbox.pass(60_000);
    await sandbox.webhook('voicemail');
  });

  test('other keys than #, three times', async () => {
    const sandbox = await open('Jonas Weber');
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

  test('0 and # report fraud, which blocks whoever had registered the phone, until they start over', async () => {
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

  test('a text arrives on the mobile, and its code is typed', async () => {
    const sandbox = await open();
    await sandbox.button('Set up my mobile by text').click();
    await sandbox.station('Queued');
    await sandbox.pass(1_500);
    await sandbox.caption('A text message arrived on the mobile');
    await sandbox.picture('text');
    const text = await sandbox.page.locator('.msg p').textContent();
    await sandbox.page.getByLabel('Code from the text message').fill(/\d{6}/.exec(text ?? '')?.[0] ?? '');
    await sandbox.page.keyboard.press('Enter');
    await sandbox.webhook('approved');
    await sandbox.method('+46 70 174 06 35Mobile');
    expect(await sandbox.page.locator('.track li').count()).toBe(8);
  });

  test('a mobile that answered STOP gets no text, until it answers START', async () => {
    const sandbox = await open('Jonas Weber');
    await sandbox.button('Set up my mobile by text').click();
    await sandbox.station('Queued');
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

  test('every event is listed', async () => {
    const sandbox = await open();
    await sandbox.button('Every event').click();
    await sandbox.page.getByRole('dialog', { name: 'Every event' }).waitFor();
    await sandbox.see(/^POST \/v1\/verifications \{/);
    await sandbox.see(/^presses #$/);
    await sandbox.picture('events');
  });

  test('of two pages one sounds, and both show the call; a page that comes late shows it, too', async () => {
    const { context, ...first } = await open();
    const second = await openPage(await context.newPage(), world);
    await first.ring();
    await second.caption('The phone rings');
    await second.page.reload();
    await second.caption('The phone rings');
    const { held = [] } = (await second.page.evaluate('navigator.locks.query()')) as { held?: unknown[] };
    expect(held).toHaveLength(1);
    await second.button('Handset. Answer').click();
    await first.asked();
    await first.key('#');
    await second.webhook('approved');
  });
}

if (hasBrowser) describe('the sandbox in a browser', stories);
