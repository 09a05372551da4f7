import { comparePositions, FEED_START, type FeedPosition } from './feed-position.js';

const at = (epoch: number, xid: string, id = FEED_START.id): FeedPosition => ({ epoch, xid, id });

describe('positions in the feed', () => {
  it('are ordered by epoch, then by the number of the transaction, then by id', () => {
    const inOrder = [
      FEED_START,
      at(0, '0', '00000000-0000-0000-0000-000000000001'),
      at(1, '9'),
      at(1, '10'),
      // Neighbours that a double cannot tell apart.
      at(1, '9007199254740992'),
      at(1, '9007199254740993'),
      at(2, '1'),
    ];
    expect([...inOrder].reverse().sort(comparePositions)).toEqual(inOrder);
    expect(comparePositions(at(1, '5'), at(1, '5'))).toBe(0);
  });
});
