import type { Language } from '../texts.ts';

/** Whose page it is, as people see it. */
export interface PageBrand {
  /** The organisation. */
  name: string;
  /** The address of the stylesheet with the organisation's colours, below the page's own; null: Poundkey's. */
  stylesheet: string | null;
  /** The address of its logo; null: its initial stands for it. */
  logo: string | null;
  /** Who can change what is refused. */
  contact: { name: string; email: string } | null;
  helpUrl: string | null;
  privacyUrl: string | null;
}

/** Everything that all pages have in common. */
export interface PageView {
  /** The path of the page, such as `/my-phones`, behind that of the public address. */
  base: string;
  /** The path of the page's files, such as `/my-phones/assets`. */
  files: string;
  /** What is behind `base` in its own address, such as `/add`; null: it answers a form, and cannot be opened by its address. */
  at: string | null;
  language: Language;
  languages: readonly Language[];
  brand: PageBrand;
  /** Goes with every form; null: there is no session, and forms that need one are not shown. */
  formToken: string | null;
  /** Where people go when they are done; null: nowhere. */
  returnUrl: string | null;
  /** The time of the server. */
  now: Date;
  /** When the session ends unless the person does something; null: there is none. */
  sessionEnds: Date | null;
}
