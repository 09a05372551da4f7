import express, { type Request } from 'express';
import { clientAddress, clientNetwork } from './client-address.js';

function addressOf(
  forwarded: string | undefined,
  { trust = 1, peer = '10.0.0.1' }: { trust?: boolean | number | string; peer?: string } = {},
): string {
  const app = express().set('trust proxy', trust);
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  return clientAddress({ app, headers, socket: { remoteAddress: peer } } as unknown as Request);
}

describe('the address of a client', () => {
  it.each([
    ['203.0.113.1', '203.0.113.1'],
    ['198.51.100.8:5000', '198.51.100.8'],
    ['2001:db8::8', '2001:db8::8'],
    ['[2001:db8::8]', '2001:db8::8'],
    ['[2001:DB8:0::8]:5000', '2001:db8::8'],
    ['::ffff:203.0.113.1', '203.0.113.1'],
    ['  203.0.113.1 ,', '203.0.113.1'],
    [',, 203.0.113.1 , ,', '203.0.113.1'],
    ['192.0.2.9, 203.0.113.1', '203.0.113.1'],
  ])('in %s is %s', (forwarded, address) => {
    expect(addressOf(forwarded)).toBe(address);
  });

  it.each([
    'unknown',
    '_hidden',
    'garbage',
    '',
    ',',
    '203.0.113.1:port',
    '203.0.113',
    '0x7f.1',
    '2130706433',
    '010.0.0.1',
    '999.1.1.1',
    ':'.repeat(5000),
    `203.0.113.1, ${'9'.repeat(5000)}`,
  ])('is the proxy that sent %s', (forwarded) => {
    expect(addressOf(forwarded)).toBe('10.0.0.1');
  });

  it('is the nearest trusted proxy where an entry in between is no address', () => {
    expect(addressOf('203.0.113.1, unknown, 10.0.0.2', { trust: 3 })).toBe('10.0.0.2');
  });

  it('goes through proxies with ports in their entries', () => {
    const trust = '10.0.0.0/8';
    expect(addressOf('203.0.113.1, 10.0.0.3:443, 10.0.0.2:80', { trust })).toBe('203.0.113.1');
  });

  it.each([
    ['nobody is trusted', false, '192.0.2.1'],
    ['the peer is not a trusted proxy', '10.0.0.0/8', '192.0.2.1'],
    ['everybody is trusted', true, '203.0.113.7'],
  ])('where %s', (_, trust, address) => {
    expect(addressOf('203.0.113.7, 203.0.113.1', { trust, peer: '192.0.2.1' })).toBe(address);
  });

  it('of a connection that is gone is unknown', () => {
    expect(addressOf('203.0.113.1', { peer: '' })).toBe('unknown');
  });

  it.each([
    ['203.0.113.1', '203.0.113.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['::1', '::/64'],
    ['unknown', 'unknown'],
  ])('counts with its network: %s as %s', (address, network) => {
    expect(clientNetwork(address)).toBe(network);
  });
});
