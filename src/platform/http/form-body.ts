import { parse } from 'node:querystring';

/** Fields by name; one that came more than once has all its values in a list. The object has no prototype. */
export type FormFields = Readonly<Record<string, string | string[] | undefined>>;

/**
 * A body of type `application/x-www-form-urlencoded`. A class: of an object with a getter of its own, V8 keeps what the getter refers
 * to until the next full collection (see `test/project/kept-memory.test.ts`).
 */
export class FormBody {
  /** As received. */
  readonly text: string;
  #fields: FormFields | undefined;

  constructor(text: string) {
    this.text = text;
  }

  /** Parsed when they are first asked for. */
  get fields(): FormFields {
    this.#fields ??= parseFields(this.text);
    return this.#fields;
  }
}

/** The fields of a form or of a query. What is encoded wrongly stays as near to what was sent as can be. */
export function parseFields(text: string): FormFields {
  // Without this, fields after the thousandth would be lost.
  return parse(text, '&', '=', { maxKeys: 0 });
}
