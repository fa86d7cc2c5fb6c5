import sql from 'sql-template-tag';
import type { RunStatement } from '../../platform/database/run-statement.ts';

/** A page as it was asked for. */
export interface NewSignInPage {
  id: string;
  tokenHash: string;
  tenantId: string;
  returnUrl: string;
  otherWayUrl: string | null;
  nonce: string;
  state: string | null;
  audience: string | null;
  locale: string | null;
  expiresAt: Date;
}

/** A page as it is now. */
export interface SignInPage extends Omit<NewSignInPage, 'tokenHash'> {
  /** Null: no browser has used it. */
  browserHash: string | null;
  /** Whether the form that was sent last is still being worked on. */
  isWorking: boolean;
  /** The sign-in that was begun last. */
  verificationId: string | null;
  sealedAssertion: string | null;
  assertionExpiresAt: Date | null;
}

/** The statements about pages. */
export type SignInPageStore = ReturnType<typeof createSignInPageStore>;

const COLUMNS = sql`id, tenant_id, return_url, other_way_url, nonce, state, audience, locale, expires_at, browser_hash,
  is_working, verification_id, sealed_assertion, assertion_expires_at`;

/** @param run runs a statement on the registry */
export function createSignInPageStore(run: RunStatement) {
  return {
    async add(page: NewSignInPage, now: Date): Promise<void> {
      await run(sql`
        insert into sign_in_page (id, token_hash, tenant_id, return_url, other_way_url, nonce, state, audience, locale,
          created_at, expires_at)
        values (${page.id}::uuid, ${page.tokenHash}, ${page.tenantId}, ${page.returnUrl}, ${page.otherWayUrl},
          ${page.nonce}, ${page.state}, ${page.audience}, ${page.locale}, ${now}, ${page.expiresAt})`);
    },

    async findByToken(tokenHash: string): Promise<SignInPage | null> {
      const [row] = await run<SignInPage>(
        sql`select ${COLUMNS} from sign_in_page where token_hash = ${tokenHash}`,
      );
      return row ?? null;
    },

    async find(id: string): Promise<SignInPage | null> {
      const [row] = await run<SignInPage>(sql`select ${COLUMNS} from sign_in_page where id = ${id}::uuid`);
      return row ?? null;
    },

    /** Binds a page to the browser that uses it; of two at once one gets it. @returns whether it is this browser's now */
    async bind(id: string, browserHash: string, now: Date): Promise<boolean> {
      const rows = await run(sql`
        update sign_in_page set browser_hash = ${browserHash} where id = ${id}::uuid and expires_at > ${now}
          and (browser_hash is null or browser_hash = ${browserHash}) returning id`);
      return rows.length === 1;
    },

    /** Takes numbers until then, as long as the page still does and is not a day old. @returns until when it does now */
    async extend(id: string, until: Date, now: Date): Promise<Date | null> {
      const [row] = await run<{ expiresAt: Date }>(sql`
        update sign_in_page set expires_at = least(${until}::timestamptz, created_at + interval '1 day')
        where id = ${id}::uuid and expires_at > ${now} returning expires_at`);
      return row?.expiresAt ?? null;
    },

    async speak(id: string, locale: string): Promise<void> {
      await run(sql`update sign_in_page set locale = ${locale} where id = ${id}::uuid`);
    },

    /** Takes a form up, unless it was sent before or somebody is signed in already. */
    async take(id: string, formKey: string): Promise<boolean> {
      const rows = await run(sql`
        update sign_in_page set form_key = ${formKey}, is_working = true where id = ${id}::uuid
          and form_key is distinct from ${formKey} and assertion_expires_at is null returning id`);
      return rows.length === 1;
    },

    /** Notes the sign-in that a form began. @returns false: a later form was sent meanwhile, and counts */
    async begin(id: string, formKey: string, verificationId: string): Promise<boolean> {
      const rows = await run(sql`
        update sign_in_page set verification_id = ${verificationId}::uuid, is_working = false
        where id = ${id}::uuid and form_key = ${formKey} returning id`);
      return rows.length === 1;
    },

    /** Notes that a form has led to nothing. @param isAnswered false: something failed, and the same form may be sent again */
    async leave(id: string, formKey: string, isAnswered: boolean): Promise<void> {
      await run(sql`
        update sign_in_page set is_working = false, form_key = case when ${isAnswered}::boolean then form_key end
        where id = ${id}::uuid and form_key = ${formKey}`);
    },

    /** Keeps the assertion for the way back. */
    async finish(id: string, { sealed, until }: { sealed: string; until: Date }): Promise<void> {
      await run(sql`
        update sign_in_page set sealed_assertion = ${sealed}, assertion_expires_at = ${until}, is_working = false
        where id = ${id}::uuid and assertion_expires_at is null`);
    },
  };
}
