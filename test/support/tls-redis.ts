/** A Redis Cluster of one node that speaks TLS, with a certificate of its own authority. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { findProgram, freePorts, type TestServer } from './processes.ts';
import { ask } from './redis-groups.ts';
import { startRedis } from './servers.ts';

/** The node. */
export interface TlsRedis {
  /** Its port for TLS; it listens on 127.0.0.1. */
  port: number;
  /** Its certificate, which is its authority's as well. */
  certificateFile: string;
  stop(): Promise<void>;
}

/**
 * Starts it. It calls itself `localhost`.
 * @param options.certificateName the only name in its certificate
 * @param options.endpoints what it tells clients first, its address or its name
 */
export async function startTlsCluster(options: {
  certificateName: string;
  endpoints: 'ip' | 'hostname';
}): Promise<TlsRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-tls-'));
  const [key, certificateFile] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
  const subject = ['-subj', '/CN=poundkey-test', '-addext', `subjectAltName=DNS:${options.certificateName}`];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject];
  execFileSync(findProgram(['openssl']) ?? 'openssl', [...request, '-keyout', key, '-out', certificateFile], {
    stdio: 'ignore',
  });
  const [port = 0, bus = 0] = await freePorts(2);
  const server = await startRedis({
    args: [
      ...['--tls-port', `${port}`, '--tls-cert-file', certificateFile, '--tls-key-file', key],
      ...['--tls-ca-cert-file', certificateFile, '--tls-auth-clients', 'no'],
      ...['--tls-cluster', 'yes', '--cluster-enabled', 'yes', '--cluster-port', `${bus}`],
      ...['--cluster-announce-hostname', 'localhost'],
      ...['--cluster-preferred-endpoint-type', options.endpoints],
    ],
  });
  await coverAllSlots(server);
  return {
    port,
    certificateFile,
    async stop() {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function coverAllSlots(server: TestServer): Promise<void> {
  await ask(server, (redis) => redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383'));
  await vi.waitFor(
    async () => expect(await ask(server, (redis) => redis.cluster('INFO'))).toContain('cluster_state:ok'),
    { timeout: 20_000, interval: 100 },
  );
}
