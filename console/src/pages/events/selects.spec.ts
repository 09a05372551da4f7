import { type LiveEvent } from '../../live/live.js';
import { type EventFilters, selects } from './selects.js';

const NONE: EventFilters = {
  scope: '',
  eventKey: '',
  level: '',
  actorId: '',
  nextActionId: '',
  since: '',
  until: '',
};
const ACTOR = '01a20c77-ddc6-7a74-ac83-f744b825647c';
const ACTION = '01a20c77-ddc6-7a74-ac83-f744b825648d';

const event = (values: Partial<LiveEvent> = {}): LiveEvent => ({
  id: '01a20c77-ddc6-7a74-ac83-f744b8256400',
  level: 'info',
  eventKey: 'nba.run',
  status: 'success',
  actorId: ACTOR,
  sourceType: 'scope',
  sourceId: null,
  requestId: null,
  durationMs: null,
  errorCode: null,
  errorMessage: null,
  meta: {},
  createdAt: '2026-11-24T12:00:00.500Z',
  ...values,
});

describe('the filters of live events', () => {
  it.each<[string, Partial<EventFilters>, Partial<LiveEvent>, string]>([
    ['no filter', {}, {}, 'yes'],
    ['its key', { eventKey: 'nba.run' }, {}, 'yes'],
    ['another key', { eventKey: 'nba.upsert' }, {}, 'no'],
    ['its level', { level: 'info' }, {}, 'yes'],
    ['another level', { level: 'error' }, {}, 'no'],
    ['its actor, in capitals', { actorId: ACTOR.toUpperCase() }, {}, 'yes'],
    ['an actor where there is none', { actorId: ACTOR }, { actorId: null }, 'no'],
    ['a beginning that has come', { since: '2026-11-24T12:00:00.500Z' }, {}, 'yes'],
    ['a beginning ahead', { since: '2026-11-24T12:00:01Z' }, {}, 'no'],
    ['an end ahead', { until: '2026-11-24T12:00:01Z' }, {}, 'yes'],
    ['an end at the instant itself', { until: '2026-11-24T12:00:00.500Z' }, {}, 'no'],
  ])('compare %s', (_, filters, values, selected) => {
    expect(selects({ ...NONE, ...filters }, event(values))).toBe(selected);
  });

  it('find the next best action as source or in meta, and not in the meta of another one', () => {
    const filters = { ...NONE, nextActionId: ACTION };
    const meta = { nextActionId: ACTION };
    const about = { sourceType: 'next_action', sourceId: ACTION };
    expect(selects(filters, event(about))).toBe('yes');
    expect(selects(filters, event({ sourceType: 'job', sourceId: 'a', meta }))).toBe('yes');
    expect(selects(filters, event({ sourceType: 'next_action', sourceId: ACTOR, meta }))).toBe(
      'no',
    );
    expect(selects(filters, event())).toBe('no');
  });

  it.each([
    ['*', 'yes'],
    ['account/*', 'yes'],
    ['account/acme', 'yes'],
    ['account/other', 'no'],
    ['accounts/*', 'no'],
  ])('compare the scope in meta with %s', (scope, selected) => {
    const meta = { entityType: 'account', entityId: 'acme' };
    expect(selects({ ...NONE, scope }, event({ meta }))).toBe(selected);
  });

  it('leave the scope open where the event does not say it, unless another filter decides', () => {
    const scope = 'account/acme';
    const redacted = { entityType: 'account', entityId: 'key [redacted]' };
    expect(selects({ ...NONE, scope }, event())).toBe('unknown');
    expect(selects({ ...NONE, scope }, event({ meta: redacted }))).toBe('unknown');
    expect(selects({ ...NONE, scope, level: 'error' }, event())).toBe('no');
    expect(selects({ ...NONE, scope: '*' }, event())).toBe('yes');
  });
});
