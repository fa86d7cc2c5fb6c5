import type { Logger } from '../../log.ts';
import { createBackground } from '../../platform/background.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import type { KeyRing } from '../../platform/secrets/key-ring.ts';
import type { DirectoryKeys } from '../directory-keys.ts';
import { createCheckCaller } from './caller.ts';
import { type CalledConnection, createConnections } from './connections.ts';
import { createDecrypt } from './message-keys.ts';
import { createMessageSets, type MessageSetDeps } from './message-set.ts';

/** What messages from Entra need from outside. */
interface MessageDeps
  extends Pick<MessageSetDeps, 'deliver' | 'observe' | 'notice' | 'samplePathConnection'> {
  directoryKeys: DirectoryKeys;
  run: RunStatement;
  sealKeys: KeyRing;
  clock: Clock;
  log: Logger;
}

/** What takes messages from Entra over, and the connections that they come through. */
export function createEntraMessages(deps: MessageDeps) {
  const { directoryKeys, run, sealKeys, clock, log } = deps;
  const connections = createConnections({ run, sealKeys: () => sealKeys, clock });
  const background = createBackground();
  const sets = createMessageSets({
    ...deps,
    connections,
    checkCaller: createCheckCaller({ keys: directoryKeys, now: clock.now }),
    decrypt: createDecrypt(sealKeys),
    sayRefused: (connectionId, reason) =>
      log.info({ connectionId, reason }, 'the caller of a message from Entra was refused'),
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
        'the certificate of a connection with Entra expires soon: publish another one (entra-epp add-key), then retire it',
      );
  }
}
