import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { freshScope, hoursFromNow, listIn } from './support/desk.js';
import { problems } from './support/problems.js';

let app: TestApp;
beforeAll(async () => {
  app = await createTestApp();
});
afterAll(() => app.close());

const press = (id: string, actionKey: string, input?: object) =>
  app.api.press(id, actionKey, { input });
const changesOf = async (id: string) => (await app.api.executionsOf(id))[0];
const HOUR_MS = 3_600_000;

describe('snooze', () => {
  it.each([
    ['1h', 1],
    ['4h', 4],
    ['1d', 24],
    ['3d', 72],
    ['1w', 168],
  ])('hides the NBA for %s from the press', async (span, hours) => {
    const scope = freshScope();
    const { id } = await createNextAction(app.api, scope);
    await press(id, 'snooze', { for: span }).expect(200);
    const { startedAt, changes, input } = await changesOf(id);
    expect(Date.parse(changes.snoozedUntil.to) - Date.parse(startedAt)).toBe(hours * HOUR_MS);
    expect(Object.keys(changes)).toEqual(['snoozedUntil']);
    expect(input).toEqual({ for: span });
    expect(await listIn(app.api, '/api/next-actions', scope)).toEqual([]);
  });

  it('hides it until a time within 90 days', async () => {
    const { id } = await createNextAction(app.api);
    const until = hoursFromNow(90 * 24 - 1);
    await press(id, 'snooze', { until }).expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({
      snoozedUntil: until,
      snoozeUntilWorse: false,
    });
  });

  it('keeps what it was when it is to last until it gets worse, and forgets it with another', async () => {
    const { id } = await createNextAction(app.api, { priority: 'low', score: 33 });
    await press(id, 'snooze', { for: '1w', untilWorse: true }).expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({
      snoozeUntilWorse: true,
      snoozedPriority: 'low',
      snoozedScore: 33,
    });
    await press(id, 'snooze_1d').expect(200);
    expect(await app.api.nextAction(id)).toMatchObject({
      snoozedUntil: expect.any(String) as string,
      snoozeUntilWorse: false,
      snoozedPriority: null,
      snoozedScore: null,
    });
  });

  it.each([
    ['nothing', undefined, 'until'],
    ['an empty input', {}, 'until'],
    ['both', { for: '1h', until: hoursFromNow(1) }, 'for'],
    ['another span', { for: '2h' }, 'for'],
    ['a null', { for: null }, 'for'],
    ['a time without a zone', { until: '2027-01-01T00:00:00' }, 'until'],
    ['a time that is over', { until: hoursFromNow(-1) }, 'until'],
    ['a time after 90 days', { until: hoursFromNow(90 * 24 + 1) }, 'until'],
    ['a word for untilWorse', { for: '1h', untilWorse: 'yes' }, 'untilWorse'],
    ['another field', { for: '1h', days: 1 }, 'days'],
  ])('refuses %s', async (_, input, field) => {
    const { id } = await createNextAction(app.api);
    const { body } = await press(id, 'snooze', input).expect(400);
    expect(body).toMatchObject(problems.validationFailed(`input.${field}`));
    expect(await app.api.nextAction(id)).toMatchObject({ snoozedUntil: null });
  });

  it('answers a repeat with the same input, and is another press with another', async () => {
    const { id } = await createNextAction(app.api);
    const { body: first } = await press(id, 'snooze', { for: '1h' }).expect(200);
    const repeat = await press(id, 'snooze', { for: '1h' }).expect(200);
    expect(repeat.body).toEqual(first);
    expect(repeat.headers).toMatchObject({ 'idempotent-replayed': 'true' });
    const other = await press(id, 'snooze', { for: '4h' }).expect(200);
    expect(other.body.executionId).not.toBe(first.executionId);
  });
});

describe('wake', () => {
  it('shows a snoozed NBA in the queue, on record', async () => {
    const scope = freshScope();
    const { id } = await createNextAction(app.api, scope);
    await press(id, 'snooze', { for: '1w', untilWorse: true }).expect(200);
    await press(id, 'wake').expect(200);
    expect(await listIn(app.api, '/api/next-actions', scope)).toEqual([
      expect.objectContaining({
        id,
        snoozedUntil: null,
        snoozeUntilWorse: false,
        snoozedPriority: null,
        snoozedScore: null,
      }),
    ]);
    expect(await changesOf(id)).toMatchObject({
      actionKey: 'wake',
      changes: { snoozedUntil: { to: null }, snoozeUntilWorse: { from: true, to: false } },
    });
  });

  it('is a 409 on one that is not snoozed, or not any more', async () => {
    const { id } = await createNextAction(app.api);
    expect((await press(id, 'wake').expect(409)).body).toMatchObject({
      code: 'NEXT_ACTION_NOT_SNOOZED',
    });
    await app.rows(
      `UPDATE next_best_actions SET snoozed_until = now() - interval '1 second' WHERE id = $1`,
      [id],
    );
    await press(id, 'wake').expect(409);
  });

  it('lets the same snooze be pressed again at once', async () => {
    const { id } = await createNextAction(app.api);
    await press(id, 'snooze', { for: '1d' }).expect(200);
    await press(id, 'wake').expect(200);
    const again = await press(id, 'snooze', { for: '1d' }).expect(200);
    expect(again.headers).not.toHaveProperty('idempotent-replayed');
    expect((await app.api.nextAction(id)).snoozedUntil).not.toBeNull();
  });
});
