import { pipelineText } from './pipeline-text.js';

describe('a run of the lead pipeline', () => {
  it('says how many leads it scored', () => {
    expect(pipelineText({ ran: 0, skipped: 0, failed: [] }, 'account/a')).toBe(
      'No lead of account/a was scored.',
    );
    expect(pipelineText({ ran: 1, skipped: 2, failed: [] }, 'account/a')).toBe(
      '1 lead of account/a scored; 2 skipped: something else changed them.',
    );
    expect(pipelineText({ ran: 500, skipped: 0, failed: [] }, 'account/a')).toMatch(/run it again/);
  });

  it('names the leads that failed, the first ones', () => {
    const failed = ['a', 'b', 'c', 'd'].map((externalId) => ({ externalId, code: 'X' }));
    expect(pipelineText({ ran: 1, skipped: 0, failed }, 'account/a')).toBe(
      '1 lead of account/a scored; 4 failed: a (X), b (X), c (X) and 1 more.',
    );
  });
});
