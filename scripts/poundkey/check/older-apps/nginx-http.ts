// What must hold where nginx asks for a web app (auth_request). The reasons: docs/operating/older-apps.md.
import type { Found } from './found.ts';
import { believesAnybody, believesNobody, readsAnotherHeader } from './nginx-proxy-protocol.ts';
import { allOf, type Directive, type Scope, wordsOf } from './nginx-tree.ts';

/** What must be mended in the locations that ask Poundkey for a web app. */
export function checkNginxHttp(tree: readonly Directive[]): Found[] {
  return tree
    .filter(({ name }) => name === 'http')
    .flatMap((http) =>
      http.inside
        .filter(({ name }) => name === 'server')
        .flatMap((server) => askingLocations([server, http]))
        .flatMap((scope) => RULES.flatMap((rule) => rule(scope) ?? []).map((found) => named(scope, found))),
    );
}

type Rule = (scope: Scope) => Omit<Found, 'where'> | null;

function named(scope: Scope, found: Omit<Found, 'where'>): Found {
  const [location] = scope;
  return { where: `nginx, location ${location?.words.at(-1)} at ${location?.at}`, ...found };
}

/** Those that other locations name in `auth_request`, and that go to Poundkey. */
function askingLocations(scope: Scope): Scope[] {
  const all = locationsIn(scope);
  const paths = new Set(
    [scope, ...all].flatMap((each) => allOf(each, 'auth_request').map(([path]) => path ?? 'off')),
  );
  return all.filter((each) => paths.has(each[0]?.words.at(-1) ?? '') && asksPoundkey(each));
}

function locationsIn(scope: Scope): Scope[] {
  const [block] = scope;
  return (block?.inside ?? [])
    .filter(({ name }) => name === 'location')
    .flatMap((location) => {
      const own = [location, ...scope];
      return [own, ...locationsIn(own)];
    });
}

function asksPoundkey(scope: Scope): boolean {
  return (
    headerOf(scope, 'x-poundkey-secret') !== undefined ||
    /\/basic$/.test(wordsOf(scope, 'proxy_pass')?.[0] ?? '')
  );
}

/** Headers of the blocks around count only where the location sets none (nginx.org, "proxy_set_header"). */
function headerOf(scope: Scope, wanted: string): string | undefined {
  return allOf(scope, 'proxy_set_header').find(([name]) => name?.toLowerCase() === wanted)?.[1];
}

const cached: Rule = (scope) => {
  const zone = wordsOf(scope, 'proxy_cache')?.[0] ?? 'off';
  if (zone === 'off') return null;
  const key = wordsOf(scope, 'proxy_cache_key')?.join(' ') ?? '';
  const knowsPeople = /\$\{?(http_authorization|remote_passwd)\b/.test(key);
  return {
    says: `proxy_cache is on${knowsPeople ? '' : ', and its key has no $http_authorization'}`,
    right: 'proxy_cache off;',
    why: knowsPeople
      ? 'A revoked app password is let in for as long as the answer is kept.'
      : 'Everybody gets the answer that the first one got, whatever they type.',
  };
};

const body: Rule = (scope) => {
  if (wordsOf(scope, 'proxy_pass_request_body')?.[0] === 'off') return null;
  return {
    says: 'the body of the request is passed on',
    right: 'proxy_pass_request_body off;',
    why: 'Each upload would be sent to Poundkey too, which reads no body: uploads fail or hang.',
  };
};

const length: Rule = (scope) => {
  if (headerOf(scope, 'content-length') === '') return null;
  return {
    says: 'Content-Length is passed on',
    right: 'proxy_set_header Content-Length "";',
    why: 'Poundkey waits for a body that does not come: uploads hang.',
  };
};

const secret: Rule = (scope) => {
  if (headerOf(scope, 'x-poundkey-secret')) return null;
  return {
    says: 'no proxy_set_header with X-Poundkey-Secret',
    right: 'proxy_set_header X-Poundkey-Secret as_…; as create-app-server prints it',
    why: 'Poundkey does not answer who does not know the secret, so nobody is let in.',
  };
};

const address: Rule = (scope) => {
  if (headerOf(scope, 'x-real-ip')) return null;
  return {
    says: 'no proxy_set_header with X-Real-IP',
    right: 'proxy_set_header X-Real-IP $remote_addr;',
    why: 'Wrong tries are counted for nginx itself instead of for the address that they come from.',
  };
};

const RULES = [cached, body, length, secret, address, believesNobody, believesAnybody, readsAnotherHeader];
