import { formatWalPosition, parseWalPosition, UNKNOWN_POSITION } from './wal-position.js';

describe('a position in the write-ahead log', () => {
  it.each([
    ['0/0', 0n],
    ['0/16B3748', 0x16_b3_7_48n],
    ['16/B374D848', 0x16_b3_74_d8_48n],
    ['FFFFFFFF/FFFFFFFF', 2n ** 64n - 1n],
  ])('reads and writes %s', (text, position) => {
    expect(parseWalPosition(text)).toBe(position);
    expect(formatWalPosition(position)).toBe(text);
    expect(position).toBeLessThan(UNKNOWN_POSITION);
  });

  it.each(['', '0', '/', '0/', '1/123456789', 'g/0', '0/0 ', '0/0\n', '-1/0'])(
    'refuses %j',
    (text) => {
      expect(parseWalPosition(text)).toBeUndefined();
    },
  );
});
