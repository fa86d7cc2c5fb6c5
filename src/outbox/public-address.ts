/** Which addresses a tenant's webhook may lead to: those of the public internet, and none inside our own network. */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import ipaddr from 'ipaddr.js';

const { IPv4, IPv6 } = ipaddr;
type IPv4 = ipaddr.IPv4;
type IPv6 = ipaddr.IPv6;

/** Global unicast (RFC 4291, section 2.4). */
const GLOBAL_IPV6 = IPv6.parseCIDR('2000::/3');
/** IANA, "IPv6 Special-Purpose Address Registry": protocol assignments (Teredo, ORCHID), documentation (RFC 9637). */
const SPECIAL_IPV6 = ['2001::/23', '3fff::/20'].map((range) => IPv6.parseCIDR(range));
/** The metadata address of Azure, which no registry lists. */
const AZURE_METADATA = '168.63.129.16';
/** Where an IPv4 address stands in an IPv6 one, bytes before it: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056). */
const IPV4_WITHIN: Readonly<Record<string, number>> = { ipv4Mapped: 12, rfc6052: 12, '6to4': 2 };
const NAT64 = IPv6.parseCIDR('64:ff9b::/96');

/** Whether an IP address (without brackets) belongs to the public internet. False for what is no address. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 4) return isPublicIpv4(IPv4.parse(address));
  if (isIP(address) !== 6 || address.includes('%')) return false;
  // The library would take the deprecated ::8.8.8.8 for ::ffff:8.8.8.8; URL writes groups only.
  return isPublicIpv6(IPv6.parse(new URL(`http://[${address}]`).hostname.slice(1, -1)));
}

function isPublicIpv4(address: IPv4): boolean {
  return address.range() === 'unicast' && address.toString() !== AZURE_METADATA;
}

function isPublicIpv6(address: IPv6): boolean {
  const range = address.range();
  const before = IPV4_WITHIN[range];
  // The library counts NAT64 of one's own network (RFC 8215) as rfc6052 too.
  if (before !== undefined && (range !== 'rfc6052' || address.match(NAT64)))
    return isPublicIpv4(new IPv4(address.toByteArray().slice(before, before + 4)));
  return (
    range === 'unicast' &&
    address.match(GLOBAL_IPV6) &&
    !SPECIAL_IPV6.some((special) => address.match(special))
  );
}

/** An address that a webhook may not lead to. */
export class AddressRefused extends Error {
  override name = 'AddressRefused';
  readonly code = 'ADDRESS_REFUSED';
}

/** Resolves a name for a connection. */
export type Resolve = (
  hostname: string,
  options: LookupOptions & { all: true },
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * A `lookup` for sockets that fails with `AddressRefused` when a name leads to any address that is not public. The
 * socket connects to the very addresses that were checked, so a name whose addresses change between check and connection gains nothing.
 * @param resolve how names are resolved; the system's way by default
 */
export function createGuardedLookup(resolve: Resolve = lookup): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? [];
      if (error || !first) return done(error ?? new AddressRefused('The name has no address.'), '');
      if (!addresses.every(({ address }) => isPublicAddress(address)))
        return done(new AddressRefused('The name leads to an address that is not public.'), '');
      if (options.all) return done(null, addresses);
      done(null, first.address, first.family);
    });
  };
}
