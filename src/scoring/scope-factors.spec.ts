import fc from 'fast-check';
import { NOTHING_WRONG, type ScopeCounts, scopeFactors } from './scope-factors.js';
import { computeScore } from './scoring.engine.js';

const scoreOf = (counts: Partial<ScopeCounts>) =>
  computeScore(scopeFactors({ ...NOTHING_WRONG, ...counts }));

describe('the score of a scope', () => {
  it('is 100 where nothing is wrong, and says so', () => {
    const result = scoreOf({});
    expect(result).toMatchObject({ score: 100, band: 'healthy' });
    expect(result.reasons.map((reason) => reason.text)).toEqual([
      'No follow-ups overdue',
      'No jobs failed, dead-lettered or stale',
      'No errors today',
      'No intake leads without a score',
      'No reminders overdue',
    ]);
  });

  it.each<[string, Partial<ScopeCounts>, number]>([
    ['follow_ups_overdue', { overdueProposalFollowUps: 1 }, 85],
    ['follow_ups_overdue', { overdueProposalFollowUps: 2, overdueRetentionContacts: 3 }, 25],
    ['intake_gaps', { unscoredLeads: 1 }, 88],
    ['intake_gaps', { unscoredLeads: 9 }, 0],
    ['job_health', { failedJobs: 1, deadLetteredJobs: 1, staleJobs: 1 }, 40],
    ['errors_today', { failedDeliveriesToday: 1, errorEventsToday: 2 }, 25],
    ['reminders_overdue', { overdueReminders: 6 }, 10],
  ])('%s with %j is normalized to %d, and nothing else moves', (key, counts, normalized) => {
    for (const factor of scoreOf(counts).factors) {
      expect(factor.normalized).toBe(factor.key === key ? normalized : 100);
    }
  });

  it('weighs 2, 1.5, 2, 1.5 and 1', () => {
    expect(
      scopeFactors(NOTHING_WRONG).map(({ key, weight, penalty }) => [key, weight, penalty]),
    ).toEqual([
      ['follow_ups_overdue', 2, 15],
      ['intake_gaps', 1.5, 12],
      ['job_health', 2, 20],
      ['errors_today', 1.5, 25],
      ['reminders_overdue', 1, 15],
    ]);
  });

  it.each<[string, Partial<ScopeCounts>, number, string]>([
    ['one late reminder', { overdueReminders: 1 }, 98, 'healthy'],
    ['a bad week of follow-ups', { overdueProposalFollowUps: 7 }, 75, 'warning'],
    [
      'a neglected desk',
      { overdueProposalFollowUps: 7, unscoredLeads: 9, overdueReminders: 7 },
      44,
      'critical',
    ],
  ])('%s', (_name, counts, score, band) => expect(scoreOf(counts)).toMatchObject({ score, band }));

  it('names the costliest factor first', () => {
    const { reasons } = scoreOf({ overdueReminders: 1, failedDeliveriesToday: 2 });
    expect(reasons.slice(0, 2).map((reason) => reason.text)).toEqual([
      '2 errors today',
      '1 reminder overdue',
    ]);
  });

  it('stays a whole number of 0–100, whatever the counts', () => {
    const anyCounts = fc.record(
      Object.fromEntries(Object.keys(NOTHING_WRONG).map((key) => [key, fc.nat()])),
    ) as unknown as fc.Arbitrary<ScopeCounts>;
    fc.assert(
      fc.property(anyCounts, (counts) => {
        const { score } = computeScore(scopeFactors(counts));
        expect(Number.isInteger(score) && score >= 0 && score <= 100).toBe(true);
      }),
    );
  });
});
