/** Addresses of clients, as far as limits and people need them. */
import { BlockList, isIP } from 'node:net';

/** Where a client is. */
export interface ClientPlace {
  /** The address, an IPv4 one also where it was written as an IPv6 one. */
  address: string;
  /** What is kept of it: the first 24 bits of an IPv4, 48 of an IPv6 address. */
  network: string;
  /** By what its wrong tries are counted, the narrowest first; `share` is how many times the limit of one each may have. */
  buckets: { name: string; share: number }[];
}

/** A whole network has a customer's worth of prefixes, so wider ones may do more: RFC 6177 and RIPE-690. */
const WIDER: readonly { bits: number; share: number }[] = [
  { bits: 64, share: 1 },
  { bits: 56, share: 4 },
  { bits: 48, share: 16 },
];

/** An IP address as it was given, an IPv4 one also where it was written as an IPv6 one; null: it is none. */
export function readAddress(text: string | undefined): string | null {
  const address = unmapped((text ?? '').trim());
  return isIP(address) === 0 ? null : address;
}

/**
 * Reads the address of a client.
 * @param hidden addresses of proxies that hide clients behind them
 * @returns null where it says nothing about the client: none at all, this machine, or such a proxy
 */
export function readClientPlace(text: string | undefined, hidden: BlockList): ClientPlace | null {
  const address = readAddress(text);
  const kind = isIP(address ?? '');
  if (address === null || hidden.check(address, kind === 4 ? 'ipv4' : 'ipv6')) return null;
  return kind === 4 ? placeOfV4(address) : placeOfV6(address);
}

/** @param proxies addresses and networks (`10.0.0.0/8`), valid ones; this machine is always one of them */
export function hiddenBehind(proxies: readonly string[]): BlockList {
  const list = new BlockList();
  list.addSubnet('127.0.0.0', 8, 'ipv4');
  list.addAddress('::1', 'ipv6');
  for (const proxy of proxies) {
    const [network = '', bits] = proxy.split('/');
    const kind = isIP(network) === 4 ? 'ipv4' : 'ipv6';
    list.addSubnet(network, bits === undefined ? (kind === 'ipv4' ? 32 : 128) : Number(bits), kind);
  }
  return list;
}

/** `::ffff:192.0.2.1`, in any spelling, is 192.0.2.1 (RFC 4291, section 2.5.5.2). */
function unmapped(address: string): string {
  if (isIP(address) !== 6 || address.includes('%')) return address;
  const groups = groupsOf(address);
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped) return address;
  return groups
    .slice(6)
    .flatMap((group) => [group >> 8, group & 255])
    .join('.');
}

function placeOfV4(address: string): ClientPlace {
  const network = `${address.split('.').slice(0, 3).join('.')}.0/24`;
  return { address, network, buckets: [{ name: address, share: 1 }] };
}

function placeOfV6(address: string): ClientPlace | null {
  // An address with a zone is of a neighbour on a link, and no client's.
  if (address.includes('%')) return null;
  const groups = groupsOf(address);
  const prefix = (bits: number) =>
    `${groups
      .map((group, place) => group & (0xffff << Math.max(0, 16 - Math.max(0, bits - place * 16))) & 0xffff)
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(':')}::/${bits}`;
  return {
    address,
    network: prefix(48),
    buckets: WIDER.map(({ bits, share }) => ({ name: prefix(bits), share })),
  };
}

/** The eight groups of an IPv6 address; the URL parser writes every form in one way (WHATWG URL, IPv6 serializer). */
function groupsOf(address: string): number[] {
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const numbers = (part: string) =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const [first, last] = [numbers(head), numbers(tail ?? '')];
  return [...first, ...Array(8 - first.length - last.length).fill(0), ...last];
}
