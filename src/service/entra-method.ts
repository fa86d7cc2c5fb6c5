import { maskNumber } from '../domain/mask-number.ts';
import { codeHostOf } from '../domain/mobile-policy.ts';
import { refusePhoneType } from '../domain/phone-refusal.ts';
import { redirectUriOf } from '../entra/clouds.ts';
import type { PhonesInDirectory } from '../entra/directory-phones/read-phones.ts';
import { createAttemptStore } from '../entra/external-method/attempt-store.ts';
import { createOwnerSecrets } from '../entra/external-method/owner-secrets.ts';
import type { SignInPorts } from '../entra/external-method/ports.ts';
import { createEntraSignIns } from '../entra/external-method/sign-ins.ts';
import { enteredPhone, officePhoneIn } from '../entra/external-method/unregistered-phone.ts';
import type { Way as EntraWay, ReachablePhone } from '../entra/external-method/ways.ts';
import { type ErrorCode, hasCode } from '../errors.ts';
import { toShown } from '../journey/request/shown-verification.ts';
import type { Logger } from '../log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Languages } from '../providers/locales.ts';
import type { EntraMethodActions, ShownWay } from '../self-service/entra-method/ports.ts';
import type { PageActions, ShownVerification } from '../self-service/ports.ts';
import type { Features } from './create-features.ts';
import type { Stores } from './open-stores.ts';

interface Wiring {
  stores: Stores;
  languages: Languages;
  publicUrl: string;
  clock: Clock;
  log: Logger;
}

/** What happens on the pages for sign-ins of Entra, by the features that do it. */
export function createEntraMethodActions(
  features: Features,
  wiring: Wiring,
  { policyOf, check, checkCode, sendAgain }: PageActions,
): EntraMethodActions {
  const { entraMethods: methods, entraKeys: signingKeys, directoryKeys, directoryPhones } = features;
  const { stores, publicUrl, clock, log } = wiring;
  const attempts = createAttemptStore(stores.database.run);
  const { sealKeys } = stores;
  const officePhoneOf = async (tenantId: string, phones: PhonesInDirectory) =>
    officePhoneIn(phones, await features.policies.policyOf(tenantId));
  const deps = {
    ...{ methods, attempts, signingKeys, directoryKeys, directoryPhones, officePhoneOf },
    ...{ enrolmentCodes: features.enrolmentCodes, sealKeys, publicUrl, clock, log },
  };
  const signIns = createEntraSignIns(deps, createEntraPorts(features, wiring));
  const secrets = createOwnerSecrets(stores.hashKeys);
  return {
    ...{ policyOf, check, checkCode, sendAgain },
    tenantOf: async (methodId) => (await methods.find(methodId))?.tenantId ?? null,
    async accept(methodId, fields) {
      const method = await methods.find(methodId);
      if (method === null) return { kind: 'untrusted', clientRequestId: null };
      const accepted = await signIns.accept(method, fields);
      return accepted.kind === 'accepted' ? { ...accepted, secret: secrets.of(accepted.id) } : accepted;
    },
    async find(methodId, id) {
      const [method, attempt] = [await methods.find(methodId), await signIns.find(methodId, id)];
      if (method === null || attempt === null) return null;
      const { state, clientRequestId } = attempt.asked;
      return {
        ...{ ...attempt, state, clientRequestId, redirectUri: redirectUriOf(method.cloud) },
        isAdmitted: attempt.admittedAt !== null,
        isOwner: (secret) => secrets.isOf(id, secret),
        async look(locale) {
          const standing = await signIns.look(attempt, locale);
          if (!('ways' in standing)) return standing;
          const ways = standing.ways.map(toShownWay);
          if (standing.kind === 'refused') return { ...standing, code: standing.code as ErrorCode, ways };
          const { phoneType, channel } = standing.verification;
          return {
            ...standing,
            ways,
            way: ways.find(({ name }) => name === `${phoneType}-${channel}`) ?? null,
          };
        },
        async enrol({ draft, ...wanted }) {
          const phone = enteredPhone(draft, await policyOf(attempt.tenantId));
          return signIns.enrol(attempt, { ...wanted, phone });
        },
        again: (wanted) => signIns.again(attempt, wanted),
        giveUp: () => signIns.giveUp(attempt),
        speak: (locale) => signIns.speak(id, locale),
      };
    },
  };
}

/** How people are asked whom Entra sends. A number that an administrator has entered is registered by answering it. */
function createEntraPorts(
  { journey, policies, reachablePhones }: Features,
  { languages, publicUrl, clock }: Pick<Wiring, 'languages' | 'publicUrl' | 'clock'>,
): SignInPorts<ShownVerification> {
  return {
    async phonesOf({ phone, ...user }) {
      const policy = await policies.policyOf(user.tenantId);
      const known = await reachablePhones(user);
      const phones = known.length === 0 && phone !== null ? [{ ...phone, isVerified: false }] : known;
      return phones
        .filter(({ phoneType }) => refusePhoneType(phoneType, policy) === null)
        .map((phone) => ({
          ...phone,
          channels: phone.phoneType === 'mobile' && policy.textMessage.allowed ? ['call', 'sms'] : ['call'],
        }));
    },
    hasPhone: async (user) => (await reachablePhones(user)).length > 0,
    async request(user, { channel, phone }, { locale, key, notAfter }) {
      const facts = await journey.readFacts.ofUser(user, clock.now());
      if (!facts) throw new Error('the tenant of a method is gone');
      const { phoneType } = phone;
      const served = languages.resolveLocale(locale) ?? undefined;
      const own = { idempotencyKey: key, codeHost: codeHostOf(publicUrl), locale: served, notAfter };
      const request = { ...user, ...whatOf(phone), channel, phoneType, ...own };
      try {
        return { id: (await journey.requestVerification(request, facts)).verification.id };
      } catch (error) {
        // The call that this key has asked for may have registered the phone since: then the request is another one.
        if (!hasCode(error, 'idempotencyKey.reused')) throw error;
        const asked = await journey.verifications.byIdempotencyKey(user.tenantId, key);
        if (asked === null) throw error;
        return { id: asked.id };
      }
    },
    read: async (tenantId, id) => toShown(await journey.readVerification(tenantId, id)),
    async cancel(tenantId, id) {
      await journey.cancelVerification(tenantId, id);
      await journey.advance(id).catch(() => undefined);
    },
  };
}

/** What is asked of a person: to sign in with a phone that is registered, or to register it. */
const whatOf = ({ isVerified, phoneNumber: number, extension }: ReachablePhone) =>
  isVerified
    ? ({ purpose: 'signIn' } as const)
    : ({ purpose: 'register', number, extension: extension ?? undefined, withoutAppPassword: true } as const);

function toShownWay({ name, channel, phone: { phoneNumber } }: EntraWay): ShownWay {
  return { name, channel, maskedNumber: maskNumber(phoneNumber), lastDigits: phoneNumber.slice(-2) };
}
