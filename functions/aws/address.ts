import ipaddr from 'ipaddr.js';

/**
 * The unit that a login block applies to: an IPv4 address, or an IPv6 /64, the smallest network that a provider assigns
 * to a subscriber (RFC 6177). An IPv4-mapped IPv6 address counts as the IPv4 address.
 */
export function addressOf(sourceIp: string): string {
  if (!ipaddr.isValid(sourceIp)) return sourceIp;
  const address = ipaddr.process(sourceIp);
  if (address.kind() === 'ipv4') return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`);
  return `${network.toString()}/64`;
}
