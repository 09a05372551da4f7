import { type Request } from 'express';
import ipaddr from 'ipaddr.js';

type TrustedHop = (address: string, hop: number) => boolean;

/**
 * The address of the client: the connection's own, or what trusted proxies say in `X-Forwarded-For`. Trust
 * is Express's (`trust proxy`, TRUST_PROXY). Each entry is parsed, since some proxies add ports; if one is
 * not an address (`unknown`, `_hidden`, anything else), the proxy that sent it counts as the client. IPv4
 * addresses in IPv6 form are IPv4. `unknown` when the connection is gone.
 */
export function clientAddress(request: Request): string {
  const trusts = request.app.get('trust proxy fn') as TrustedHop;
  let client = parseAddress(request.socket.remoteAddress ?? '');
  if (!client) return 'unknown';
  for (const [hop, entry] of forwardedFor(request).entries()) {
    if (!trusts(client.toString(), hop)) break;
    const next = parseAddress(entry);
    if (!next) break;
    client = next;
  }
  return client.toString();
}

/**
 * What counts as one client in a limit: an IPv4 address, or the /64 of an IPv6 address, which is what a
 * provider gives one customer. Source: RFC 6177.
 */
export function clientNetwork(address: string): string {
  if (!ipaddr.IPv6.isValid(address)) return address;
  const { parts } = ipaddr.IPv6.parse(address);
  return `${new ipaddr.IPv6([...parts.slice(0, 4), 0, 0, 0, 0]).toString()}/64`;
}

/** The entries of the header, the nearest proxy's first. */
function forwardedFor(request: Request): string[] {
  const header = request.headers['x-forwarded-for'];
  if (header === undefined) return [];
  return String(header)
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '')
    .reverse();
}

/** Longer than any address with its zone and port, in characters. */
const MAX_ADDRESS = 64;
/** `192.0.2.1`, `192.0.2.1:5000`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:5000`. */
const WITH_PORT = /^(?:\[([\da-f:.]+)\]|(\d{1,3}(?:\.\d{1,3}){3}))(?::\d{1,5})?$/i;

function parseAddress(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  if (text.length > MAX_ADDRESS) return undefined;
  const match = WITH_PORT.exec(text);
  const address = match?.[1] ?? match?.[2] ?? text;
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address);
  // A zone (`fe80::1%eth0`) names an interface of the sender's machine.
  const bare = address.replace(/%.*$/, '');
  if (!bare.includes(':') || !ipaddr.IPv6.isValid(bare)) return undefined;
  const ipv6 = ipaddr.IPv6.parse(bare);
  return ipv6.isIPv4MappedAddress() ? ipv6.toIPv4Address() : ipv6;
}
