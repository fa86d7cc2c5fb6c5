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
}

const compose: { services: Record<string, ComposeService>; volumes: Record<string, unknown> } = parse(
  readFileSync(join(PROJECT, 'compose.yaml'), 'utf8'),
  { merge: true },
);
const { services } = compose;
const ours = Object.values(services).filter(({ build }) => build !== undefined);

test('compose.yaml has both stores and both roles, each from somewhere', () => {
  expect(Object.keys(services)).toEqual(['postgres', 'redis', 'web', 'worker']);
  expect(ours.map(({ environment }) => environment?.ROLE)).toEqual(['web', 'worker']);
  for (const { build, image } of Object.values(services)) {
    if (build === undefined) expect(image).toMatch(/^[a-z]+:\d/);
    else expect(existsSync(join(PROJECT, build, 'Dockerfile'))).toBe(true);
  }
});

test('every service is looked after: restarted, and asked whether it is well', () => {
  for (const service of Object.values(services)) {
    expect(service.restart).toBe('unless-stopped');
    expect(service.healthcheck?.test[0]).toBe('CMD');
  }
  for (const { healthcheck } of ours) expect(healthcheck?.test.join(' ')).toContain(':9090/healthz');
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
  expect(services.web?.ports).toEqual(['127.0.0.1:8080:8080']);
  expect(services.worker).not.toHaveProperty('ports');
});
