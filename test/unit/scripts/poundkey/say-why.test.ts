// What find and story say of how far a verification is, and that what they advise can be pasted.
import { describe, expect, it } from 'vitest';
import { fillIn } from '../../../../scripts/poundkey/find/fill-in.ts';
import { type FoundVerification, whyOf } from '../../../../scripts/poundkey/find/say-why.ts';
import { explainError } from '../../../../src/ops/explain/explain-error.ts';

const NOW = new Date('2026-11-21T09:00:00Z');
const inS = (s: number) => new Date(NOW.getTime() + s * 1000);
const QUEUED: FoundVerification = {
  ...{
    state: 'queued',
    purpose: 'register',
    channel: 'call',
    outcome: null,
    errorCode: null,
    callError: null,
  },
  ...{ wakeAt: inS(22), dialedAt: null, pausedUntil: null, attempts: 0, expiresAt: inS(500) },
};

describe('how far a verification is', () => {
  it('names what a place on the line is waited for, and what else is', () => {
    expect(whyOf(QUEUED, NOW)).toEqual({
      says: 'waits for its place on the caller line, in 22 s.',
      action: null,
    });
    expect(whyOf({ ...QUEUED, pausedUntil: inS(22) }, NOW).says).toBe(
      'waits because earlier calls or text messages to this number were not wanted; its call is in 22 s.',
    );
  });

  it('gives reasons as soon as a call is due', () => {
    const { says, action } = whyOf({ ...QUEUED, wakeAt: inS(-5) }, NOW);
    expect(says).toBe('its call has been due for 5 s, and no worker process has taken it up yet.');
    expect(action).toMatch(/^Look again in some seconds: .* queue .* no worker process runs, .* LIVE_CALLS/);
  });

  it('says that no call was tried before it expired, and why that may be', () => {
    const expired = { ...QUEUED, state: 'finished' as const, outcome: 'expired' as const };
    const { says, action } = whyOf(expired, NOW);
    expect(says).toMatch(/^expired\. .* No call was tried: no worker process took it up/);
    expect(action).toMatch(/the queue was away.*no worker process ran.*LIVE_CALLS/);
    expect(whyOf({ ...expired, attempts: 1 }, NOW).action).toBeNull();
  });

  it('says since when the provider is asked, and what to do when it hangs', () => {
    const dialing = { ...QUEUED, state: 'dialing' as const, attempts: 1 };
    expect(whyOf({ ...dialing, dialedAt: inS(-3) }, NOW)).toEqual({
      says: 'the provider has been asked for the call for 3 s, since 2026-11-21T08:59:57.000Z.',
      action: null,
    });
    const hanging = whyOf({ ...dialing, dialedAt: inS(-40) }, NOW);
    expect(hanging.says).toContain('for 40 s');
    expect(hanging.action).toContain('npm run poundkey -- check');
  });
});

describe('an action', () => {
  const known = { tenantId: 'contoso', userId: 'u-1', id: 'c0ffee', printedBy: 'find' as const };

  it('has the names that are known', () => {
    expect(fillIn('block TENANT USER, story ID, create-key TENANT', known)).toBe(
      'block contoso u-1, story c0ffee, create-key contoso',
    );
    expect(fillIn('unblock TENANT USER', { ...known, userId: '+46•••••45' })).toBe('unblock contoso USER');
    expect(fillIn('unblock TENANT USER', { ...known, userId: "o'hara;ls" })).toBe(
      "unblock contoso 'o'\\''hara;ls'",
    );
  });

  it('does not lead back to the command that prints it', () => {
    expect(fillIn(explainError('userBlocked').action, known)).toBe(
      'npm run poundkey -- unblock contoso u-1 ends the block.',
    );
    expect(fillIn(explainError('fraudReported').action, known)).toBe(
      'Somebody else may know the password of the user: have it changed. npm run poundkey -- unblock contoso u-1 ends the block.',
    );
    const failed = 'It failed. The error code says why; npm run poundkey -- story ID says what to do.';
    expect(fillIn(failed, { ...known, printedBy: 'story' })).toBe('It failed.');
  });
});
