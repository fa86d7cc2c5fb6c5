/**
 * The types of requests and answers, inferred from the schemas that the service parses with. In the package they are
 * written out: see `scripts/build-client/`, which knows the forms of the lines below.
 */
import type { z } from 'zod';
import type { AppPasswordGuessedData, AppPasswordsRevokedData } from '../app-passwords/messages.ts';
import type { Revealed } from '../app-passwords/routes.ts';
import type { AppPasswordView, CreatedView, NewAppPasswordBody } from '../app-passwords/user-routes.ts';
import type { KeySet as KeySetView } from '../assertions/key-set-route.ts';
import type {
  AssertionRequest as AssertionBody,
  Issued,
  AssertionToRedeem as RedeemBody,
  Redeemed,
} from '../assertions/routes.ts';
import type { AuditEventView } from '../audit/audit-view.ts';
import type { BlockBody, BlockView } from '../blocks/routes.ts';
import type { AboutNumber as About, Capabilities as CapabilitiesView } from '../capabilities/routes.ts';
import type {
  EntraMethodChangesBody,
  EntraMethodView,
  NewEntraMethodBody,
} from '../entra/external-method/routes.ts';
import type {
  EntraMessageKeyView,
  EntraPhoneProviderView,
  NewEntraPhoneProvider as NewProvider,
  EntraPhoneProviderChanges as ProviderChanges,
} from '../entra/messages/routes.ts';
import type { ERRORS } from '../errors.ts';
import type { OUTCOME_NAMES } from '../journey/outcomes.ts';
import type { NewVerificationBody, VerificationJob } from '../journey/request/request-schema.ts';
import type { VerificationView } from '../journey/request/verification-view.ts';
import type {
  ApprovedSignIn as ApprovedView,
  NewSignInBody,
  SignInView,
} from '../journey/sign-in/schemas.ts';
import type { STATES } from '../journey/states.ts';
import type { MessageView } from '../outbox/message-routes.ts';
import type { EndpointView } from '../outbox/routes.ts';
import type { NewProfile, Profile } from '../pbx-profiles/routes.ts';
import type {
  PhoneMethodChange as ChangedMethod,
  ImportedView,
  PhoneMethodList as MethodList,
  NewPhoneMethod as NewMethod,
  PhoneMethodData,
  PhoneMethodView,
  ReregistrationData,
  ReregistrationView,
  SmsSignInView,
} from '../phone-methods/schemas.ts';
import type { Current, PolicyDocument as Document, Version } from '../policy/routes.ts';
import type {
  NewSelfServiceLink as LinkBody,
  SelfServiceLink as LinkView,
} from '../self-service/links/routes.ts';
import type {
  NewSignInPage as NewPage,
  SignInPageLink as PageLink,
} from '../self-service/sign-in/api-routes.ts';
import type { KeyView } from '../tenants/routes.ts';
import type { ErasedView } from '../users/erase-route.ts';
import type { UserExportView } from '../users/export-route.ts';
import type { ProfileBody, ProfileInAnswer } from '../users/routes.ts';

/** How a verification ended. */
export type Outcome = (typeof OUTCOME_NAMES)[number];

/** How far a verification has come. */
export type State = (typeof STATES)[number];

/** The stable name of an error, `area.reason`. */
export type ErrorCode = keyof typeof ERRORS;

/** One thing that is wrong with a request: a JSON pointer or header name, and the rule that it breaks. */
export interface FieldProblem {
  field: string;
  rule: string;
}

/** What is asked for: whom to call, and why. */
export type VerificationRequest = z.input<typeof NewVerificationBody>;

/** The same for a job, with the tenant. */
export type VerificationJobData = z.input<typeof VerificationJob>;

/** A verification as it is now. */
export type Verification = z.output<typeof VerificationView>;

/** What a sign-in by number is asked for with. */
export type NewSignIn = z.input<typeof NewSignInBody>;

/** A sign-in by number. It looks the same whether or not the number is somebody's. */
export type SignIn = z.output<typeof SignInView>;

/** What the right code of a sign-in by number gives. */
export type ApprovedSignIn = z.output<typeof ApprovedView>;

/** What is asked for: a page on which a person signs in with a phone number, and where it leads. */
export type NewSignInPage = z.input<typeof NewPage>;

/** Where the person is sent, and until when. */
export type SignInPageLink = z.output<typeof PageLink>;

/** What is asked for: an external authentication method of Entra. */
export type NewEntraMethod = z.input<typeof NewEntraMethodBody>;

/** Changes of a method. */
export type EntraMethodChanges = z.input<typeof EntraMethodChangesBody>;

/** The method, with what is to be entered at Entra. */
export type EntraMethod = z.output<typeof EntraMethodView>;

/** A verification that has ended. */
export type FinishedVerification = Verification & { state: 'finished'; outcome: Outcome };

/** Which verifications to find. */
export interface WantedVerifications {
  userId?: string;
  state?: State;
  outcome?: Outcome;
  /** Only those requested after this time, ISO 8601. */
  createdAfter?: string;
  /** How many at once, 100 at most and by default. */
  limit?: number;
  /** `next` of the answer before. */
  after?: string;
}

/** Some of the verifications that were found, and what to ask for next. */
export interface FoundVerifications {
  value: Verification[];
  /** Goes into `after` to go on; null: there are no more. */
  next: string | null;
}

/** Who changed what, about whom and when. */
export type AuditEvent = z.output<typeof AuditEventView>;

