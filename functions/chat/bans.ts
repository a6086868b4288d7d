import { BlockList } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Refusal } from './refusal.ts';

/** Banned addresses and prefixes, in the form of {@link prefixOf}, each with the end of its ban (epoch ms); 0: it has none. */
export type Bans = Readonly<Record<string, number>>;

/** Each ban takes about 30 bytes of the Room item, which every login reads and writes: 200 of them are 6 KB. */
export const mostBans = 200;

/** The reason that a user gets when a ban ends the session. */
export const banReason = 'Your address has been banned by the administrator.';

/** A subscriber has at least an IPv6 /64, so a longer prefix would ban nobody. */
const longestIpv6 = 64;

/** The bits of `::ffff:0:0/96`, which precede an IPv4 address that is written as an IPv6 address. */
const mappedBits = 96;

/** The canonical form of an address or prefix, or undefined if it is neither: `192.0.2.0/24`, `2001:db8::/64`. */
export function prefixOf(text: string): string | undefined {
  const [address = '', bits] = text.trim().split('/');
  if (!ipaddr.isValid(address) || (ipaddr.IPv4.isIPv4(address) && !ipaddr.IPv4.isValidFourPartDecimal(address))) {
    return undefined;
  }
  const parsed = ipaddr.process(address);
  const isIpv4 = parsed.kind() === 'ipv4';
  const [kind, longest, most] = isIpv4 ? [ipaddr.IPv4, 32, 32] : [ipaddr.IPv6, longestIpv6, 128];
  const written = bits === undefined ? most : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  const length = isIpv4 && bits !== undefined && ipaddr.IPv6.isIPv6(address) ? written - mappedBits : written;
  // To ban all users, use `stop`.
  if (!(length >= 1 && length <= most)) return undefined;
  const prefix = Math.min(length, longest);
  return `${kind.networkAddressFromCIDR(`${parsed.toString()}/${prefix}`).toString()}/${prefix}`;
}

/** The bans in force. */
export const bansInForce = (bans: Bans, now: number) =>
  Object.entries(bans).filter(([, until]) => until === 0 || until > now);

/** Whether an address, or the /64 that stands for it, is banned. */
export function isBanned(bans: Bans, address: string, now: number): boolean {
  const inForce = bansInForce(bans, now);
  const [network = ''] = address.split('/');
  if (inForce.length === 0 || !ipaddr.isValid(network)) return false;
  const list = new BlockList();
  for (const [prefix] of inForce) {
    const [net = '', bits] = prefix.split('/');
    list.addSubnet(net, Number(bits), net.includes(':') ? 'ipv6' : 'ipv4');
  }
  return list.check(network, network.includes(':') ? 'ipv6' : 'ipv4');
}

/** @throws `banned` */
export function refuseBanned(bans: Bans, address: string, now: number): void {
  if (isBanned(bans, address, now)) throw new Refusal('banned');
}
