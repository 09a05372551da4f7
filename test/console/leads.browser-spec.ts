import { join } from 'node:path';
import { type Page } from 'playwright-core';
import { createWorkItem } from '../support/builders.js';
import { freshScope, pushItems, type TestScope } from '../support/desk.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const table = (page: Page) => page.getByRole('table', { name: 'Leads' });
const row = (page: Page, title: string) => table(page).getByRole('row').filter({ hasText: title });
const titles = (page: Page) => table(page).locator('.row-title').allTextContents();
const panel = (page: Page) => page.getByRole('complementary', { name: 'Lead' });

const GOOD = {
  budget: 60_000,
  urgency: 'immediate',
  fit: 90,
  source: 'referral',
  email: 'ann@example.com',
  phone: '+44 20 7946 0000',
  contactName: 'Ann',
  need: 'A website',
};

describeInBrowser('the leads in a browser', (stage: () => Stage) => {
  const nameOf = ({ entityType, entityId }: TestScope): string => `${entityType}/${entityId}`;
  const at = (scope: TestScope, more = ''): string =>
    `/leads?scope=${encodeURIComponent(nameOf(scope))}${more}`;
  const scoreOf = async (externalId: string): Promise<Record<string, unknown>> =>
    (
      await stage()
        .app.api.get(`/api/leads/${encodeURIComponent(externalId)}`)
        .expect(200)
    ).body;

  /** A scope with a lead that is scored, one that is not, and one that is closed. */
  async function desk(): Promise<TestScope> {
    const scope = freshScope();
    const kind = 'intake_lead';
    const { api } = stage().app;
    await pushItems(api, scope, [
      { kind, externalId: `${scope.entityId} 1`, state: 'new', title: 'Good', attributes: GOOD },
      {
        kind,
        externalId: `${scope.entityId} 2`,
        state: 'new',
        title: 'Vague',
        dueInHours: -30,
        attributes: { budget: 'much', email: 'bob@example.com' },
      },
      { kind, externalId: `${scope.entityId} 3`, state: 'disqualified', title: 'Closed' },
      { kind: 'reminder', externalId: `${scope.entityId} 4`, state: 'open', title: 'No lead' },
    ]);
    await api.post(`/api/leads/${encodeURIComponent(`${scope.entityId} 1`)}/score`).expect(200);
    return scope;
  }

  it('lists the leads with the scores that they have, and reads each once', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, '/');
    await page.getByRole('link', { name: 'Leads' }).waitFor();
    const read: string[] = [];
    page.on('request', (request) => {
      if (request.url().includes('/api/leads/')) read.push(new URL(request.url()).pathname);
    });
    await page.goto(`${stage().app.url}${at(scope)}`);
    await row(page, 'Good').getByText('Healthy').waitFor();
    expect(await titles(page)).toEqual(['Closed', 'Vague', 'Good']);
    expect(await row(page, 'Good').textContent()).toMatch(/Good98Healthy.*Scored/);
    expect(await row(page, 'Vague').textContent()).toMatch(/Not scored.*New.*Overdue1 d ago/);
    expect(await row(page, 'Closed').textContent()).toMatch(/Not scored.*Disqualified/);
    expect(read).toEqual([`/api/leads/${encodeURIComponent(`${scope.entityId} 1`)}`]);

    await page.getByRole('button', { name: 'Without a score' }).click();
    await row(page, 'Good').waitFor({ state: 'detached' });
    await row(page, 'Vague').waitFor();
    expect(await titles(page)).toEqual(['Vague']);
    expect(page.url()).toContain('condition=lead_unscored');
    await page.getByRole('button', { name: 'Without a score' }).click();
    await page.getByRole('button', { name: 'Open only' }).click();
    await row(page, 'Closed').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'State', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'Scored' }).click();
    await row(page, 'Vague').waitFor({ state: 'detached' });
    await page.getByLabel('Search').fill('nothing');
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.waitForURL(/leads$/);
  });

  it('shows what a score is made of and what is missing, and scores a lead', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'Vague').getByRole('link').click();
    await panel(page).getByText('Not scored yet.').waitFor();
    await panel(page).getByText('None yet.').waitFor();
    await panel(page).getByRole('button', { name: 'Score', exact: true }).click();
    await page
      .getByRole('status')
      .getByText(/“Vague” scored \d+: critical/)
      .waitFor();
    await panel(page).getByRole('heading', { name: 'What is missing' }).waitFor();
    const text = await panel(page).textContent();
    expect(text).toContain('Missing: urgency, fit, source, phone, contactName, need');
    expect(text).toContain('Not understood: budget must be a number from 0');
    expect(text).toMatch(/Contactability.*Reachable by email.*% of the score/);
    await row(page, 'Vague').getByText('Critical').waitFor();
    const scored = await scoreOf(`${scope.entityId} 2`);
    expect(text).toContain(`${String(scored.score)} of 100`);

    await stage()
      .app.api.patch(`/api/work-items/intake_lead/${encodeURIComponent(`${scope.entityId} 2`)}`, {
        attributes: GOOD,
      })
      .expect(200);
    await panel(page).getByText('Of earlier attributes').waitFor();
    await panel(page).getByRole('button', { name: 'Score again' }).click();
    await panel(page).getByText('98 of 100').waitFor();
    await panel(page).getByRole('heading', { name: 'What is missing' }).waitFor({
      state: 'detached',
    });
    const history = panel(page).locator('.score-history tbody tr');
    await history.nth(1).waitFor();
    expect(await history.first().textContent()).toMatch(/98Healthy\+\d+/);
    await panel(page).getByRole('link', { name: 'All fields' }).click();
    await page.getByRole('complementary', { name: 'Work item' }).getByText('Vague').waitFor();
    await page.getByRole('link', { name: 'Score of this lead' }).click();
    await panel(page).getByRole('heading', { name: 'Vague' }).waitFor();

    await page.goto(`${stage().app.url}${at(scope, `&lead=${scope.entityId}+3`)}`);
    await panel(page).getByText('Closed before it was scored.').waitFor();
    expect(await panel(page).getByRole('button').allTextContents()).toEqual(['']);
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
  });

  it('runs the pipeline in the scope of the filter, or in one that is chosen', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'Vague').waitFor();
    await page.getByRole('button', { name: 'Run the pipeline' }).click();
    await page
      .getByRole('status')
      .getByText(`1 lead of ${nameOf(scope)} scored.`)
      .waitFor();
    await row(page, 'Vague').getByText('Critical').waitFor();
    expect(await scoreOf(`${scope.entityId} 2`)).toMatchObject({ state: 'scored' });

    const other = await desk();
    await page.goto(`${stage().app.url}/leads`);
    await page.getByRole('button', { name: 'Run the pipeline' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Scope').selectOption(nameOf(other));
    await dialog.getByRole('button', { name: 'Run' }).click();
    await page
      .getByRole('status')
      .getByText(`1 lead of ${nameOf(other)} scored.`)
      .waitFor();
    await dialog.waitFor({ state: 'detached' });
  });

  it('follows what is pushed and scored meanwhile', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'Vague').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await createWorkItem(stage().app.api, { ...scope, kind: 'intake_lead', title: 'Fresh' });
    await row(page, 'Fresh').waitFor();
    const path = `/api/leads/${encodeURIComponent(`${scope.entityId} 2`)}/score`;
    await stage().app.api.post(path).expect(200);
    await row(page, 'Vague').getByText('Critical').waitFor();
  });

  it('shows a viewer no button, and how leads get there where there are none', async () => {
    const scope = await desk();
    const viewer = { email: 'viewer@example.com', password: PASSWORD };
    await addUser(stage().app, { ...viewer, role: 'viewer' });
    const page = await stage().openAs(viewer, at(scope, `&lead=${scope.entityId}+2`));
    await panel(page).getByText('Not scored yet.').waitFor();
    await row(page, 'Vague').waitFor();
    expect(await page.getByRole('button', { name: 'Run the pipeline' }).count()).toBe(0);
    expect(await panel(page).getByRole('button').allTextContents()).toEqual(['']);

    const reader = { email: 'reader@example.com', password: PASSWORD };
    await addUser(stage().app, { ...reader, role: 'viewer', scopes: ['account/nobody'] });
    const empty = await stage().openAs(reader, '/leads');
    await empty.getByRole('heading', { name: 'No leads yet' }).waitFor();
    expect(await empty.locator('pre').textContent()).toContain('/api/work-items/intake_lead/');
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has no fault that axe finds, %s at %i px', async (colorScheme, width) => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope), { colorScheme, width });
    await row(page, 'Good').getByText('Healthy').waitFor();
    const look = async (name: string): Promise<void> => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await faultsOf(page)).toEqual([]);
      const folder = process.env.SHOTS;
      if (folder)
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
    };
    await look('leads');
    await row(page, 'Good').getByRole('link').click();
    await panel(page).getByRole('heading', { name: 'Factors' }).waitFor();
    await panel(page).locator('.score-history').waitFor();
    await look('lead');
    await panel(page).getByRole('button', { name: 'Close' }).click();
    await page.goto(`${stage().app.url}/leads`);
    await page.getByRole('button', { name: 'Run the pipeline' }).click();
    await page.getByRole('dialog').getByLabel('Scope').waitFor();
    await look('pipeline');
  });
});
