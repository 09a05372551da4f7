import { type LiveEvent } from '../../live/live.js';
import { jobOf, scopeOfEvent, summaryOf } from './event-text.js';

const event = (values: Partial<LiveEvent>): LiveEvent => ({
  id: '01a20c77-ddc6-7a74-ac83-f744b8256400',
  level: 'info',
  eventKey: 'nba.run',
  status: null,
  actorId: null,
  sourceType: null,
  sourceId: null,
  requestId: null,
  durationMs: null,
  errorCode: null,
  errorMessage: null,
  meta: {},
  createdAt: '2026-11-24T12:00:00.500Z',
  ...values,
});

describe('the line of an event', () => {
  it('has the error and the short values, without ids, scope and what is nested', () => {
    const meta = {
      entityType: 'account',
      entityId: 'acme',
      executionId: '01a20c77-ddc6-7a74-ac83-f744b825647c',
      actionKey: 'mark_done',
      created: 0,
      isNew: false,
      until: null,
      changes: { status: { from: 'queued', to: 'done' } },
    };
    expect(summaryOf(event({ meta }))).toBe('actionKey mark_done · created 0 · isNew false');
    expect(summaryOf(event({ errorCode: 'JOB_FAILED', errorMessage: 'No paper', meta: {} }))).toBe(
      'JOB_FAILED · No paper',
    );
    expect(scopeOfEvent(event({ meta }))).toBe('account/acme');
    expect(scopeOfEvent(event({}))).toBeUndefined();
  });

  it('knows the job that it is about', () => {
    expect(jobOf(event({ sourceType: 'job', sourceId: 'a' }))).toBe('a');
    expect(jobOf(event({ sourceType: 'next_action', sourceId: 'a', meta: { jobId: 'b' } }))).toBe(
      'b',
    );
    expect(jobOf(event({}))).toBeUndefined();
  });
});
