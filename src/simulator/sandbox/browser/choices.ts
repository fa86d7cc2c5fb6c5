/** What this browser remembers: whether there is sound and movement, and whether single keys operate the phone. */

/** The choices. */
export interface Choices {
  sound: boolean;
  movement: boolean;
  keys: boolean;
}

const NAME = 'poundkey-sandbox';
const ALL: Choices = { sound: true, movement: true, keys: true };

/** What was chosen before; everything is on at first. */
export function readChoices(): Choices {
  try {
    return { ...ALL, ...(JSON.parse(localStorage.getItem(NAME) ?? '{}') as Partial<Choices>) };
  } catch {
    return { ...ALL };
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
