// Whoever guesses numbers learns nothing from a sign-in: numbers that are user names and others are told apart by nothing.
import { expect, onTestFinished, test } from 'vitest';
import { noteTraffic } from '../support/count-traffic.ts';
import { describeWorlds } from '../support/open-worlds.ts';
import { askSignIn, newMobile, signer } from '../support/sign-ins.ts';
import type { Answer } from '../support/world.ts';

const POLICY = { smsSignIn: { allowed: true }, limits: { perTenant: { count: 100_000, windowS: 3600 } } };
const WRONG = '000000';

/** An answer without what is different each time: ids and times. */
function told({ status, headers, body }: Answer) {
  const text = JSON.stringify(body)
    .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME');
  const names = [...headers.keys()].filter((name) => name !== 'date').toSorted();
  return { status, names, text };
}

const median = (times: number[]) => times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;

describeWorlds('guessing numbers', { policy: POLICY }, ({ world, combination }) => {
  const isEmbedded = combination === 'embedded';
  const each = isEmbedded ? 2 : 20;
  const one = (id: string) => `/v1/sign-ins/${id}`;
  const STEPS: Record<string, (id: string) => Promise<Answer>> = {
    read: (id) => world.api('GET', one(id)),
    check: (id) => world.api('POST', `${one(id)}/check`, { code: WRONG }),
    resend: (id) => world.api('POST', `${one(id)}/resend`),
    cancel: (id) => world.api('POST', `${one(id)}/cancel`),
  };

  /** Asks for as many of each, in turns, and notes what everybody is told. */
  async function begin() {
    const pairs = [];
    for (let n = 0; n < each; n += 1)
      pairs.push({ known: (await signer(world)).number, unknown: newMobile() });
    const numbers = pairs.flatMap(({ known, unknown }) => [known, unknown]);
    // Everybody asks at the same moment.
    world.time.pause();
    onTestFinished(() => world.time.resume());
    const signIns: { id: string; ms: number[]; told: ReturnType<typeof told>[] }[] = [];
    for (const number of numbers) {
      const began = performance.now();
      const answer = await askSignIn(world, number);
      const ms = [performance.now() - began];
      signIns.push({ id: answer.body.id as string, ms, told: [told(answer)] });
    }
    world.time.resume();
    const act = async (...names: string[]) => {
      world.time.pause();
      for (const name of names)
        for (const signIn of signIns) {
          const began = performance.now();
          const answer = await STEPS[name]?.(signIn.id);
          signIn.ms.push(performance.now() - began);
          if (answer) signIn.told.push(told(answer));
        }
      world.time.resume();
    };
    const end = (what: string) => {
      const [known, unknown] = [0, 1].map((odd) => signIns.filter((_, n) => n % 2 === odd));
      for (const [n, signIn] of (known ?? []).entries()) expect(unknown?.[n]?.told).toEqual(signIn.told);
      expect(new Set(signIns.map((signIn) => JSON.stringify(signIn.told))).size).toBe(1);
      const medians = [known, unknown].map((some) => median((some ?? []).flatMap(({ ms }) => ms)).toFixed(2));
      // Printed, since no test depends on speed.
      process.stdout.write(
        `${combination}, ${what}: median ms of known and unknown numbers: ${medians.join(', ')}\n`,
      );
      return signIns[0]?.told.map(({ status }) => status);
    };
    return { act, end };
  }

  test('tells nothing by reading, sending again and six wrong codes', async () => {
    const { act, end } = await begin();
    await act('read', 'resend');
    await world.sendTexts();
    await world.time.advance(30_000);
    await act('read', 'resend', 'read', 'resend');
    await world.sendTexts();
    await act('read', 'check', 'check', 'check', 'check', 'read', 'check', 'check', 'resend', 'cancel');
    await world.service.journey.settled();
    await act('read', 'check');
    expect(end('wrong codes')).toEqual([
      ...[201, 200, 429, 200, 202, 200, 429, 200],
      ...[422, 422, 422, 422, 200, 422, 409, 409, 409, 200, 409],
    ]);
  });

  test('tells nothing by waiting until it expires, or by canceling', async () => {
    const { act, end } = await begin();
    await world.sendTexts();
    await world.time.advance(541_000);
    await act('resend', 'read');
    await world.time.advance(60_000);
    await act('read', 'check', 'resend', 'cancel');
    await world.settle();
    await act('read', 'check', 'resend', 'cancel');
    expect(end('expiry')).toEqual([201, 429, 200, 200, 410, 409, 409, 200, 410, 409, 409]);
    const canceled = await begin();
    await canceled.act('cancel', 'cancel', 'read', 'check');
    await world.settle();
    await canceled.act('read', 'resend', 'check');
    expect(canceled.end('canceling')).toEqual([201, 200, 200, 200, 409, 200, 409, 409]);
  });

  // Statements of the embedded store cannot be counted.
  const onServers = isEmbedded ? () => undefined : test;
  onServers('runs the same statements for both', async () => {
    const { queue } = world.service.jobs;
    const ofNumber = async (number: string) => {
      // What jobs do meanwhile is not the answer to anybody.
      await queue.pause();
      const traffic = noteTraffic();
      const { body } = await askSignIn(world, number);
      traffic.stop();
      await queue.resume();
      await world.sendTexts();
      await world.time.advance(30_000);
      await queue.pause();
      const more = noteTraffic();
      for (const name of ['read', 'resend', 'check', 'cancel']) await STEPS[name]?.(body.id);
      more.stop();
      await queue.resume();
      const isOfRequest = (text: string) =>
        /from api_key|admit_sign_in|sign_in_key\(m|v\.code_seed = |text_asked_at = |'canceled'|v\.tenant_id = /.test(
          text,
        );
      return [...traffic.statements, ...more.statements].filter(isOfRequest);
    };
    await ofNumber(newMobile());
    const { number } = await signer(world);
    const [known, unknown] = [await ofNumber(number), await ofNumber(newMobile())];
    expect(known.length).toBeGreaterThan(8);
    expect(unknown).toEqual(known);
  });
});