/** Which audit events to list. */
export interface WantedAuditEvents {
  userId?: string;
  /** Such as `user.blocked`. */
  type?: string;
  /** Only those of this time and later, ISO 8601. */
  from?: string;
  /** Only those before this time, ISO 8601. */
  to?: string;
  /** How many at once, 100 at most and by default. */
  limit?: number;
  /** `next` of the answer before. */
  after?: string;
}

/** Some of the audit events, and what to ask for next. */
export interface FoundAuditEvents {
  value: AuditEvent[];
  /** Goes into `after` to go on; null: there are no more. */
  next: string | null;
}

/** An API key, without what proves it. */
export type ApiKey = z.output<typeof KeyView>;

/** An app password, shown once. */
export type RevealedAppPassword = z.output<typeof Revealed>;

/** A phone of a user, in the shape of Microsoft Graph's phoneAuthenticationMethod, and what may be done with it. */
export type PhoneMethod = z.output<typeof PhoneMethodView>;

/** A number that an administrator enters for a user. */
export type NewPhoneMethod = z.input<typeof NewMethod>;

/** The number that takes the place of another. */
export type PhoneMethodChange = z.input<typeof ChangedMethod>;

/** Numbers of many users. */
export type PhoneMethodList = z.input<typeof MethodList>;

/** What became of one of them. */
export type ImportedPhoneMethod = z.output<typeof ImportedView>;

/** What a user must verify again. */
export type Reregistration = z.output<typeof ReregistrationView>;

/** Whether a user could sign in with a number. */
export type SmsSignIn = z.output<typeof SmsSignInView>;

/** What is posted about a phone of a user. */
export type PhoneMethodMessageData = z.output<typeof PhoneMethodData>;

/** What is posted about a user who must verify all phones again. */
export type ReregistrationMessageData = z.output<typeof ReregistrationData>;

/** What is posted about app passwords that were revoked together. */
export type AppPasswordsRevokedMessageData = z.output<typeof AppPasswordsRevokedData>;

/** What is posted about somebody who guesses at the app passwords of a user. */
export type AppPasswordGuessedMessageData = z.output<typeof AppPasswordGuessedData>;

/** Everything that is kept about a user. */
export type UserExport = z.output<typeof UserExportView>;

/** What was erased about a user. */
export type ErasedUser = z.output<typeof ErasedView>;

/** For whom an assertion about a sign-in is meant, and the nonce that it must have. */
export type AssertionRequest = z.input<typeof AssertionBody>;

/** A signed assertion; it is issued once. */
export type IssuedAssertion = z.output<typeof Issued>;

/** An assertion, with the audience and the nonce that it must have. */
export type AssertionToRedeem = z.input<typeof RedeemBody>;

/** What a redeemed assertion says: who signed in, how and when. */
export type RedeemedAssertion = z.output<typeof Redeemed>;

/** The public keys that assertions are verified with (RFC 7517). */
export type KeySet = z.output<typeof KeySetView>;

/** An app password that is not revoked; the password itself is shown once. */
export type AppPassword = z.output<typeof AppPasswordView>;

/** What an app password is to be that no verification earns. */
export type NewAppPassword = z.input<typeof NewAppPasswordBody>;

/** The same once it is made; the password itself is shown in this answer only. */
export type CreatedAppPassword = z.output<typeof CreatedView>;

/** What a link to the self-service page is to be like. */
export type NewSelfServiceLink = z.input<typeof LinkBody>;

/** A link to the self-service page of a user. */
export type SelfServiceLink = z.output<typeof LinkView>;

/** A user's language, and whether there is a PIN. */
export type UserProfile = z.output<typeof ProfileInAnswer>;

/** What to change of it; what is left out stays. */
export type UserProfileChange = z.input<typeof ProfileBody>;

/** What a user may do, and every reason why not. */
export type Capabilities = z.output<typeof CapabilitiesView>;

/** Whether a user is blocked, and why. */
export type Block = z.output<typeof BlockView>;

/** Why to block a user, and until when; with no end it lasts until it is ended. */
export type NewBlock = z.input<typeof BlockBody>;

/** A policy as it is written; what is left out has its default. */
export type PolicyDocument = z.input<typeof Document>;

/** The current policy, with every default, and its version. */
export type CurrentPolicy = z.output<typeof Current>;

/** An earlier version of a policy. */
export type PolicyVersion = z.output<typeof Version>;

/** A number that might be registered. */
export type AboutNumber = z.input<typeof About>;

/** How a switchboard, by its number as typed, wants extensions dialed; pauses in s. */
export type NewPbxProfile = z.input<typeof NewProfile>;

/** The same as it is kept: with its id, and the number as E.164. */
export type PbxProfile = z.output<typeof Profile>;

/** A connection through which Microsoft Entra hands messages over, as it is made. */
export type NewEntraPhoneProvider = z.input<typeof NewProvider>;

/** What of it is to be different. */
export type EntraPhoneProviderChanges = z.input<typeof ProviderChanges>;

/** The same as it is, with its certificates. */
export type EntraPhoneProvider = z.output<typeof EntraPhoneProviderView>;

/** A certificate that its messages are encrypted for. */
export type EntraMessageKey = z.output<typeof EntraMessageKeyView>;

/** Where outcomes are posted. */
export type WebhookEndpoint = z.output<typeof EndpointView>;

/** A message to that endpoint, and what became of it. */
export type WebhookMessage = z.output<typeof MessageView>;
