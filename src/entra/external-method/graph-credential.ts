/** How a method's application shows to Microsoft Graph who it is: entered once, and sealed in the registry. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import sql from 'sql-template-tag';
import { z } from 'zod';
import type { RunStatement } from '../../platform/database/run-statement.ts';
import { type KeyRing, seal, unseal } from '../../platform/secrets/key-ring.ts';
import { resealAll } from '../../platform/secrets/reseal.ts';
import type { GraphCredential } from '../directory-phones/access-token.ts';

const Pem = z.string().max(20_000);

/** A credential as it is entered. What is sealed has been through it. */
export const GraphCredentialBody = z
  .union([
    z.strictObject({
      secret: z
        .string()
        .regex(/^[\x21-\x7e]{8,512}$/, 'This must be the value of a client secret.')
        .meta({ description: 'The value of a client secret, not its id' }),
    }),
    z
      .strictObject({
        certificate: Pem.meta({ description: 'PEM' }),
        privateKey: Pem.meta({ description: 'PEM' }),
      })
      .refine(
        belongTogether,
        'This must be a certificate and its RSA key, both as PEM without a passphrase.',
      ),
  ])
  .meta({
    id: 'GraphCredential',
    description: 'Of the app registration, which needs the application permission User.Read.All with consent',
  });

/** One as it was entered. */
export type EnteredCredential = z.output<typeof GraphCredentialBody>;

function belongTogether({ certificate, privateKey }: { certificate: string; privateKey: string }): boolean {
  try {
    const key = createPrivateKey(privateKey);
    return key.asymmetricKeyType === 'rsa' && new X509Certificate(certificate).checkPrivateKey(key);
  } catch {
    return false;
  }
}

const contextOf = (methodId: string) => `entra-method-graph:${methodId}`;

/** What is written of a credential. */
export function sealCredential(sealKeys: KeyRing, methodId: string, entered: EnteredCredential): string {
  return seal(sealKeys, JSON.stringify(entered), contextOf(methodId));
}

/** The credential that `sealCredential` has sealed. */
export function openCredential(sealKeys: KeyRing, methodId: string, sealed: string): GraphCredential {
  const entered = JSON.parse(unseal(sealKeys, sealed, contextOf(methodId))) as EnteredCredential;
  if ('secret' in entered) return { kind: 'secret', secret: entered.secret };
  const { certificate: certificatePem, privateKey: privateKeyPem } = entered;
  return { kind: 'certificate', certificatePem, privateKeyPem };
}

/** Seals credentials anew that are sealed under a replaced key. @returns how many */
export async function resealGraphCredentials(run: RunStatement, sealKeys: KeyRing): Promise<number> {
  const rows = await run<{ id: string; sealed: string }>(
    sql`select id, sealed_graph_credential as sealed from entra_method where sealed_graph_credential is not null`,
  );
  const texts = rows.map(({ id, sealed }) => ({ id, sealed, context: contextOf(id) }));
  return resealAll(sealKeys, texts, async ({ id, sealed }, anew) => {
    const done = await run(sql`update entra_method set sealed_graph_credential = ${anew}
      where id = ${id} and sealed_graph_credential = ${sealed} returning id`);
    return done.length;
  });
}
