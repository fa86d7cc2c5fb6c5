// What must hold where a balancer tells nginx the addresses of clients. The reasons: docs/operating/older-apps.md.
import type { Found } from './found.ts';
import { allOf, type Scope, wordsOf } from './nginx-tree.ts';

type Rule = (scope: Scope) => Omit<Found, 'where'> | null;

/** Whether a server is told the addresses of clients in the PROXY protocol. */
const isTold = (scope: Scope) => allOf(scope, 'listen').some((words) => words.includes('proxy_protocol'));

/** Who is told, but believes nobody, has one address for all. */
export const believesNobody: Rule = (scope) => {
  if (!isTold(scope) || allOf(scope, 'set_real_ip_from').length > 0) return null;
  return {
    says: 'listen has proxy_protocol, and there is no set_real_ip_from',
    right: "set_real_ip_from 10.0.0.5; with the balancer's address",
    why: 'All clients seem to be the balancer, so that wrong app passwords of all count together.',
  };
};

/** Whoever may connect could say to be anybody. */
export const believesAnybody: Rule = (scope) => {
  const wide = allOf(scope, 'set_real_ip_from').find(([network]) => /\/0$/.test(network ?? ''));
  if (wide === undefined) return null;
  return {
    says: `set_real_ip_from is ${wide[0]}`,
    right: "set_real_ip_from 10.0.0.5; with the balancer's address",
    why: 'Whoever reaches nginx can claim any address: of somebody else, who is limited for it, or of this machine, from which passwords may come in clear.',
  };
};

/** Of a web server only: by default the address is taken from a header. */
export const readsAnotherHeader: Rule = (scope) => {
  const header = wordsOf(scope, 'real_ip_header')?.[0];
  if (!isTold(scope) || allOf(scope, 'set_real_ip_from').length === 0 || header === 'proxy_protocol')
    return null;
  return {
    says: `listen has proxy_protocol, and real_ip_header is ${header ?? 'not set, so it is X-Real-IP'}`,
    right: 'real_ip_header proxy_protocol;',
    why: 'The address comes from a header that clients write themselves.',
  };
};
