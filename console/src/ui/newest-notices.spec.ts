import { newestNotices } from './newest-notices.js';

interface Shown {
  readonly id: number;
  readonly code?: string;
}

describe('the newest notices', () => {
  const fault: Shown = { id: 0, code: 'LAST_ADMIN' };
  const done = [1, 2, 3, 4].map((id): Shown => ({ id }));

  it('keep a fault that nobody closed, however much is done after it', () => {
    expect(newestNotices([fault, ...done])).toEqual([fault, ...done.slice(1)]);
  });
});
