/** What to do about a server's certificate, by the code of Node's error (Node.js, TLS: X509 certificate error codes). */
const HINTS: Record<string, string> = {
  ERR_TLS_CERT_ALTNAME_INVALID:
    "The server's certificate is for other names: name the server in the settings as its certificate does",
  CERT_HAS_EXPIRED: "The server's certificate has expired: it must be renewed there",
  CERT_NOT_YET_VALID: "The server's certificate is not valid yet: check the clocks",
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted(),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted(),
  UNABLE_TO_GET_ISSUER_CERT: untrusted(),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted(),
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted(),
  ERR_SSL_WRONG_VERSION_NUMBER: 'The server does not speak TLS at this port',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'The server does not speak TLS at this port',
};

function untrusted(): string {
  return "The server's certificate is not signed by an authority that this process trusts: put the authority's certificate into a file and its path into NODE_EXTRA_CA_CERTS";
}

/** A sentence for operators, or null for any other error. */
export function tlsHint(code: string): string | null {
  return HINTS[code] ?? null;
}
