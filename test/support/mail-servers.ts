/** nginx and Dovecot with the sample configurations, in front of a running service. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, mkdtempSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, createServer as createTcpServer, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import {
  type SampleBalancer,
  type SamplePorts,
  writeSamples,
} from '../../scripts/older-apps/sample-files.ts';
import { makeCertificate } from '../../scripts/rehearse/certificate.ts';
import { findBalancer, findMailServers, MAIL_PACKAGES } from './mail-programs.ts';
import { accountOf, createRunner, freePorts } from './processes.ts';

/** Ports for all of them, free a moment ago. */
export async function mailPorts(): Promise<SamplePorts> {
  const [imaps = 0, pop3s = 0, smtps = 0, submission = 0, https = 0, ...others] = await freePorts(10);
  const [dovecotImap = 0, dovecotPop3 = 0, dovecotSubmission = 0, relay = 0, app = 0] = others;
  const ofNginx = { imaps, pop3s, smtps, submission, https };
  return { ...ofNginx, dovecotImap, dovecotPop3, dovecotSubmission, relay, app };
}

/** HAProxy at an address of its own, to tell it from clients. */
export async function balancerOf(): Promise<SampleBalancer> {
  const [imaps = 0, pop3s = 0, smtps = 0, submission = 0, https = 0, ...others] = await freePorts(7);
  const [secondImaps = 0, secondHttps = 0] = others;
  return {
    address: '127.0.0.9',
    ports: { imaps, pop3s, smtps, submission, https },
    behindAnother: { imaps: secondImaps, https: secondHttps },
  };
}

/** The servers; `stop` ends them. */
export type MailServers = Awaited<ReturnType<typeof startMailServers>>;

/** Starts both, the server that sends mail on, and a web app behind nginx. Runs as root only: Dovecot opens mailboxes of others. */
export async function startMailServers(settings: {
  ports: SamplePorts;
  poundkey: string;
  secrets: { mail: string; web: string; backend: string };
  balancer?: SampleBalancer;
}) {
  const programs = findMailServers();
  if (programs === null) throw new Error(`Not installed: apt-get install ${MAIL_PACKAGES}`);
  const directory = mkdtempSync(join(tmpdir(), 'poundkey-mail-'));
  const files = makeCertificate(programs.openssl, directory);
  const paths = writeSamples({ ...settings, directory, files, users: { nginx: 'root', mailboxes: 'mail' } });
  const mailboxes = accountOf('mail');
  mkdirSync(join(directory, 'mail'));
  chownSync(join(directory, 'mail'), mailboxes.uid, mailboxes.gid);
  const { ports } = settings;
  const relay = await startRelay(ports.relay);
  const app = await startApp(ports.app);
  const dovecot = createRunner({
    command: programs.dovecot,
    args: ['-F', '-c', paths.dovecot],
    directory,
    stopSignal: 'SIGTERM',
    probe: () => askTcp(ports.dovecotImap),
  });
  const nginx = createRunner({
    command: programs.nginx,
    args: ['-p', directory, '-c', paths.nginx, '-e', join(directory, 'error.log')],
    directory,
    stopSignal: 'SIGTERM',
    probe: () => askTcp(ports.imaps),
  });
  const haproxy = settings.balancer
    ? createRunner({
        command: findBalancer() ?? '',
        args: ['-db', '-f', paths.haproxy],
        directory,
        stopSignal: 'SIGTERM',
        probe: () => askTcp(settings.balancer?.ports.imaps ?? 0),
      })
    : null;
  const stop = async () => {
    await haproxy?.halt();
    await nginx.halt();
    await dovecot.halt();
    relay.server.close();
    app.server.closeAllConnections();
    app.server.close();
    for (const server of [dovecot, nginx, haproxy]) server?.remove();
  };
  try {
    await dovecot.start();
    await nginx.start();
    await haproxy?.start();
  } catch (error) {
    await stop();
    throw error;
  }
  const doveadm = (...args: string[]) => run(programs.doveadm, ['-c', paths.dovecot, ...args]);
  const curl = (...args: string[]) =>
    run(programs.curl, [
      '--silent',
      '--show-error',
      '--max-time',
      '30',
      '--cacert',
      files.authority,
      ...args,
    ]);
  return {
    ports,
    stop,
    doveadm,
    curl,
    sent: relay.sent,
    uploads: app.uploads,
    authority: files.authority,
    directory,
    nginxPid: nginx.pid,
  };
}

/** How a program ended. */
export interface Ended {
  code: number;
  out: string;
  err: string;
}

const LONGEST_RUN_MS = 60_000;

async function run(command: string, args: string[]): Promise<Ended> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args, { timeout: LONGEST_RUN_MS });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

/** Takes any mail, as the server that sends it on would. */
async function startRelay(port: number): Promise<{ server: TcpServer; sent: string[] }> {
  const sent: string[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.write('220 relay ESMTP\r\n');
    let inData = false;
    const lines = createInterface({ input: socket });
    // It tells of the errors of its input once more.
    lines.on('error', () => undefined);
    lines.on('line', (line) => {
      if (inData && line !== '.') return;
      inData = !inData && /^DATA/i.test(line);
      sent.push(line);
      socket.write(answerTo(line));
    });
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return { server, sent };
}

function answerTo(line: string): string {
  if (/^DATA/i.test(line)) return '354 go on\r\n';
  return /^EHLO/i.test(line) ? '250-relay\r\n250-XCLIENT\r\n250 8BITMIME\r\n' : '250 2.0.0 fine\r\n';
}

/** A web app that counts the bytes of what it is sent, and says who nginx says it is. */
async function startApp(
  port: number,
): Promise<{ server: Server; uploads: { user: string; bytes: number }[] }> {
  const uploads: { user: string; bytes: number }[] = [];
  const server = createServer(async (req, res) => {
    let bytes = 0;
    for await (const chunk of req) bytes += (chunk as Buffer).length;
    uploads.push({ user: String(req.headers['x-remote-user']), bytes });
    res.end(`hello ${req.headers['x-remote-user']}`);
  });
  await once(server.listen(port, '127.0.0.1'), 'listening');
  return { server, uploads };
}

async function askTcp(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.destroy();
}
