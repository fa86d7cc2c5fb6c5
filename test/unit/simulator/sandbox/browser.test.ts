// What the sandbox's page works out by itself: tones, rhythms, and the words of display and caption.
import { describe, expect, it } from 'vitest';
import { captionOf, spokenBy } from '../../../../src/simulator/sandbox/browser/caption-words.ts';
import { counted, displayOf } from '../../../../src/simulator/sandbox/browser/desk-words.ts';
import { burstsAfter, soundsAt } from '../../../../src/simulator/sandbox/browser/ring-rhythm.ts';
import { tonesOf } from '../../../../src/simulator/sandbox/browser/tones.ts';
import type { CallView, DeskView, View } from '../../../../src/simulator/sandbox/browser/view.ts';

describe('key tones', () => {
  it.each([
    ['1', [697, 1209]],
    ['5', [770, 1336]],
    ['9', [852, 1477]],
    ['*', [941, 1209]],
    ['0', [941, 1336]],
    ['#', [941, 1477]],
  ])('%s has two frequencies', (key, tones) => {
    expect(tonesOf(key)).toEqual(tones);
  });

  it.each(['A', '', '12', ' '])('"%s" has none', (key) => {
    expect(tonesOf(key)).toBeNull();
  });
});

describe('the bell', () => {
  const sounding = (country: string, ...seconds: number[]) => seconds.map((at) => soundsAt(country, at));

  it('sounds in the rhythm of the called country', () => {
    expect(sounding('SE', 0, 0.9, 1.1, 5.9, 6.1)).toEqual([true, true, false, false, true]);
    expect(sounding('US', 0, 1.9, 2.1, 5.9, 6.1)).toEqual([true, true, false, false, true]);
    expect(sounding('GB', 0.1, 0.5, 0.7, 1.1, 3.1)).toEqual([true, false, true, false, true]);
  });

  it('is scheduled from the moment on at which somebody can hear it', () => {
    expect(burstsAfter('SE', 0, 12)).toEqual([
      { from: 0, to: 1 },
      { from: 6, to: 7 },
    ]);
    expect(burstsAfter('SE', 0.5, 3)).toEqual([{ from: 0, to: 0.5 }]);
    expect(burstsAfter('SE', 2, 6)).toEqual([{ from: 4, to: 5 }]);
  });
});

const CALL: CallView = {
  ...{ sid: 'CA1', phase: 'ringing', from: '+46 8 465 004 00', since: 0, keys: '', tones: '' },
  ...{ onHold: false, heard: null, awaits: null },
};
const DESK: DeskView = {
  mode: 'rings',
  number: '08-465 004 22',
  extension: '1234',
  country: 'SE',
  call: null,
};
const labels = (desk: Partial<DeskView>) =>
  displayOf({ ...DESK, ...desk }, 'Contoso').softKeys.map((key) => key?.label ?? '–');
const lines = (desk: Partial<DeskView>) => {
  const { line1, line2 } = displayOf({ ...DESK, ...desk }, 'Contoso');
  return [line1, line2];
};

describe('the display', () => {
  it.each<[string, Partial<DeskView>, (string | null)[], string]>([
    ['idle', {}, [null, null], 'Redial Forward Busy More'],
    ['busy', { mode: 'busy' }, ['Line in use', 'Callers hear the busy tone'], 'Redial Forward Free More'],
    [
      'forwarded',
      { mode: 'voicemail' },
      ['Voicemail answers', 'Calls are forwarded'],
      'Redial Ring here Busy More',
    ],
    ['ringing', { call: CALL }, ['Contoso', '+46 8 465 004 00'], 'Answer Reject Silence Voicemail'],
    [
      'ringing behind a switchboard',
      { mode: 'switchboard', call: { ...CALL, tones: '1234' } },
      ['Extension 1234', 'Contoso'],
      'Answer Reject Silence Voicemail',
    ],
    ['in a call', { call: { ...CALL, phase: 'talking' } }, ['Contoso', 'In call'], 'Hold Keypad – End'],
    [
      'on hold',
      { call: { ...CALL, phase: 'talking', onHold: true } },
      ['Contoso', 'On hold'],
      'Resume Keypad – End',
    ],
    [
      'at the main number',
      { call: { ...CALL, phase: 'main' } },
      ['Main number', 'Waits for an extension'],
      '– – – –',
    ],
  ])('%s', (_state, desk, shown, softKeys) => {
    expect(lines(desk)).toEqual(shown);
    expect(labels(desk).join(' ')).toBe(softKeys);
  });

  it('shows the last keys only', () => {
    const call = { ...CALL, phase: 'talking' as const, keys: '123456789' };
    expect(displayOf({ ...DESK, call }, 'Contoso').pressed).toBe('456789');
  });

  it('counts minutes and seconds', () => {
    expect([counted(0, 4_900), counted(0, 75_000), counted(5_000, 0)]).toEqual(['00:04', '01:15', '00:00']);
  });
});

