import { join } from 'node:path';
import { type Page } from 'playwright-core';
import { createNextAction } from '../support/builders.js';
import { freshScope, pushItems, runIn, type TestScope } from '../support/desk.js';
import { eventually } from '../support/eventually.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const table = (page: Page) => page.getByRole('table', { name: 'Scopes' });
const row = (page: Page, name: string) => table(page).getByRole('row').filter({ hasText: name });
const panel = (page: Page) => page.getByRole('complementary', { name: 'Score' });

/** How the line looks: the colours of its pixels. */
const pixels = (page: Page) =>
  page.evaluate<string>(`document.querySelector('.trend-line canvas').toDataURL()`);

describeInBrowser('the scores in a browser', (stage: () => Stage) => {
  const nameOf = ({ entityType, entityId }: TestScope): string => `${entityType}/${entityId}`;
  const at = (scope: TestScope): string => `/scores?scope=${encodeURIComponent(nameOf(scope))}`;
  const latest = async ({ entityType, entityId }: TestScope): Promise<Record<string, unknown>> => {
    const path = `/api/scores/${entityType}/${encodeURIComponent(entityId)}`;
    return (await stage().app.api.get(path).expect(200)).body.latest;
  };
  const overdue = (scope: TestScope, name: string) => ({
    kind: 'reminder',
    externalId: `${scope.entityId} ${name}`,
    state: 'open',
    priority: 'high',
    dueInHours: -5,
  });

  let made = 0;
  /** A scope that the list shows before the others: on a phone, it has room for few. */
  const newestScope = (): TestScope => {
    const scope = freshScope();
    return { ...scope, entityId: `${900 - made++} ${scope.entityId}` };
  };
  /** A scope with an overdue reminder, without a score. */
  async function desk(): Promise<TestScope> {
    const scope = newestScope();
    await pushItems(stage().app.api, scope, [overdue(scope, '1')], '?refresh=false');
    return scope;
  }

  /** Scores of the days before, the newest yesterday. */
  async function past(scope: TestScope, scores: readonly number[]): Promise<void> {
    await stage().app.rows(
      `INSERT INTO score_snapshots
         (id, subject, entity_type, entity_id, score, band, delta, factors, reasons, computed_at)
       SELECT gen_random_uuid(), 'scope', $1, $2, score,
              CASE WHEN score >= 80 THEN 'healthy' WHEN score >= 50 THEN 'warning' ELSE 'critical' END,
              score - lag(score) OVER (ORDER BY day DESC), '[]', '[]', now() - day * interval '1 day'
       FROM unnest($3::int[]) WITH ORDINALITY AS past (score, place),
            LATERAL (SELECT $4::int - place + 1 AS day) AS days`,
      [scope.entityType, scope.entityId, scores, scores.length],
    );
  }

  it('shows the score of a scope, what it is made of, and computes it anew', async () => {
    const { api } = stage().app;
    const scope = await desk();
    await runIn(api, '/api/risk/run-rules', scope);
    const page = await stage().openAs(undefined, at(scope));
    await panel(page).getByText('Not scored yet').waitFor();
    await row(page, scope.entityId).getByText('Not scored').waitFor();
    await panel(page).getByRole('button', { name: 'Compute the score' }).click();
    await page
      .getByRole('status')
      .getByText(/^Score of account\/.*: 98 healthy/)
      .waitFor();
    await panel(page).getByText('98 of 100').waitFor();
    await row(page, scope.entityId).getByText('Healthy').waitFor();
    await panel(page)
      .getByText(/^1 score since/)
      .waitFor();
    const text = await panel(page).textContent();
    expect(text).toMatch(/Reminders overdue.*−1\.9.*1 reminder overdue.*13 % of the score/);
    expect(text).toMatch(/Follow-ups overdue.*25 % of the score/);
    expect(text).toMatch(/Reasons1 reminder overdue \(negative\)/);
    await panel(page).getByRole('heading', { name: 'Open flags' }).waitFor();
    expect(await panel(page).locator('.flag').count()).toBe(1);

    await pushItems(
      api,
      scope,
      ['2', '3', '4'].map((name) => overdue(scope, name)),
      '?refresh=false',
    );
    await panel(page).getByRole('button', { name: 'Recompute' }).click();
    await page
      .getByRole('status')
      .getByText(/: 93 healthy, −5$/)
      .waitFor();
    await panel(page).getByText('93 of 100').waitFor();
    await panel(page).getByText('−5 since the score before').waitFor();
    await panel(page).getByText('2 scores since').waitFor();
    expect(await latest(scope)).toMatchObject({ score: 93, delta: -5 });

    // Counts lead to what they count, and are right after what happened meanwhile.
    await row(page, scope.entityId)
      .getByRole('link', { name: /^1 open flags in/ })
      .click();
    await page.waitForURL(/\/risk\?scope=account/);
    await createNextAction(api, { ...scope });
    await page.goBack();
    await row(page, scope.entityId)
      .getByRole('link', { name: /^1 queued in/ })
      .click();
    await page.waitForURL(/\/\?scope=account/);
  });

  it('draws the trend over the bands, in the colours of the page, and says it as text', async () => {
    const scope = await desk();
    await past(scope, [30, 60, 95, 55]);
    await runIn(stage().app.api, '/api/scores/compute', scope);
    const page = await stage().openAs(undefined, at(scope));
    await panel(page)
      .getByText(/^5 scores since .*: between 30 and 98, now 98\.$/)
      .waitFor();
    expect(await panel(page).getByRole('list', { name: 'Bands' }).innerText()).toMatch(
      /Healthy from 80\s+Warning from 50\s+Critical below 50/,
    );
    await panel(page).getByText('As a table').click();
    const scores = panel(page).locator('.score-history tbody tr');
    expect(await scores.allTextContents()).toEqual([
      expect.stringMatching(/98Healthy\+43$/),
      expect.stringMatching(/1 d ago55Warning−40$/),
      expect.stringMatching(/2 d ago95Healthy\+35$/),
      expect.stringMatching(/3 d ago60Warning\+30$/),
      expect.stringMatching(/4 d ago30Critical$/),
    ]);
    const light = await pixels(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await eventually('the line is drawn in dark', async () => (await pixels(page)) !== light);

    // The point under the pointer is said.
    const line = panel(page).locator('.trend-line .u-over');
    await line.hover({ position: { x: 2, y: 40 } });
    await panel(page)
      .locator('.trend-point')
      .getByText(/^30 critical · /)
      .waitFor();
    // A narrower page has a narrower line.
    const before = await pixels(page);
    await page.setViewportSize({ width: 390, height: 800 });
    await eventually('the line is narrower', async () => (await pixels(page)) !== before);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('reads earlier scores when somebody asks for them', async () => {
    const scope = await desk();
    await past(
      scope,
      Array.from({ length: 60 }, (_, index) => 40 + index),
    );
    const page = await stage().openAs(undefined, at(scope));
    await panel(page)
      .getByText(/^The last 50 scores since .*: between 50 and 99/)
      .waitFor();
    await panel(page).getByRole('button', { name: 'Earlier scores' }).click();
    await panel(page)
      .getByText(/^60 scores since .*: between 40 and 99, now 99/)
      .waitFor();
    expect(await panel(page).getByRole('button', { name: 'Earlier scores' }).count()).toBe(0);
  });

  it('follows what is computed meanwhile, of scopes alone', async () => {
    const { api } = stage().app;
    const scope = await desk();
    const lead = { kind: 'intake_lead', externalId: `${scope.entityId} lead`, state: 'new' };
    await pushItems(api, scope, [lead], '?refresh=false');
    const page = await stage().openAs(undefined, at(scope));
    await panel(page).getByText('Not scored yet').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const read: string[] = [];
    page.on('request', (request) => {
      if (/scores.*pageSize=1$/.test(request.url())) read.push(request.url());
    });
    await api.post(`/api/leads/${encodeURIComponent(lead.externalId)}/score`).expect(200);
    await runIn(api, '/api/scores/compute', scope);
    await panel(page).getByText('98 of 100').waitFor();
    await row(page, scope.entityId).getByText('Healthy').waitFor();
    expect(read).toHaveLength(1);
  });

  it('shows a viewer no button, and says where there is no scope', async () => {
    const scope = await desk();
    await runIn(stage().app.api, '/api/scores/compute', scope);
    const viewer = { email: 'viewer@example.com', password: PASSWORD };
    await addUser(stage().app, { ...viewer, role: 'viewer', scopes: [nameOf(scope)] });
    const page = await stage().openAs(viewer, '/scores');
    // The only scope is shown without being chosen.
    await panel(page).getByText('98 of 100').waitFor();
    await row(page, scope.entityId).waitFor();
    expect(await panel(page).getByRole('button').count()).toBe(0);

    const reader = { email: 'reader@example.com', password: PASSWORD };
    await addUser(stage().app, { ...reader, role: 'viewer', scopes: ['account/nobody'] });
    const empty = await stage().openAs(reader, '/scores');
    await empty.getByRole('heading', { name: 'No scopes yet' }).waitFor();
    await empty.goto(`${stage().app.url}${at(scope)}`);
    await panel(empty).getByRole('alert').first().waitFor();
  });

  it('shows the details over the list on a phone, and closes them', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, '/scores', { width: 390 });
    await row(page, scope.entityId).getByRole('link').first().click();
    await panel(page).getByText('Not scored yet').waitFor();
    await panel(page).getByRole('button', { name: 'Close' }).click();
    await panel(page).waitFor({ state: 'detached' });
    await page.waitForURL(/scores$/);
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has no fault that axe finds, %s at %i px', async (colorScheme, width) => {
    const scope = await desk();
    await past(scope, [30, 60, 85, 95, 55, 40, 70, 90, 90]);
    await runIn(stage().app.api, '/api/risk/run-rules', scope);
    await runIn(stage().app.api, '/api/scores/compute', scope);
    const page = await stage().openAs(undefined, '/scores', { colorScheme, width });
    const look = async (name: string): Promise<void> => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await faultsOf(page)).toEqual([]);
      const folder = process.env.SHOTS;
      if (folder)
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
    };
    await row(page, scope.entityId).getByText('Healthy').waitFor();
    await look('scores');
    await row(page, scope.entityId).getByRole('link').first().click();
    await panel(page).getByText('10 scores since').waitFor();
    await panel(page).locator('.flag').waitFor();
    await look('score');
    await panel(page).getByText('As a table').click();
    await panel(page).locator('.score-history').waitFor();
    await look('score-table');
  });
});
