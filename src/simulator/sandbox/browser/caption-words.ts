/** What the caption above the phone says. */
import type { CallView, HeardView, View } from './view.ts';

/** A caption. Words between two asterisks stand out. */
export interface Caption {
  icon: 'info' | 'speaker' | 'text';
  who: string;
  words: string;
  /** What the voice says, of which the words spoken so far stand out; `words` is then empty. */
  heard: HeardView | null;
}

const caption = (icon: Caption['icon'], who: string, words: string): Caption => ({
  ...{ icon, who, words, heard: null },
});

/** How the page itself stands. */
interface Surroundings {
  /** Whether the browser lets the page sound. */
  hasSound: boolean;
  /** Whether the phone has a handset; in the narrowest windows there is no room for it. */
  hasHandset: boolean;
  /** Whether the panes are below the desk, in place of beside it. */
  isNarrow: boolean;
  /** The verification whose outcome need not be told any more. */
  told: string | null;
}

/** The caption of a view. */
export function captionOf(view: View, around: Surroundings): Caption {
  const { isNarrow, told } = around;
  const { desk, mobile, backend, timeline } = view;
  return (
    ofCall(desk.call, around) ??
    ofMobile(mobile.call, isNarrow) ??
    (backend.problem ? caption('info', 'Refused', backend.problem) : null) ??
    (backend.inProgress ? onTheWay(view, isNarrow) : null) ??
    (timeline.outcome && timeline.verification !== told ? ended(timeline.outcome) : null) ??
    idle(desk.mode, isNarrow)
  );
}

/** Where the pane of the backend is. */
const besides = (isNarrow: boolean) => (isNarrow ? 'below' : 'on the left');

function idle(mode: View['desk']['mode'], isNarrow: boolean): Caption {
  const press = `Press *Set up my office phone* ${besides(isNarrow)}.`;
  switch (mode) {
    case 'rings':
      return caption('info', 'Start here', `${press} This phone rings; answer it and press *#*.`);
    case 'busy':
      return caption(
        'info',
        'Line in use',
        'Whoever calls now hears the busy tone. Press *Free* to end that.',
      );
    case 'voicemail':
      return caption('info', 'Voicemail answers', 'Calls go to a voicemail. Press *Ring here* to end that.');
    case 'switchboard':
      return caption(
        'info',
        'Behind a switchboard',
        `${press} The main number answers, and this phone rings after the right tones.`,
      );
  }
}

function ofCall(call: CallView | null, { hasSound, hasHandset }: Surroundings): Caption | null {
  if (call?.phase === 'ringing')
    return caption(
      'speaker',
      hasSound ? 'The phone rings' : 'The phone rings. Click anywhere for sound',
      `${hasHandset ? 'Click the handset, press *Answer*, or hit the space bar.' : 'Press *Answer*.'} Let it ring to see “Nobody answered”.`,
    );
  if (call?.phase === 'main')
    return caption(
      'speaker',
      'The switchboard has answered',
      `It puts the call through after the right tones. ${call.tones ? `It has heard *${[...call.tones].join(' ')}*` : 'It has heard none yet.'}`,
    );
  if (call?.phase === 'machine')
    return caption('info', 'Voicemail', 'A machine answers. Poundkey finds out that nobody is there.');
  return call ? ofTalk(call) : null;
}

function ofTalk({ heard, onHold }: CallView): Caption {
  if (onHold)
    return caption('info', 'On hold', 'The keys that you press are not sent. Press *Resume* to go on.');
  if (!heard) return caption('speaker', 'In call', 'The caller is silent.');
  const who = heard.language ? `Voice, ${languageName(heard.language)}` : 'Voice';
  return { icon: 'speaker', who, words: '', heard };
}

function ofMobile(call: CallView | null, isNarrow: boolean): Caption | null {
  if (call?.phase === 'ringing')
    return caption(
      'speaker',
      'The mobile rings',
      `Press *Accept* on the mobile, ${isNarrow ? 'below' : 'on the right'}.`,
    );
  return call?.phase === 'talking' ? ofTalk(call) : null;
}

/** What the caller meets. */
const SOON: Record<View['desk']['mode'], string> = {
  rings: 'The phone rings in a moment.',
  busy: 'The line is in use: the caller meets the busy tone.',
  voicemail: 'The caller meets a voicemail in a moment.',
  switchboard: 'The switchboard answers in a moment.',
};

function onTheWay({ backend, desk, mobile, timeline, now }: View, isNarrow: boolean): Caption {
  const { waitsUntil } = timeline;
  if (waitsUntil !== null && waitsUntil > now)
    return caption(
      'info',
      'In line',
      'Poundkey waits a while before it calls this phone again. The timeline says how long.',
    );
  if (isPassed(timeline, 'Answered'))
    return caption('info', 'The call is over', 'Poundkey asks the network how it ended.');
  if (backend.inProgress === 'call')
    return caption('info', 'On its way', `Poundkey asks the network for a call. ${SOON[desk.mode]}`);
  if (mobile.texts.length === 0 || !isPassed(timeline, 'Delivered'))
    return caption('text', 'On its way', 'A text message is on its way to the mobile.');
  return caption(
    'text',
    'A text message arrived on the mobile',
    `Type the code ${besides(isNarrow)}, or answer *STOP* from the mobile to see a refusal.`,
  );
}

const isPassed = ({ stations }: View['timeline'], station: string) =>
  stations.some(({ name, at }) => name === station && at !== null);

function ended({ name, text }: { name: string; text: string }): Caption {
  const again = name === 'approved' ? '' : ' Press *Set up my office phone* to try again.';
  return caption('info', ENDS[name] ?? 'It is over', `${text}${again}`);
}

const ENDS: Record<string, string> = {
  approved: 'Approved',
  fraudReported: 'You reported the call',
  wrongDigits: 'Other keys arrived',
  noInput: 'No key was heard',
  noAnswer: 'Nobody answered',
  busy: 'The line was busy',
  hungUp: 'The call ended too soon',
  voicemail: 'Voicemail answered',
  canceled: 'Cancelled',
  expired: 'It took too long',
  undelivered: 'The text did not arrive',
  blocked: 'Blocked',
  providerError: 'The call could not be made',
};

function languageName(tag: string): string {
  const names = new Intl.DisplayNames(['en'], { type: 'language', languageDisplay: 'standard' });
  return names.of(tag) ?? tag;
}

/** How many characters have been spoken at an instant: whole words. */
export function spokenBy({ text, at, until, interruptedAt }: HeardView, now: number): number {
  const then = Math.min(now, interruptedAt ?? now);
  if (then >= until) return text.length;
  const characters = Math.floor(((then - at) / (until - at)) * text.length);
  if (characters <= 0) return 0;
  return text.lastIndexOf(' ', characters) + 1;
}