describe('the caption', () => {
  const heard = {
    text: 'To approve, press the pound key.',
    language: 'en-US',
    at: 0,
    until: 3_200,
    interruptedAt: null,
  };

  it('lets whole words stand out as they are spoken', () => {
    const spoken = (now: number, more = {}) => heard.text.slice(0, spokenBy({ ...heard, ...more }, now));
    expect(spoken(0)).toBe('');
    expect(spoken(1_300)).toBe('To approve, ');
    expect(spoken(3_200)).toBe(heard.text);
    expect(spoken(9_000, { interruptedAt: 1_300 })).toBe('To approve, ');
  });

  const view = (more: Partial<View>): View => ({
    ...{ now: 0, organisation: 'Contoso', people: [], person: 'u-1842', desk: DESK, faults: [] },
    backend: { inProgress: null, digits: null, problem: null, selfService: true, webhook: null, methods: [] },
    mobile: { number: '', texts: [], isStopped: false, canAnswer: false, call: null },
    timeline: {
      verification: null,
      purpose: '',
      waitsUntil: null,
      outcome: null,
      keyToPageMs: null,
      stations: [],
    },
    ...more,
  });
  const said = (more: Partial<View>, hasSound = true, hasHandset = true) => {
    const around = { hasSound, hasHandset, isNarrow: false, told: null };
    const { who, words, heard: spoken } = captionOf(view(more), around);
    return `${who}: ${spoken?.text ?? words}`;
  };

  it.each<[Partial<View>, RegExp]>([
    [{}, /^Start here: Press \*Set up my office phone\* on the left\./],
    [{ desk: { ...DESK, call: CALL } }, /^The phone rings: Click the handset/],
    [
      { desk: { ...DESK, call: { ...CALL, phase: 'talking', heard } } },
      /^Voice, English \(United States\): To approve/,
    ],
    [{ desk: { ...DESK, call: { ...CALL, phase: 'main', tones: '12' } } }, /heard \*1 2\*/],
    [{ desk: { ...DESK, mode: 'busy' } }, /^Line in use: /],
  ])('says what to do: %#', (more, words) => {
    expect(said(more)).toMatch(words);
  });

  it('names what the phone has to answer with', () => {
    expect(said({ desk: { ...DESK, call: CALL } }, true, false)).toMatch(
      /^The phone rings: Press \*Answer\*\. Let/,
    );
  });

  it.each<[DeskView['mode'], RegExp]>([
    ['rings', /The phone rings in a moment\.$/],
    ['busy', /the busy tone\.$/],
    ['voicemail', /a voicemail in a moment\.$/],
    ['switchboard', /The switchboard answers in a moment\.$/],
  ])('says what the caller meets on a phone that is set to %s', (mode, words) => {
    const { backend } = view({});
    expect(said({ desk: { ...DESK, mode }, backend: { ...backend, inProgress: 'call' } })).toMatch(words);
  });

  it('asks for a click where the browser lets nothing sound', () => {
    expect(said({ desk: { ...DESK, call: CALL } }, false)).toMatch(
      /^The phone rings\. Click anywhere for sound: /,
    );
  });
});
