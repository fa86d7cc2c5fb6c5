/** The person at the desk phone: follows the script once the call was picked up. */
import type { Call } from './call.ts';
import type { Hands } from './hands.ts';
import type { Reaction, Script } from './script.ts';
import { pressKey, type Stage } from './stage.ts';
import { orInterrupted } from './timers.ts';

/** Between two keys of one reaction. */
const KEY_GAP_MS = 300;

/** What a person needs to follow a script; `hangUp` ends the call from this side. */
interface PersonDeps {
  stage: Stage;
  hands: Hands;
  hangUp: () => void;
}

/** Follows `script` until it is through. Rejects with `CallOver` when the call ends first. */
export async function followScript(
  { stage, hands, hangUp }: PersonDeps,
  call: Call,
  script: Script,
): Promise<void> {
  if (script.switchboard && !(await reachExtension(stage, hands, call, script.switchboard))) return hangUp();
  // Whoever comes in the middle of a prompt hears the rest of it.
  let used = call.line.prompt.phase === 'none' ? call.line.prompt.count : call.line.prompt.count - 1;
  for (const reaction of script.reactions) {
    if (reaction.on !== 'pickUp') used = await nextPrompt(call, reaction.on, used);
    await stage.timers.wait(reaction.afterMs, call.over.signal);
    if (reaction.hangUp) return hangUp();
    await pressAll(stage, call, reaction);
  }
}

async function pressAll(stage: Stage, call: Call, { press = '' }: Reaction): Promise<void> {
  for (const [index, key] of [...press].entries()) {
    if (index > 0) await stage.timers.wait(KEY_GAP_MS, call.over.signal);
    pressKey(stage, call, key);
  }
}

/** Waits for a prompt after the `used` first ones that has begun, or (`promptEnd`) was spoken; resolves with its count. */
function nextPrompt(call: Call, on: 'prompt' | 'promptEnd', used: number): Promise<number> {
  const { line } = call;
  const fits = () =>
    line.prompt.count > used &&
    (on === 'prompt' ? line.prompt.phase !== 'none' : line.prompt.phase === 'waiting');
  const { promise, resolve } = Promise.withResolvers<number>();
  const look = () => {
    if (fits()) resolve(line.prompt.count);
  };
  const off = line.on('prompt', look);
  look();
  return orInterrupted(call.over.signal, promise).finally(off);
}

/** Whether somebody or something behind the switchboard has picked up. */
async function reachExtension(
  stage: Stage,
  hands: Hands,
  call: Call,
  switchboard: NonNullable<Script['switchboard']>,
): Promise<boolean> {
  if (!(await askExtension(stage, call, switchboard))) return false;
  if (!switchboard.byHand) return true;
  const taking = await hands.ring(call, switchboard.patienceMs);
  return taking === 'answered' || taking === 'voicemail';
}

/** Whether the right extension came in time; the person has picked up then. */
async function askExtension(
  stage: Stage,
  call: Call,
  { extension, transferMs, patienceMs }: NonNullable<Script['switchboard']>,
): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  let heard = '';
  const off = call.line.on('callerKey', (key) => {
    heard += key;
    if (heard.endsWith(extension)) resolve(true);
  });
  const stopWaiting = stage.timers.after(patienceMs, () => resolve(false));
  const connected = await orInterrupted(call.over.signal, promise).finally(() => {
    off();
    stopWaiting();
  });
  if (connected) await stage.timers.wait(transferMs, call.over.signal);
  return connected;
}
