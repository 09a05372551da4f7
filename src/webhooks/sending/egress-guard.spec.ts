import fc from 'fast-check';
import { readEnv } from '../../config/env.js';
import { redactText } from '../../kernel/redaction/redaction.js';
import { EgressGuard } from './egress-guard.js';
import { EgressRefusedError, guardedLookup } from './guarded-connector.js';

const guardOf = (allowed = ''): EgressGuard =>
  new EgressGuard(readEnv({ WEBHOOK_ALLOW_PRIVATE_ADDRESSES: allowed }));

/** Addresses that no webhook reaches, each by what it is. */
const REFUSED: readonly (readonly [string, string])[] = [
  ['loopback', '127.0.0.1'],
  ['loopback', '127.255.255.254'],
  ['private', '10.0.0.1'],
  ['private', '172.16.0.1'],
  ['private', '172.31.255.255'],
  ['private', '192.168.1.1'],
  ['link-local', '169.254.1.1'],
  ['cloud metadata', '169.254.169.254'],
  ['cloud metadata of Alibaba', '100.100.100.200'],
  ['the public WireServer of Azure', '168.63.129.16'],
  ['carrier-grade NAT', '100.64.0.1'],
  ['unspecified', '0.0.0.0'],
  ['this network', '0.1.2.3'],
  ['multicast', '224.0.0.1'],
  ['broadcast', '255.255.255.255'],
  ['reserved', '240.0.0.1'],
  ['protocol assignments', '192.0.0.192'],
  ['documentation', '192.0.2.1'],
  ['benchmarking', '198.18.0.1'],
  ['6to4 relay', '192.88.99.1'],
  ['AS112', '192.31.196.1'],
  ['loopback of IPv6', '::1'],
  ['unspecified of IPv6', '::'],
  ['IPv4-mapped', '::ffff:127.0.0.1'],
  ['IPv4-mapped in hexadecimal', '::ffff:a9fe:a9fe'],
  ['IPv4-compatible', '::127.0.0.1'],
  ['IPv4-translated', '::ffff:0:127.0.0.1'],
  ['NAT64', '64:ff9b::7f00:1'],
  ['local NAT64', '64:ff9b:1::7f00:1'],
  ['6to4', '2002:7f00:1::1'],
  ['Teredo', '2001:0:4136:e378:8000:63bf:3fff:fdd2'],
  ['unique local', 'fd12:3456::1'],
  ['cloud metadata of AWS', 'fd00:ec2::254'],
  ['link-local of IPv6', 'fe80::1'],
  ['link-local with a zone', 'fe80::1%eth0'],
  ['site-local', 'fec0::1'],
  ['multicast of IPv6', 'ff02::1'],
  ['documentation of IPv6', '2001:db8::1'],
  ['documentation of IPv6, RFC 9637', '3fff::1'],
  ['discard-only', '100::1'],
  ['segment routing', '5f00::1'],
  ['not handed out', '4000::1'],
  ['no address', 'example.com'],
  ['no address', ''],
];

