import { type Page } from 'playwright-core';
import {
  freshScope,
  listIn,
  manyItems,
  pushItems,
  runIn,
  type TestScope,
} from '../support/desk.js';
import { daysAgo, idAt } from '../support/history.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf } from './support/stage.js';

jest.setTimeout(120_000);

const RULE = 'retention_overdue';
const SUPPRESSIONS = '/api/next-actions/suppressions';

interface Suppression {
  readonly scope: string;
  readonly ruleKey: string;
  readonly until: string | null;
  readonly reason: string;
}

const nameOf = ({ entityType, entityId }: TestScope): string => `${entityType}/${entityId}`;
const at = (scope: TestScope, more = ''): string =>
  `/effectiveness?${new URLSearchParams({ scope: nameOf(scope) }).toString()}${more}`;
const table = (page: Page) => page.getByRole('table', { name: 'Effectiveness by rule and action' });
const inEffect = (page: Page) => page.getByRole('table', { name: 'Suppressions in effect' });
const proposals = (page: Page) => page.getByRole('region', { name: 'Proposed suppressions' });
const toast = (page: Page, text: string | RegExp) => page.locator('.toasts').getByText(text);
const undo = (page: Page) =>
  page.locator('.toasts').getByRole('button', { name: 'Undo' }).last().click();

