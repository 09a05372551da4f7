import { UNKNOWN_POSITION } from '../../kernel/wal-position.js';
import { CommitPositions, REMEMBERED_MS } from './commit-positions.js';

const ANN = { id: 'ann' };

describe('the positions of commits', () => {
  let now = 0;
  let positions: CommitPositions;
  beforeEach(() => {
    now = 1_000_000;
    positions = new CommitPositions(() => now);
  });

  it('remember the newest of each caller', () => {
    positions.note(ANN, 20n);
    positions.note(ANN, 10n);
    positions.note({ id: 'bob' }, 5n);
    expect(positions.of(ANN)).toBe(20n);
    expect(positions.of({ id: 'bob' })).toBe(5n);
    expect(positions.of({ id: 'eve' })).toBeUndefined();
  });

  it('keep nothing of the application itself', () => {
    positions.note({ id: null }, 20n);
    expect(positions.of({ id: null })).toBeUndefined();
  });

  it('take a commit whose position is not known as one that no replica has', () => {
    positions.note(ANN, undefined);
    expect(positions.of(ANN)).toBe(UNKNOWN_POSITION);
  });

  it('keep the newer of two generations, and forget both after a while', () => {
    positions.note(ANN, 20n);
    now += REMEMBERED_MS;
    expect(positions.of(ANN)).toBe(20n);
    positions.note(ANN, 10n);
    expect(positions.of(ANN)).toBe(20n);
    now += REMEMBERED_MS;
    expect(positions.of(ANN)).toBe(10n);
    now += 2 * REMEMBERED_MS;
    expect(positions.of(ANN)).toBeUndefined();
  });
});
