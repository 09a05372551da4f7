import { isIP } from 'node:net';
import { Inject, Injectable } from '@nestjs/common';
import ipaddr from 'ipaddr.js';
import { ENV, type Env } from '../../config/env.js';

type Subnet = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Longest URL of an endpoint, in characters. */
export const URL_MAX = 2000;

/** All that is handed out to hosts of the IPv6 internet. Source: the IANA registry of IPv6 address space. */
const GLOBAL_IPV6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Addresses of clouds that answer their own machines with credentials: refused whatever the setting allows.
 * The last is public: Azure's WireServer.
 */
const METADATA = ['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16'].map(
  (address) => ipaddr.parse(address).toNormalizedString(),
);

/** A host that is this machine in every name service. Source: RFC 6761, 6.3. */
const LOCALHOST = /^(?:.*\.)?localhost$/;

/**
 * Decides where webhooks may go: to addresses of the public internet, and to those that
 * WEBHOOK_ALLOW_PRIVATE_ADDRESSES names. Otherwise whoever may make an endpoint could reach what only this
 * server reaches.
 */
@Injectable()
export class EgressGuard {
  private readonly allowed: readonly Subnet[];

  constructor(@Inject(ENV) { webhooks }: Pick<Env, 'webhooks'>) {
    this.allowed = webhooks.allowPrivateAddresses.map((subnet) => ipaddr.parseCIDR(subnet));
  }

  /** Why no connection is made to an address, as the end of a sentence; undefined if it may. */
  addressProblem(text: string): string | undefined {
    if (!ipaddr.isValid(text)) return 'is not an address';
    // An IPv4 address that is mapped into IPv6 is the IPv4 address.
    const address = ipaddr.process(text);
    if (METADATA.includes(address.toNormalizedString())) {
      return 'is an address of cloud metadata';
    }
    if (isPublic(address) || this.allowed.some((subnet) => matches(address, subnet))) {
      return undefined;
    }
    return 'is not a public address';
  }

  /** Why a host can be no endpoint whatever a name service says; undefined for a name to be looked up. */
  hostProblem(hostname: string): string | undefined {
    const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
    if (isIP(host) !== 0) return this.addressProblem(host);
    if (!LOCALHOST.test(host)) return undefined;
    const isAllowed = ['127.0.0.1', '::1'].some((each) => this.addressProblem(each) === undefined);
    return isAllowed ? undefined : 'is this machine, not a public address';
  }

  /** Why a URL can be no endpoint, as a part of a sentence; undefined if it can. */
  urlProblem(text: string): string | undefined {
    if (text.length > URL_MAX) return `must be at most ${URL_MAX} characters long`;
    if (!URL.canParse(text)) return 'must be an absolute URL such as https://example.com/hooks';
    const url = new URL(text);
    if (url.protocol !== 'https:' && url.protocol !== 'http:') {
      return 'must begin with https:// or http://';
    }
    if (url.username !== '' || url.password !== '') {
      return 'must hold no user name and no password; send them in a header';
    }
    if (url.hash !== '') return 'must hold no fragment (#)';
    const problem = this.hostProblem(url.hostname);
    return problem === undefined
      ? undefined
      : `must name a public host: ${url.hostname} ${problem}`;
  }
}

function isPublic(address: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return (
    address.range() === 'unicast' && (address.kind() === 'ipv4' || matches(address, GLOBAL_IPV6))
  );
}

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, subnet: Subnet): boolean {
  return address.kind() === subnet[0].kind() && address.match(subnet);
}
