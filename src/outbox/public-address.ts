/** Which addresses a tenant's webhook may lead to: those of the public internet, and none inside our own network. */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** IANA, IPv4 Special-Purpose Address Registry, and multicast (RFC 5771); the last is the metadata address of Azure. */
const IPV4_REFUSED: [network: string, prefix: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['168.63.129.16', 32],
];

/** Parts of the global unicast space that are not: Teredo and other protocol assignments, documentation (RFC 3849, 9637). */
const IPV6_REFUSED: [network: string, prefix: number][] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
];

/** Where IPv6 carries an IPv4 address: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056). Bits before it. */
const IPV4_WITHIN: { bits: number; around: (hex: string) => string }[] = [
  { bits: 96, around: (hex) => `::ffff:${hex}` },
  { bits: 96, around: (hex) => `64:ff9b::${hex}` },
  { bits: 16, around: (hex) => `2002:${hex}::` },
];

const refused4 = new BlockList();
const refused6 = new BlockList();
/** RFC 4291: global unicast; everything else but the two forms of IPv4 addresses stays refused. */
const possible6 = new BlockList();
possible6.addSubnet('2000::', 3, 'ipv6');
possible6.addSubnet('64:ff9b::', 96, 'ipv6');
possible6.addSubnet('::ffff:0:0', 96, 'ipv6');
for (const [network, prefix] of IPV6_REFUSED) refused6.addSubnet(network, prefix, 'ipv6');
for (const [network, prefix] of IPV4_REFUSED) {
  refused4.addSubnet(network, prefix, 'ipv4');
  for (const { bits, around } of IPV4_WITHIN)
    refused6.addSubnet(around(inHex(network)), bits + prefix, 'ipv6');
}

/** `10.0.0.1` as the two groups `a00:1`. */
function inHex(ipv4: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = ipv4.split('.').map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** Whether an IP address (without brackets) belongs to the public internet. False for what is no address. */
export function isPublicAddress(address: string): boolean {
  const [plain = '', zone] = address.split('%');
  const family = isIP(plain);
  if (family === 4) return zone === undefined && !refused4.check(plain, 'ipv4');
  return (
    family === 6 && zone === undefined && possible6.check(plain, 'ipv6') && !refused6.check(plain, 'ipv6')
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
 * socket connects to the very addresses that were checked, so a name that changes its mind gains nothing.
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
