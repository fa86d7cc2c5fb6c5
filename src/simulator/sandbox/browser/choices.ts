/** What this browser remembers: whether there is sound and movement. */

/** The choices. */
export interface Choices {
  sound: boolean;
  movement: boolean;
}

const NAME = 'poundkey-sandbox';

/** What was chosen before; everything is on at first. */
export function readChoices(): Choices {
  try {
    return {
      sound: true,
      movement: true,
      ...(JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Choices>),
    };
  } catch {
    return { sound: true, movement: true };
  }
}

/** Remembers; a browser that remembers nothing is fine. */
export function keepChoices(choices: Choices): void {
  try {
    localStorage.setItem(NAME, JSON.stringify(choices));
  } catch {
    // It is chosen for this visit only.
  }
}
