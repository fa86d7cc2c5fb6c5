import { parse } from 'node:querystring';

/** Fields by name; one that came more than once has all its values in a list. The object has no prototype. */
export type FormFields = Readonly<Record<string, string | string[] | undefined>>;

/** A body of type `application/x-www-form-urlencoded`. */
export interface FormBody {
  /** As received. */
  readonly text: string;
  /** Parsed when they are first asked for. */
  readonly fields: FormFields;
}

/** The body with this text. */
export function formBody(text: string): FormBody {
  let fields: FormFields | undefined;
  return {
    text,
    get fields() {
      fields ??= parseFields(text);
      return fields;
    },
  };
}

/** The fields of a form or of a query. What is encoded wrongly stays as near to what was sent as can be. */
export function parseFields(text: string): FormFields {
  // Without this, fields after the thousandth would be lost.
  return parse(text, '&', '=', { maxKeys: 0 });
}
