import { type LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { type LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type EgressGuard } from './egress-guard.js';

/** All addresses of a host name. */
export type HostResolver = (hostname: string) => Promise<readonly LookupAddress[]>;

/** Injection token of the HostResolver; a test answers for names of its own. */
export const HOST_RESOLVER = Symbol('HOST_RESOLVER');

/** The addresses that the system knows: also those of /etc/hosts and of a cluster's short names. */
export const resolveHost: HostResolver = (hostname) => lookup(hostname, { all: true });

/** A connection that the egress guard refused. */
export class EgressRefusedError extends Error {
  readonly code = 'EGRESS_REFUSED';
}

/** A name without an address, as Node's own lookup reports it. */
class NoAddressError extends Error {
  readonly code = 'ENOTFOUND';
}

/**
 * Connects sockets to no address that the guard refuses. The addresses that were checked are those that the
 * socket connects to, so a name that is looked up again can't lead elsewhere (DNS rebinding). Node looks up
 * no literal address: that is checked before.
 */
export function guardedConnector(
  guard: EgressGuard,
  resolve: HostResolver,
  timeoutMs: number,
): buildConnector.connector {
  const connect = buildConnector({
    lookup: guardedLookup(guard, resolve),
    timeout: timeoutMs,
    // Also where NODE_TLS_REJECT_UNAUTHORIZED says otherwise.
    rejectUnauthorized: true,
  });
  return (options, callback) => {
    const problem = guard.hostProblem(options.hostname);
    if (problem === undefined) connect(options, callback);
    else callback(new EgressRefusedError(`${options.hostname} ${problem}`), null);
  };
}

/** A lookup for a socket: fails if one of the addresses is refused, as an honest name has none such. */
export function guardedLookup(guard: EgressGuard, resolve: HostResolver): LookupFunction {
  return (hostname, { all, family }, callback) => {
    const found = async (): Promise<LookupAddress[]> => {
      const addresses = await resolve(hostname);
      for (const { address } of addresses) {
        const problem = guard.addressProblem(address);
        if (problem !== undefined) {
          // Not which one: it would say what is inside of the network.
          throw new EgressRefusedError(`${hostname} has an address that ${problem}`);
        }
      }
      const asked = addresses.filter((each) => wants(family, each.family));
      if (asked.length > 0) return asked;
      throw new NoAddressError(`${hostname} has no address`);
    };
    found().then(
      (addresses) => {
        const [first] = addresses;
        if (all === true || !first) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: unknown) => callback(error as NodeJS.ErrnoException, []),
    );
  };
}

function wants(asked: number | 'IPv4' | 'IPv6' | undefined, family: number): boolean {
  if (asked === 4 || asked === 'IPv4') return family === 4;
  if (asked === 6 || asked === 'IPv6') return family === 6;
  return true;
}
