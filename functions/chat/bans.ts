import { BlockList } from 'node:net';
import ipaddr from 'ipaddr.js';
import { Refusal } from './refusal.ts';

/** Banned addresses and prefixes, in the form of {@link prefixOf}, each with the end of its ban (epoch ms); 0: it has none. */
export type Bans = Readonly<Record<string, number>>;

/** Each ban takes about 30 bytes of the Room item, which every login reads and writes: 200 of them are 6 KB. */
export const mostBans = 200;

/** A subscriber has at least an IPv6 /64, so a longer prefix would ban nobody. */
const longestIpv6 = 64;

/** The canonical form of an address or prefix, or undefined if it is neither: `192.0.2.0/24`, `2001:db8::/64`. */
export function prefixOf(text: string): string | undefined {
  const [address = '', bits] = text.trim().split('/');
  if (!ipaddr.isValid(address) || (ipaddr.IPv4.isIPv4(address) && !ipaddr.IPv4.isValidFourPartDecimal(address))) {
    return undefined;
  }
  const parsed = ipaddr.process(address);
  const longest = parsed.kind() === 'ipv4' ? 32 : longestIpv6;
  const length = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN;
  // To ban all users, use `stop`.
  if (!(length >= 1 && length <= 128)) return undefined;
  const prefix = Math.min(length, longest);
  const kind = parsed.kind() === 'ipv4' ? ipaddr.IPv4 : ipaddr.IPv6;
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
