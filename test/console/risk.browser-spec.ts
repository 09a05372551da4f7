import { type Page } from 'playwright-core';
import { TransactionRunner } from '../../src/database/transactions/transaction-runner.js';
import { JobsService } from '../../src/jobs/queue/jobs.service.js';
import { freshScope, manyItems, pushItems, runIn, type TestScope } from '../support/desk.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf } from './support/stage.js';

jest.setTimeout(120_000);

const RETENTION = 'Customers wait for their retention contact';
const DELIVERIES = 'Notifications are not being delivered';
const FOLLOW_UPS = 'Proposals wait for their follow-up';

const panel = (page: Page) => page.getByRole('complementary', { name: 'Risk flag' });
const toast = (page: Page, text: string | RegExp) => page.locator('.toasts').getByText(text);
const titles = (page: Page) => page.locator('.table .row-title').allTextContents();
const at = (scope: string, more = ''): string => `/risk?scope=${encodeURIComponent(scope)}${more}`;

describeInBrowser('the risk page in a browser', (stage) => {
  /** A scope with a critical, a medium and another medium flag, and what answers two of them. */
  async function desk(): Promise<{ scope: TestScope; name: string }> {
    const { api } = stage().app;
    const scope = freshScope();
    const late = { dueInHours: -48 };
    await pushItems(api, scope, [
      ...manyItems(scope, 3, {
        kind: 'notification_delivery',
        state: 'failed',
        occurredInHours: -1,
      }),
      ...manyItems(scope, 1, { kind: 'retention_contact', state: 'open', ...late }),
      ...manyItems(scope, 1, { kind: 'proposal', state: 'sent', ...late }),
    ]);
    await runIn(api, '/api/risk/run-rules', scope);
    await runIn(api, '/api/next-actions/run', scope);
    return { scope, name: `${scope.entityType}/${scope.entityId}` };
  }
  /** A job of the scope that waits. */
  function enqueueIn(scope: TestScope): Promise<string> {
    const { app } = stage();
    const runAfter = new Date(Date.now() + 3_600_000);
    return app
      .get(TransactionRunner)
      .run((tx) =>
        app
          .get(JobsService)
          .enqueue(tx, { type: 'score.compute', payload: { ...scope }, runAfter }),
      );
  }
  async function statusOf(scope: TestScope, ruleKey: string): Promise<string | undefined> {
    const { body } = await stage()
      .app.api.get('/api/risk', { ...scope, ruleKey })
      .expect(200);
    return (body as { items: { status: string }[] }).items[0]?.status;
  }

  it('lists by severity, counts, and filters in the address', async () => {
    const { name } = await desk();
    const page = await stage().openAs(undefined, at(name));
    await page.getByRole('link', { name: DELIVERIES }).waitFor();
    const all = await titles(page);
    expect(all[0]).toBe(DELIVERIES);
    expect(all).toEqual(expect.arrayContaining([RETENTION, FOLLOW_UPS]));

    await page.getByRole('link', { name: '2 medium' }).click();
    await page.getByRole('link', { name: DELIVERIES }).waitFor({ state: 'detached' });
    expect(page.url()).toContain('severity=medium');
    await page.getByRole('button', { name: 'Rule', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'Retention overdue' }).click();
    await page.getByRole('link', { name: FOLLOW_UPS }).waitFor({ state: 'detached' });
    expect(await titles(page)).toEqual([RETENTION]);
    await page.getByRole('button', { name: 'Open', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'Dismissed' }).click();
    await page.getByText('No flag matches these filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByRole('link', { name: DELIVERIES }).waitFor();
    expect(page.url()).toContain('scope=');
    expect(page.url()).not.toContain('status=');
  });

  it('shows why, and leads to the next best action that answers it', async () => {
    const { scope, name } = await desk();
    const page = await stage().openAs(undefined, at(name));
    await page.getByRole('link', { name: DELIVERIES }).click();
    await panel(page).getByRole('heading', { level: 2, name: DELIVERIES }).waitFor();
    expect(page.url()).toMatch(/id=[0-9a-f-]{36}/);
    const text = await panel(page).getByRole('term').allTextContents();
    expect(text).toEqual(expect.arrayContaining(['Count', 'Threshold', 'First seen', 'Last seen']));
    await panel(page)
      .getByRole('link', { name: /Retry the failed/ })
      .click();
    await page.getByRole('heading', { level: 1, name: /Retry the failed/ }).waitFor();
    expect(page.url()).toContain('/actions/');
    await page.goBack();
    await panel(page).getByRole('heading', { name: DELIVERIES }).waitFor();
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('id=');

    // No rule recommends anything about follow-ups that are overdue: the queue of the scope is next.
    await page.getByRole('link', { name: FOLLOW_UPS }).click();
    const queue = panel(page).getByRole('link', { name: /The queue of/ });
    expect(await queue.getAttribute('href')).toBe(
      `/?${new URLSearchParams({ scope: name }).toString()}`,
    );

    // A link to a flag that the filters hide opens it, too.
    await stage()
      .app.api.patch(`/api/risk/${new URL(page.url()).searchParams.get('id')}`, {
        action: 'dismiss',
      })
      .expect(200);
    await panel(page).getByText('It stays closed until somebody reopens it.').waitFor();
    await page.reload();
    await panel(page).getByRole('heading', { name: FOLLOW_UPS }).waitFor();
    expect(await panel(page).textContent()).toMatch(/Dismissed.*just now by operator/);
    expect(await statusOf(scope, 'proposal_followups_overdue')).toBe('dismissed');
  });

  it('leads from a stale job to it, and to the running ones of its scope', async () => {
    const { app } = stage();
    const scope = freshScope();
    const job = await enqueueIn(scope);
    await app.rows(
      `UPDATE jobs SET state = 'running', attempts = 1, started_at = now() - interval '2 hours',
         heartbeat_at = now() - interval '1 hour' WHERE id = $1`,
      [job],
    );
    await runIn(app.api, '/api/risk/run-rules', scope);
    const page = await stage().openAs(undefined, at(`${scope.entityType}/${scope.entityId}`));
    await page.getByRole('link', { name: 'Running jobs have no heartbeat' }).click();
    await panel(page).getByText('No rule recommends an action for it.').waitFor();
    await panel(page).getByRole('link', { name: 'The running jobs' }).click();
    await page.getByRole('link', { name: '1 running (1 stale)' }).waitFor();
    expect(page.url()).toMatch(/\/jobs\?scope=.*state=running/);
    await page.goBack();
    await panel(page).getByRole('link', { name: job }).click();
    await page.getByRole('heading', { level: 2, name: 'score.compute' }).waitFor();
  });

  it('resolves, dismisses, snoozes and reopens, and takes each back with one click', async () => {
    const { scope, name } = await desk();
    const status = () => statusOf(scope, 'retention_overdue');
    const page = await stage().openAs(undefined, at(name));
    await page.getByRole('link', { name: RETENTION }).click();
    const press = (label: string) => panel(page).getByRole('button', { name: label }).click();
    const undo = async (back: string) => {
      await page.locator('.toasts').getByRole('button', { name: 'Undo' }).last().click();
      await toast(page, `Undone: “${RETENTION}” is ${back}`).last().waitFor();
    };

    await press('Resolve');
    await toast(page, `“${RETENTION}”: resolved`).waitFor();
    expect(await status()).toBe('resolved');
    await page.getByRole('link', { name: RETENTION }).waitFor({ state: 'detached' });
    await panel(page)
      .getByText(/Stays closed|stays closed while/)
      .waitFor();
    await undo('open');
    expect(await status()).toBe('open');
    await page.getByRole('link', { name: RETENTION }).waitFor();

    await press('Snooze');
    await page.getByRole('menuitem', { name: '7 days' }).click();
    await toast(page, `“${RETENTION}”: snoozed until`).waitFor();
    expect(await status()).toBe('snoozed');
    await page.getByRole('link', { name: '1 snoozed' }).waitFor();

    await press('Dismiss');
    await toast(page, `“${RETENTION}”: dismissed`).waitFor();
    expect(await status()).toBe('dismissed');
    await undo('snoozed');
    expect(await status()).toBe('snoozed');

    await press('End the snooze');
    await toast(page, `“${RETENTION}”: reopened`).waitFor();
    expect(await status()).toBe('open');
    await press('Snooze');
    await page.getByRole('menuitem', { name: 'Until…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Until').fill('2001-01-01T08:00');
    await dialog.getByRole('button', { name: 'Snooze' }).click();
    await toast(page, /VALIDATION_FAILED/).waitFor();
    expect(await status()).toBe('open');
    await press('Snooze');
    await page.getByRole('menuitem', { name: 'Until…' }).click();
    await dialog.getByLabel('Until').fill('2101-01-01T08:00');
    await dialog.getByRole('button', { name: 'Snooze' }).click();
    await toast(page, /snoozed until 1 Jan 2101/).waitFor();
    expect(await status()).toBe('snoozed');
    await page.keyboard.press('u');
    await toast(page, `Undone: “${RETENTION}” is open`).last().waitFor();
    expect(await status()).toBe('open');
  });

  it('runs the rules where one chooses, and says what came out', async () => {
    const { api } = stage().app;
    const scope = freshScope();
    const name = `${scope.entityType}/${scope.entityId}`;
    const item = { kind: 'retention_contact', state: 'open', dueInHours: -3 };
    await pushItems(api, scope, manyItems(scope, 3, item));
    const page = await stage().openAs(undefined, at(name));
    await page.getByText('No open risk flags in this scope').waitFor();
    await page.getByRole('button', { name: 'Run the rules' }).click();
    await toast(page, `Rules ran in ${name}: 1 opened, 0 updated, 0 resolved`).waitFor();
    await page.getByRole('link', { name: RETENTION }).waitFor();
    expect(await statusOf(scope, 'retention_overdue')).toBe('open');

    await page.goto(new URL('/risk', page.url()).href);
    await page.getByRole('button', { name: 'Run the rules…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Scope').selectOption(name);
    await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    await toast(page, `Rules ran in ${name}: 0 opened, 0 updated, 0 resolved`).waitFor();
    await dialog.waitFor({ state: 'detached' });
  });

  it('follows what others do', async () => {
    const { scope, name } = await desk();
    const page = await stage().openAs(undefined, at(name));
    await page.getByRole('link', { name: RETENTION }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const { body } = await stage().app.api.get('/api/risk', {
      ...scope,
      ruleKey: 'retention_overdue',
    });
    const [{ id }] = (body as { items: [{ id: string }] }).items;
    await stage().app.api.patch(`/api/risk/${id}`, { action: 'resolve' }).expect(200);
    await page.getByRole('link', { name: RETENTION }).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: '1 resolved' }).click();
    await page.getByRole('link', { name: RETENTION }).waitFor();
  });

  it('shows a viewer everything, and no button', async () => {
    const { name } = await desk();
    const viewer = { email: 'risk-viewer@example.com', password: PASSWORD };
    await addUser(stage().app, { ...viewer, role: 'viewer' });
    const page = await stage().openAs(viewer, at(name));
    await page.getByRole('link', { name: DELIVERIES }).click();
    await panel(page).getByRole('heading', { name: DELIVERIES }).waitFor();
    await panel(page)
      .getByRole('link', { name: /Retry the failed/ })
      .waitFor();
    expect(await panel(page).getByRole('button').allTextContents()).toEqual(['']);
    expect(await page.getByRole('button', { name: /Run the rules/ }).count()).toBe(0);
  });

  it.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    const { name } = await desk();
    const page = await stage().openAs(undefined, at(name), { colorScheme });
    await page.getByRole('link', { name: DELIVERIES }).waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('link', { name: DELIVERIES }).click();
    await panel(page)
      .getByRole('link', { name: /Retry the failed/ })
      .waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await panel(page).getByRole('button', { name: 'Snooze' }).click();
    await page.getByRole('menuitem', { name: 'Until…' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('fits a phone of 390 px, and works by keyboard alone', async () => {
    const { scope, name } = await desk();
    const page = await stage().openAs(undefined, at(name), { width: 390, height: 844 });
    await page.getByRole('link', { name: DELIVERIES }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('link', { name: DELIVERIES }).focus();
    await page.keyboard.press('Enter');
    await panel(page)
      .getByRole('link', { name: /Retry the failed/ })
      .waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await faultsOf(page)).toEqual([]);
    // The panel has the focus: its close button and its first button are next.
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await toast(page, `“${DELIVERIES}”: resolved`).waitFor();
    expect(await statusOf(scope, 'critical_notifications_failed_delivery')).toBe('resolved');
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
  });
});
