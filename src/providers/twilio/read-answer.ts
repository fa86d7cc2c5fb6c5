/**
 * The body of a REST answer as Twilio would have sent it, for the `twilio` package reads no other.
 * - `{errors: [{code, message}]}` becomes the one error (SignalWire, Compatibility API: errors).
 * - The next page of a list is named with the path of the base URL, which the package would put in front once more.
 */
export function readAnswer<Body>(
  answer: { statusCode: number; body: Body },
  apiBaseUrl: string | null,
): Body {
  const { statusCode, body } = answer;
  if (typeof body !== 'object' || body === null) return body;
  if (statusCode >= 400) return 'code' in body ? body : { ...body, ...firstError(body, statusCode) };
  return 'next_page_uri' in body
    ? { ...body, next_page_uri: withoutBase(body.next_page_uri, apiBaseUrl) }
    : body;
}

function firstError(body: object, status: number): { code?: unknown; message?: unknown; status?: number } {
  const [first]: unknown[] = 'errors' in body && Array.isArray(body.errors) ? body.errors : [];
  if (typeof first !== 'object' || first === null || !('code' in first)) return {};
  return { code: first.code, message: 'message' in first ? first.message : '', status };
}

function withoutBase(uri: unknown, apiBaseUrl: string | null): unknown {
  const base = apiBaseUrl === null ? '' : new URL(apiBaseUrl).pathname.replace(/\/+$/, '');
  return typeof uri === 'string' && uri.startsWith(`${base}/`) ? uri.slice(base.length) : uri;
}
