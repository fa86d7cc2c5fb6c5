// What a request leaves in the registry, and what it answers.
import { expect, test } from 'vitest';
import { describeWorlds } from '../support/open-worlds.ts';

describeWorlds('a request', ({ world }) => {
  test('is answered with what the registry holds, without reading it back', async () => {
    const { journey } = world.service;
    const now = new Date(world.time.now());
    const user = { tenantId: 'contoso', userId: 'u-1' };
    const facts = await journey.readFacts.ofUser(user, now);
    if (facts === null) throw new Error('the tenant is missing');
    // Its own job would move it on at once; a job of a backend that was never added does not.
    const request = {
      ...user,
      purpose: 'register' as const,
      channel: 'call' as const,
      number: world.newNumber(),
      jobId: 'order-1',
    };
    const { verification } = await journey.requestVerification(request, facts);
    expect(verification).toEqual(await journey.verifications.read(verification.id));
    await world.api('POST', `/v1/verifications/${verification.id}/cancel`);
  });
});
