import ipaddr from 'ipaddr.js';

/**
 * What counts as one address for login blocks: an IPv4 address, or an IPv6 /64, which is what one subscriber is given
 * (RFC 6177). An IPv4 address in IPv6 form is the IPv4 address.
 */
export function addressOf(sourceIp: string): string {
  if (!ipaddr.isValid(sourceIp)) return sourceIp;
  const address = ipaddr.process(sourceIp);
  if (address.kind() === 'ipv4') return address.toString();
  const network = ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/64`);
  return `${network.toString()}/64`;
}
