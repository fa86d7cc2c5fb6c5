// Whatever can happen to a verification is told in a sentence, never by its raw name.
import { describe, expect, it } from 'vitest';
import type { Entry } from '../../../../scripts/poundkey/story/entry.ts';
import type { Story } from '../../../../scripts/poundkey/story/read-story.ts';
import { sentenceFor } from '../../../../scripts/poundkey/story/sentences.ts';
import { END_AUDIT_TYPES, STATES } from '../../../../src/journey/states.ts';
import { PROMPTS } from '../../../../src/providers/dialogue.ts';

const about = { number: '+46 ••• 78', purpose: 'register', userId: 'u-1842' } as Story['verification'];
const said = (source: Entry['source'], what: string, details: Entry['details'] = {}) =>
  sentenceFor({ at: new Date(0), source, what, details }, about);

describe('the sentences of a story', () => {
  it.each([
    ...STATES.map((state) => ['state', state] as const),
    ...PROMPTS.map((prompt) => ['prompt', prompt] as const),
    ...END_AUDIT_TYPES.map((type) => ['audit', type] as const),
  ])('have one for the %s %s, or leave it to another entry', (source, what) => {
    const sentence = said(source, what) ?? 'Another entry says it.';
    expect(sentence).toMatch(/^[A-Z].{15,}\.$/);
    expect(sentence).not.toContain(`${source}: `);
  });

  it('say that a text did not go out, and that an earlier one still counts', () => {
    expect(said('state', 'sent', { call: 2 })).toBe('The provider has taken the text message (try 2).');
    expect(said('state', 'sent', { call: 2, errorCode: 'callLost' })).toMatch(
      /^No text message went out \(try 2\)\. callLost: .*Codes of earlier ones stay valid\.$/,
    );
  });

  it('say what followed from a report of fraud, a registration and wrong answers', () => {
    expect(said('audit', 'verification.fraudReported', { userBlocked: true, appPasswordsRevoked: 2 })).toBe(
      'The report of fraud was written down. The user was blocked. App passwords revoked: 2.',
    );
    expect(said('audit', 'phoneMethod.registered', { appPasswordIssued: true })).toMatch(
      /registered .* app password was issued\.$/,
    );
    const locked = { challengeLockedUntil: '2026-11-22T09:00:00+00:00' };
    expect(said('audit', 'verification.finished', locked)).toMatch(/locked until 2026-11-22T09:00/);
  });
});
