/** Of several pages of the sandbox only one sounds: the one that somebody looked at last. */

const LOCK = 'poundkey-sandbox-sound';

/** Whose turn it is. @param changed called when it becomes or ends being this page's turn */
export function takeTurns(changed: () => void): { isOurs(): boolean } {
  const { locks } = navigator as { locks?: LockManager };
  // Without locks every page sounds, which is better than none.
  let isOurs = !locks;
  let isWaiting = false;

  const hold = () => {
    isOurs = true;
    changed();
    return new Promise<void>(() => undefined);
  };
  /** Another page has taken the turn: this one waits until that is closed. */
  const lose = () => {
    isOurs = false;
    changed();
    wait();
  };
  function wait(): void {
    if (isWaiting || !locks) return;
    isWaiting = true;
    locks
      .request(LOCK, () => {
        isWaiting = false;
        return hold();
      })
      .catch(lose);
  }
  function take(): void {
    if (!isOurs) locks?.request(LOCK, { steal: true }, hold).catch(lose);
  }

  if (document.hasFocus()) take();
  else wait();
  window.addEventListener('focus', take);
  return { isOurs: () => isOurs };
}
