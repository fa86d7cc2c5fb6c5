// compose.yaml names what exists: services, health checks, variables.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { VARIABLES } from '../../src/config.ts';
import { PROJECT } from '../support/lint.ts';

interface ComposeService {
  image?: string;
  build?: string;
  restart?: string;
  env_file?: string;
  environment?: Record<string, string>;
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
  volumes?: string[];
  ports?: string[];
  read_only?: boolean;
  cap_drop?: string[];
  cap_add?: string[];
  security_opt?: string[];
  logging?: { driver: string; options: Record<string, string> };
  tmpfs?: string[];
}

const compose: { services: Record<string, ComposeService>; volumes: Record<string, unknown> } = parse(
  readFileSync(join(PROJECT, 'compose.yaml'), 'utf8'),
  { merge: true },
);
const { services } = compose;
const ours = Object.values(services).filter(({ build }) => build !== undefined);

/** A name and a version down to the patch: what is tried is what runs. */
const PINNED = /^[a-z]+:\d+\.\d+(\.\d+)?-[a-z-]+$/;

test('compose.yaml has both stores and both roles, each from somewhere', () => {
  expect(Object.keys(services)).toEqual(['postgres', 'redis', 'web', 'worker']);
  expect(ours.map(({ environment }) => environment?.ROLE)).toEqual(['web', 'worker']);
  for (const { build, image } of Object.values(services)) {
    if (build === undefined) expect(image).toMatch(PINNED);
    else expect(existsSync(join(PROJECT, build, 'Dockerfile'))).toBe(true);
  }
});

test('every service is looked after: restarted, and asked whether it is well', () => {
  for (const service of Object.values(services)) {
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck?.test[0]).toBe('CMD');
  }
  for (const { healthcheck, environment } of ours)
    expect(healthcheck?.test.join(' ')).toContain(`:${environment?.OPS_PORT}/healthz`);
});

test('roles wait for stores that exist and say when they are healthy', () => {
  for (const { depends_on: needed = {} } of ours) {
    expect(Object.keys(needed).sort()).toEqual(['postgres', 'redis']);
    for (const [name, { condition }] of Object.entries(needed)) {
      expect(services[name]).toHaveProperty('healthcheck');
      expect(condition).toBe('service_healthy');
    }
  }
});

test('every variable is one that is read, and no secret stands in the file', () => {
  for (const { environment = {}, env_file: file } of ours) {
    expect(VARIABLES).toEqual(expect.arrayContaining(Object.keys(environment)));
    expect(file).toBe('.env');
  }
  for (const { environment = {} } of Object.values(services))
    expect(Object.keys(environment).join(' ')).not.toMatch(/PASSWORD|TOKEN|KEY|SECRET/);
});

test('data outlives containers, Redis drops no job, and only the web process is reached, from this machine', () => {
  for (const name of ['postgres', 'redis']) {
    const [volume = ''] = services[name]?.volumes?.[0]?.split(':') ?? [];
    expect(compose.volumes).toHaveProperty(volume);
    expect(services[name]).not.toHaveProperty('ports');
  }
  expect(services.redis?.command?.join(' ')).toContain('--maxmemory-policy noeviction');
  const [, first, last, inside] =
    /^127\.0\.0\.1:(\d+)-(\d+):(\d+)$/.exec(services.web?.ports?.[0] ?? '') ?? [];
  expect(services.web?.ports).toHaveLength(1);
  expect(inside).toBe(services.web?.environment?.PORT);
  // Two web processes, as an upgrade without a gap needs, find a port each.
  expect(Number(last) - Number(first)).toBeGreaterThan(0);
  expect(services.worker).not.toHaveProperty('ports');
});

test('every container is confined, and its log ends somewhere', () => {
  for (const service of Object.values(services)) {
    expect(service).toMatchObject({
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
      logging: { options: { 'max-size': expect.stringMatching(/^\d+m$/), 'max-file': expect.any(String) } },
    });
    expect(service.tmpfs ?? service.volumes).toBeDefined();
  }
  for (const { cap_add: added } of ours) expect(added).toBeUndefined();
});
