import { formsOf } from '../../domain/number-forms.ts';
import { later } from '../../platform/clock.ts';
import { textRefusalOf } from '../outcomes.ts';
import type { Verification } from '../store/rows.ts';
import { BETWEEN_MS } from '../text/send-again.ts';
import { toView } from './verification-view.ts';

/** A number as people read it: in groups, with its country code. */
export function grouped(number: string): string {
  return formsOf(number).international;
}

/** A verification as pages show it. */
export function toShown(verification: Verification) {
  const view = toView(verification);
  const { dialedAt, rangAt, answeredAt, decidedAt, createdAt, expiresAt, lineNumber } = verification;
  return {
    ...{ id: view.id, phoneType: view.phoneType, channel: view.channel, locale: view.locale },
    ...{ international: view.number.international, extension: view.number.extension },
    callerNumber: lineNumber === null ? null : grouped(lineNumber),
    ...{ challenge: view.challenge.type, digits: view.challenge.digits },
    ...{ state: view.state, progress: view.progress, outcome: view.outcome },
    textRefusal: textRefusalOf(verification),
    expectedCallAt: view.expectedCallAt === null ? null : new Date(view.expectedCallAt),
    ...{ createdAt, dialedAt, rangAt, answeredAt, decidedAt, expiresAt },
    textAgainAt: later(dialedAt ?? createdAt, BETWEEN_MS),
  };
}
