// Entra sends a person to approve a sign-in: the desk phone rings, # is pressed, and Entra gets a signed answer.
import { CLOUDS } from '../../src/entra/clouds.ts';
import { type FakeEntra, openFakeEntra } from '../poundkey/entra-eam/fake-entra.ts';
import { roundTrip } from '../poundkey/entra-eam/round-trip.ts';
import { REGISTER } from './backend.ts';
import type { Scenario } from './demo.ts';

let entra: FakeEntra | null = null;

/** The scenarios by name. */
export const ENTRA: Record<string, Scenario> = {
  entra: {
    what: 'Entra asks for a second factor; the desk phone rings and # signs the person in',
    // Entra waits for minutes of this time.
    speed: 3,
    async settings() {
      entra = await openFakeEntra();
      return { ENTRA_METADATA_GLOBAL: entra.url };
    },
    async play({ call, say, person, now }) {
      if (entra === null) throw new Error('the settings come first');
      person('press-pound');
      const { number, country } = REGISTER;
      try {
        entra.at(now);
        say(`entra     a directory of ${CLOUDS.global.login}, played by this process`);
        await roundTrip({
          call: async (...request) => {
            const { status, body } = await call(...request);
            return { status, body: { ...body } };
          },
          ...{ entra, number: { number, country }, now, say },
        });
      } finally {
        await entra.close();
      }
    },
  },
};
