// Backends choose the ids of their jobs. One that is a phone number in other clothes is not shown.
import { describe, expect, it } from 'vitest';
import { createShownIds, hideIdDigits, isNumberLike } from '../../../src/ops/shown-ids.ts';
import { ask, basic, OPERATOR, worldOf } from '../../support/operator.ts';
import { ANY_STORE } from '../../support/stores.ts';

const QUEUE = '/board/api/queues/verifications';
const CLOTHES = [
  'u46812345678',
  'tel_0046_8_123_456_78',
  'enrol-08-123-456-78',
  '+46 (0)8 123 456 78',
  '%2B46812345678',
  'a46/812/345/678z',
];

describe('an id', () => {
  it.each([...CLOTHES, '４６８１２３４５６７８', '٠٨١٢٣٤٥٦٧٨', '46:812:345:678', '0_8_1_2_3_4_5_6_7_8'])(
    'that could hold a phone number is recognised: %s',
    (id) => {
      expect(isNumberLike(id)).toBe(true);
      const digits =
        hideIdDigits(id)
          .normalize('NFKC')
          .match(/\p{Nd}/gu) ?? [];
      expect(digits.length).toBeLessThan(7);
    },
  );

  it.each([
    'enrol-u-1842-1',
    '17',
    'brought-by-a-backend',
    '3f0c1a52-1111-4222-8333-123456789012',
    'request',
  ])('that could not is shown: %s', (id) => {
    expect(createShownIds().shown(id)).toBe(id);
    expect(hideIdDigits(id)).toBe(id);
  });

  it('is found by what is shown of it, as long as there is room', () => {
    const ids = createShownIds();
    const first = ids.shown('u46812345678');
    expect(ids.found(first)).toBe('u46812345678');
    expect(ids.shown('u46812345678')).toBe(first);
    expect(createShownIds().shown('u46812345678')).not.toBe(first);
    for (let count = 0; count < 10_000; count += 1) ids.shown(`u4681${1_000_000 + count}`);
    expect(ids.found(first)).toBe(first);
  });
});

it('the board shows no phone number by way of ids, names, options and schedules, and still finds the job', async () => {
  const world = await worldOf(ANY_STORE);
  const { queue } = world.service.jobs;
  await queue.pause();
  for (const jobId of CLOTHES) {
    const options = { jobId, delay: 3_600_000, deduplication: { id: `d${jobId}` } };
    await queue.add('tel-46812345678', {}, options);
  }
  await queue.upsertJobScheduler(
    's-46812345678',
    { every: 3_600_000 },
    { name: 'x', data: { to: '+46812345678' } },
  );
  const list = await ask(world, '/board/api/queues?activeQueue=verifications&jobsPerPage=20');
  const [{ jobs }] = list.json.queues as [{ jobs: { id: string }[] }];
  const ids = jobs.map(({ id }) => id).filter((id) => id.startsWith('hidden-'));
  expect(ids).toHaveLength(CLOTHES.length + 1);
  const pages = await Promise.all(
    ids.flatMap((id) => ['', '/logs', '/flow'].map((page) => ask(world, `${QUEUE}/${id}${page}`))),
  );
  const schedules = await ask(world, `${QUEUE}/job-schedulers`);
  const shown = [list, schedules, ...pages].map(({ text }) => text).join('\n');
  expect(shown.replaceAll(/[^\d\n"]/g, '')).not.toMatch(/812345678/);
  expect(pages.filter(({ status }) => status === 200)).toHaveLength(2 * ids.length);
  const headers = basic(OPERATOR.user, OPERATOR.password);
  const removed = await Promise.all(
    ids.map((id) => ask(world, `${QUEUE}/${id}/clean`, { method: 'PUT', headers })),
  );
  expect(removed.filter(({ status }) => status < 300)).toHaveLength(CLOTHES.length);
});
