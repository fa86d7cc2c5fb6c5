import type { EntraConfig } from '../../domain/entra-settings.ts';
import type { Logger } from '../../log.ts';
import { createBackground } from '../../platform/background.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { KeyRing } from '../../platform/secrets/key-ring.ts';
import { CLOUD_NAMES, CLOUDS, type Cloud } from '../clouds.ts';
import { createDirectoryKeys } from '../directory-keys.ts';
import { createCheckCaller } from './caller.ts';
import { type CalledConnection, createConnections } from './connections.ts';
import { createDecrypt } from './message-keys.ts';
import { createMessageSets, type MessageSetDeps } from './message-set.ts';

/** What messages of Entra need from outside. */
interface MessageDeps extends Pick<MessageSetDeps, 'deliver' | 'observe' | 'notice'> {
  run: RunStatement;
  sealKeys: KeyRing;
  clock: Clock;
  log: Logger;
}

/** What takes messages of Entra over, and the connections that they come through. */
export function createEntraMessages(entra: EntraConfig | undefined, deps: MessageDeps) {
  const { run, sealKeys, clock, log } = deps;
  const connections = createConnections({ run, sealKeys: () => sealKeys, clock });
  const directoryKeys = createDirectoryKeys(placesOf(entra));
  const background = createBackground();
  const sets = createMessageSets({
    ...deps,
    connections,
    checkCaller: createCheckCaller({ keys: directoryKeys, now: clock.now }),
    decrypt: createDecrypt(sealKeys),
    samplePathConnection: entra?.samplePathConnection ?? null,
    sayRefused: (connectionId, reason) =>
      log.info({ connectionId, reason }, 'the caller of a message of Entra was refused'),
    noteUse: (connection, keyId) =>
      background.run(noteUse(connection, keyId), (error) =>
        log.warn({ err: error }, 'the use of a message key could not be noted'),
      ),
  });
  return { connections, sets, settled: background.settled };

  async function noteUse({ id: connectionId, keys }: CalledConnection, keyId: string): Promise<void> {
    const daysLeft = await connections.noteUse(keys, keyId);
    if (daysLeft !== null)
      log.warn(
        { connectionId, keyId, daysLeft },
        'the certificate of a connection with Entra ends soon: publish another one (entra-epp-add-key), then retire it',
      );
  }
}

/** Where each cloud's keys are fetched from: from Microsoft, unless the settings say otherwise. */
function placesOf(entra: EntraConfig | undefined): Record<Cloud, string> {
  const places = CLOUD_NAMES.map((cloud) => [cloud, entra?.metadata[cloud] ?? CLOUDS[cloud].login]);
  return Object.fromEntries(places) as Record<Cloud, string>;
}