describe('the egress guard', () => {
  it.each(REFUSED)('refuses %s: %s', (_, address) => {
    expect(guardOf().addressProblem(address)).toEqual(expect.any(String));
  });

  it.each(['93.184.215.14', '8.8.8.8', '100.63.255.255', '172.32.0.1', '2606:4700::1111'])(
    'allows the public address %s',
    (address) => expect(guardOf().addressProblem(address)).toBeUndefined(),
  );

  it('allows the subnets of the setting, also as IPv4-mapped addresses, and no others', () => {
    const guard = guardOf('10.1.0.0/16, fd12::/16');
    expect(guard.addressProblem('10.1.2.3')).toBeUndefined();
    expect(guard.addressProblem('::ffff:10.1.2.3')).toBeUndefined();
    expect(guard.addressProblem('fd12::9')).toBeUndefined();
    expect(guard.addressProblem('10.2.0.1')).toBeDefined();
    expect(guard.addressProblem('fd13::9')).toBeDefined();
  });

  it('refuses cloud metadata whatever the setting allows', () => {
    const guard = guardOf('0.0.0.0/0,::/0');
    expect(guard.addressProblem('127.0.0.1')).toBeUndefined();
    for (const address of ['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254']) {
      expect(guard.addressProblem(address)).toContain('metadata');
    }
  });

  it.each([
    'http://127.0.0.1/',
    'http://127.1/',
    'http://2130706433/',
    'http://0x7f000001/',
    'http://0x7f.0.0.1/',
    'http://0177.0.0.1/',
    'http://127.0.0.1./',
    'http://①②⑦.⓪.⓪.①/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://[::ffff:7f00:1]/',
    'http://[0:0:0:0:0:0:0:1]/',
    'http://[fd00:ec2::254]/latest/meta-data',
    'http://169.254.169.254/latest/meta-data',
    'http://0/',
    'http://localhost/',
    'http://LOCALHOST:8080/',
    'http://localhost./',
    'https://a.localhost/',
    'http://user:pass@example.com/',
    'http://user@example.com/',
    'http://:pass@example.com/',
    'https://example.com/#fragment',
    'ftp://example.com/',
    'file:///etc/passwd',
    'gopher://example.com/',
    'javascript:alert(1)',
    'data:text/plain,x',
    'unix:/var/run/docker.sock',
    '//example.com/hooks',
    '/hooks',
    'example.com',
    'http://',
    'http://exa mple.com/',
    'http://[::1',
    'http://example.com:99999/',
    `https://example.com/${'x'.repeat(2000)}`,
  ])('refuses the URL %s', (url) => {
    const problem = guardOf().urlProblem(url);
    expect(problem).toEqual(expect.any(String));
    // As it stands in an answer: whole.
    expect(redactText(`url ${problem!}`)).toBe(`url ${problem!}`);
  });

  it.each([
    'https://example.com/hooks?a=b',
    'http://example.com:8080',
    'HTTPS://EXAMPLE.COM./hooks',
    'https://xn--mnchen-3ya.example/',
    'https://93.184.215.14:8443/',
    'https://[2606:4700::1111]/',
    'https://localhost.example.com/',
  ])('allows the URL %s', (url) => expect(guardOf().urlProblem(url)).toBeUndefined());

  it('decides by the address, in whatever notation it stands', () => {
    const guard = guardOf('10.0.0.0/9');
    const byte = fc.integer({ min: 0, max: 255 });
    const number = fc.constantFrom(
      (value: number) => String(value),
      (value: number) => `0x${value.toString(16)}`,
      (value: number) => `0${value.toString(8)}`,
    );
    const interesting = fc.constantFrom([127, 0, 0, 1], [10, 127, 0, 1], [10, 128, 0, 1]);
    const bytes = fc.oneof(fc.tuple(byte, byte, byte, byte), interesting);
    fc.assert(
      fc.property(bytes, number, fc.integer({ min: 1, max: 4 }), (parts, write, count) => {
        // The last number holds all bytes that have no number of their own.
        const last = parts.slice(count - 1).reduce((sum, each) => sum * 256 + each, 0);
        const host = [...parts.slice(0, count - 1), last].map(write).join('.');
        const hex = parts.map((each) => each.toString(16).padStart(2, '0')).join('');
        const mapped = `[::ffff:${hex.slice(0, 4)}:${hex.slice(4)}]`;
        const isRefused = guard.addressProblem(parts.join('.')) !== undefined;
        for (const url of [`http://${host}/`, `http://${host}./`, `http://${mapped}/`]) {
          expect([url, guard.urlProblem(url) !== undefined]).toEqual([url, isRefused]);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('allows this machine by its names where the setting does', () => {
    const guard = guardOf('127.0.0.0/8');
    expect(guard.urlProblem('http://localhost:3000/')).toBeUndefined();
    expect(guard.urlProblem('http://2130706433/')).toBeUndefined();
    expect(guard.urlProblem('http://[::1]/')).toBeDefined();
  });
});

describe('the lookup of a socket', () => {
  /** What a socket gets for a name of these addresses. */
  const lookUp = (addresses: string[], options: { all?: boolean; family?: number } = {}) =>
    new Promise((resolve, reject) => {
      const found = addresses.map((address) => ({
        address,
        family: address.includes(':') ? 6 : 4,
      }));
      const lookup = guardedLookup(guardOf(), () => Promise.resolve(found));
      lookup('desk.example', options, (error, address, family) =>
        error ? reject(error) : resolve(options.all === true ? address : [address, family]),
      );
    });

  it.each(REFUSED)('refuses a name that has only %s: %s', async (_, address) => {
    const refused = await lookUp([address], { all: true }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(EgressRefusedError);
    if (address !== '') expect(String(refused)).not.toContain(address);
  });

  it.each(REFUSED)('refuses a name that has %s among public addresses: %s', async (_, address) => {
    const all = ['93.184.215.14', address, '2606:4700::1111'];
    await expect(lookUp(all, { all: true })).rejects.toThrow(EgressRefusedError);
    await expect(lookUp(all)).rejects.toThrow(EgressRefusedError);
  });

  it('gives the addresses that were checked, of the family that is asked for', async () => {
    const both = ['93.184.215.14', '2606:4700::1111'];
    expect(await lookUp(both, { all: true })).toEqual([
      { address: '93.184.215.14', family: 4 },
      { address: '2606:4700::1111', family: 6 },
    ]);
    expect(await lookUp(both)).toEqual(['93.184.215.14', 4]);
    expect(await lookUp(both, { family: 6 })).toEqual(['2606:4700::1111', 6]);
    await expect(lookUp([], { all: true })).rejects.toMatchObject({ code: 'ENOTFOUND' });
    await expect(lookUp(['93.184.215.14'], { family: 6 })).rejects.toMatchObject({
      code: 'ENOTFOUND',
    });
  });
});