describeInBrowser('the effectiveness page in a browser', (stage) => {
  /** A scope in which a rule suggested one action that was done, and three that were dismissed. */
  async function desk(): Promise<TestScope> {
    const { app } = stage();
    const scope = freshScope();
    await app.rows(
      `INSERT INTO next_best_actions (id, title, priority, score, status, origin, created_by_rule,
         entity_type, entity_id, created_at, dismissed_at)
       SELECT id, 'Call', 'medium', 50, 'dismissed', 'rule', '${RULE}', $1, $2, $3, $3
       FROM unnest($4::uuid[]) AS id`,
      [...[scope.entityType, scope.entityId, daysAgo(20)], [1, 2, 3].map(() => idAt(daysAgo(20)))],
    );
    const late = { kind: 'handoff', state: 'awaiting_client_confirmation' };
    await pushItems(app.api, scope, manyItems(scope, 1, late));
    await runIn(app.api, '/api/next-actions/run', scope);
    const [{ id }] = (await listIn<{ id: string }>(app.api, '/api/next-actions', scope, {
      ruleKey: 'handoff_no_client_confirm',
    })) as [{ id: string }];
    await app.api.press(id, 'mark_done').expect(200);
    return scope;
  }
  const held = (scope: TestScope) =>
    listIn<Suppression>(stage().app.api, SUPPRESSIONS, scope, { active: true });
  const cellsOf = (page: Page, name: RegExp) =>
    table(page).getByRole('row', { name }).getByRole('cell').allTextContents();

  it('shows what became of suggestions, by rule and action, in the days that one chooses', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await table(page).waitFor();
    expect(await table(page).getByRole('columnheader').allTextContents()).toEqual([
      'Rule and action',
      'Suggested',
      'Pressed',
      'Done',
      'Dismissed',
      'Resolved',
      'Returned',
      'Ignored',
      'Median time',
    ]);
    expect(await cellsOf(page, /^Retention overdue/)).toEqual([
      'Retention overdue',
      ...['3', '0', '0', '3', '0', '0', '3'],
      '—',
    ]);
    const [, suggested, pressed, done] = await cellsOf(page, /^Unconfirmed handoffs/);
    expect([suggested, pressed, done]).toEqual(['1', '1', '1']);
    const action = await cellsOf(page, /^Mark done/);
    expect(action.slice(0, 4)).toEqual(['Mark done', '', '1', '']);
    expect(action.at(-1)).toMatch(/ms|s$/);

    await page.getByRole('button', { name: 'Last 30 days' }).click();
    await page.getByRole('menuitemradio', { name: 'Last 7 days' }).click();
    await page.waitForURL(/days=7/);
    await table(page).getByText('Retention overdue').waitFor({ state: 'detached' });
    await table(page).getByRole('link', { name: 'Unconfirmed handoffs' }).click();
    await page.getByRole('heading', { level: 1, name: 'Queue' }).waitFor();
    expect(page.url()).toMatch(/scope=.*rule=handoff_no_client_confirm/);
  });

  it('suppresses what is proposed, and takes it back', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await proposals(page).getByText('3 of 3 dismissed within 30 days').waitFor();
    await proposals(page).getByRole('button', { name: 'Suppress…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Suppress “Retention overdue”' });
    expect(await dialog.getByLabel('For').inputValue()).toBe('30d');
    await dialog.getByLabel('For').selectOption('forever');
    await dialog.getByLabel('Reason').fill('They are called anyway.');
    await dialog.getByRole('button', { name: 'Suppress' }).click();
    await toast(page, /^Suppressed in .*: Retention overdue/).waitFor();
    expect(await held(scope)).toMatchObject([
      { ruleKey: RULE, until: null, reason: 'They are called anyway.' },
    ]);
    const row = inEffect(page).getByRole('row', { name: /Retention overdue/ });
    expect(await row.textContent()).toMatch(/They are called anyway\..*operator.*just now.*never/);
    await proposals(page)
      .getByText(/^None\./)
      .waitFor();

    await undo(page);
    await toast(page, /^Undone: Retention overdue is not suppressed/).waitFor();
    expect(await held(scope)).toEqual([]);
    await proposals(page).getByRole('button', { name: 'Suppress…' }).waitFor();
  });

  it('lifts what is in effect, and takes that back', async () => {
    const scope = await desk();
    const terms = { ...scope, ruleKey: RULE, for: '7d', reason: 'For a week.' };
    await stage().app.api.post(SUPPRESSIONS, terms).expect(201);
    const [{ until }] = (await held(scope)) as [Suppression];
    const page = await stage().openAs(undefined, at(scope));
    await inEffect(page).getByRole('button', { name: 'Lift: Retention overdue' }).click();
    await toast(page, /^Lifted in/).waitFor();
    await inEffect(page).waitFor({ state: 'detached' });
    expect(await held(scope)).toEqual([]);
    await undo(page);
    await toast(page, /^Undone: Retention overdue is suppressed/).waitFor();
    await inEffect(page).getByText('For a week.').waitFor();
    expect(await held(scope)).toMatchObject([{ until, reason: 'For a week.' }]);
  });

  it('says in the form why it was refused, and lets an operator suppress and lift for a while', async () => {
    const scope = await desk();
    const operator = {
      email: `suppress-${scope.entityId}@example.com`.replace(' ', ''),
      password: PASSWORD,
    };
    await addUser(stage().app, { ...operator, role: 'operator' });
    const page = await stage().openAs(operator, at(scope));
    await proposals(page).getByRole('button', { name: 'Suppress…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await dialog.getByRole('option').allTextContents()).toEqual(['7 days', '30 days']);
    await page.route('**/suppressions', (route) =>
      route.fulfill({ status: 503, json: { code: 'DATABASE_BUSY', detail: 'Try again.' } }),
    );
    await dialog.getByRole('button', { name: 'Suppress' }).click();
    await dialog.getByRole('alert').getByText('DATABASE_BUSY').waitFor();
    await page.unrouteAll();
    await dialog.getByRole('button', { name: 'Suppress' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await held(scope)).toMatchObject([{ reason: '3 of 3 dismissed within 30 days.' }]);
    await inEffect(page).getByRole('button', { name: /^Lift/ }).waitFor();

    const forGood = { ...scope, ruleKey: RULE, for: 'forever', reason: 'For good.' };
    await stage().app.api.post(SUPPRESSIONS, forGood).expect(200);
    await inEffect(page).getByText('never').waitFor();
    expect(await inEffect(page).getByRole('button').count()).toBe(0);
  });

  it('shows a viewer the numbers, and no button', async () => {
    const scope = await desk();
    const viewer = {
      email: `effect-${scope.entityId}@example.com`.replace(' ', ''),
      password: PASSWORD,
    };
    await addUser(stage().app, { ...viewer, role: 'viewer' });
    const terms = { ...scope, ruleKey: 'intake_leads_unscored', for: '7d', reason: 'For a week.' };
    await stage().app.api.post(SUPPRESSIONS, terms).expect(201);
    const page = await stage().openAs(viewer, at(scope));
    await inEffect(page).getByText('For a week.').waitFor();
    await proposals(page).getByText('3 of 3 dismissed').waitFor();
    for (const part of [table(page), proposals(page), inEffect(page)]) {
      expect(await part.getByRole('button').count()).toBe(0);
    }
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has no fault that axe finds, in %s at %s px', async (colorScheme, width) => {
    const scope = await desk();
    const terms = { ...scope, ruleKey: 'intake_leads_unscored', for: '7d', reason: 'For a week.' };
    await stage().app.api.post(SUPPRESSIONS, terms).expect(201);
    const page = await stage().openAs(undefined, at(scope), { colorScheme, width });
    await table(page).waitFor();
    await inEffect(page).getByText('For a week.').waitFor();
    await proposals(page).getByRole('button', { name: 'Suppress…' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await faultsOf(page)).toEqual([]);
    await proposals(page).getByRole('button', { name: 'Suppress…' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});
