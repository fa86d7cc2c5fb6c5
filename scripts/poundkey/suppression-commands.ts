// Numbers whose holders were called by mistake and asked for no more calls.
import { maskNumber } from '../../src/domain/mask-number.ts';
import { type Command, checkedUuid, table, UsageError } from './command.ts';
import type { Tools } from './tools.ts';

/** How many are shown at once, the newest first. */
const MOST_SHOWN = 100;

const suppressed: Command<Tools> = {
  usage: 'suppressed',
  what: `lists numbers that are not called any more, since somebody who answered asked for that; the newest ${MOST_SHOWN}`,
  async run({ suppressed: numbers }) {
    const all = await numbers.list(MOST_SHOWN);
    const rows = all.map(({ id, createdAt, maskedNumber, tenantId, verificationId }) => [
      ...[id, createdAt.toISOString(), maskedNumber, tenantId],
      `verification ${verificationId}`,
    ]);
    return { text: all.length === 0 ? 'No number is suppressed.' : table(rows), data: all };
  },
};

const allow: Command<Tools> = {
  usage: 'allow NUMBER-OR-ID',
  what: 'lets a suppressed number be called again; NUMBER is E.164, with an extension +46812345678x123; ID as suppressed shows it',
  async run({ suppressed: numbers, hashesOf, clock }, [text = '']) {
    const [, e164, extension = null] = /^(\+[1-9]\d{6,14})(?:x(\d{1,20}))?$/.exec(text) ?? [];
    const phone = e164
      ? { hashes: hashesOf({ e164, extension }) }
      : { id: checkedUuid(text, 'as suppressed shows it, or give a number such as +46812345678') };
    const allowed = await numbers.allow(phone, clock.now());
    if (allowed) return { text: `${allowed.maskedNumber} may be called again.`, data: allowed };
    throw new UsageError(
      `${e164 ? maskNumber(e164) : 'This entry'} is not suppressed; suppressed lists what is.`,
    );
  },
};

/** Commands about suppressed numbers. */
export const SUPPRESSION_COMMANDS = [suppressed, allow];
