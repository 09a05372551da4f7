import { PrimaryPositions } from './primary-positions.js';

describe('the positions of the primary', () => {
  it('know nothing before the first sample', () => {
    expect(new PrimaryPositions().lagOf(100n, 0)).toBe(Infinity);
  });

  it('say how old replayed data is, also while nothing is written', () => {
    const positions = new PrimaryPositions();
    positions.add(1000, 10n);
    positions.add(1500, 20n);
    positions.add(2000, 20n);
    expect(positions.lagOf(20n, 2100)).toBe(100);
    expect(positions.lagOf(19n, 2100)).toBe(1100);
    expect(positions.lagOf(9n, 2100)).toBe(Infinity);
  });

  it('forget what is older than any lag that is allowed', () => {
    const positions = new PrimaryPositions();
    positions.add(0, 10n);
    positions.add(20_000, 20n);
    expect(positions.lagOf(15n, 20_000)).toBe(Infinity);
  });

  it('forget positions that the primary after a failover has not reached', () => {
    const positions = new PrimaryPositions();
    positions.add(1000, 50n);
    positions.add(2000, 30n);
    expect(positions.lagOf(60n, 2000)).toBe(0);
    expect(positions.lagOf(40n, 2000)).toBe(0);
    expect(positions.lagOf(29n, 2000)).toBe(Infinity);
  });
});
