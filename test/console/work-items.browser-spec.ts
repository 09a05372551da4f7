import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Page, type Route } from 'playwright-core';
import { createWorkItem } from '../support/builders.js';
import { freshScope, pushItems, type TestScope } from '../support/desk.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf, signIn, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const table = (page: Page) => page.getByRole('table', { name: 'Work items' });
const row = (page: Page, title: string) => table(page).getByRole('row').filter({ hasText: title });
const titles = (page: Page) => table(page).locator('.row-title').allTextContents();
const panel = (page: Page) => page.getByRole('complementary', { name: 'Work item' });
const dialog = (page: Page) => page.getByRole('dialog');
const errors = (page: Page) => page.getByRole('region', { name: 'Errors of the file' });

/** A file as a browser reads one. */
const csv = (...lines: string[]) => ({
  name: 'items.csv',
  mimeType: 'text/csv',
  buffer: Buffer.from(lines.join('\n')),
});

describeInBrowser('the work items in a browser', (stage: () => Stage) => {
  const at = ({ entityType, entityId }: TestScope, more = ''): string =>
    `/work-items?scope=${encodeURIComponent(`${entityType}/${entityId}`)}${more}`;

  /** A scope with an item of three kinds; the reminder is overdue. */
  async function desk(): Promise<TestScope> {
    const scope = freshScope();
    const { entityId } = scope;
    await pushItems(stage().app.api, scope, [
      {
        kind: 'reminder',
        externalId: `${entityId}/1`,
        state: 'open',
        title: 'Call Acme',
        priority: 'high',
        dueInHours: -50,
      },
      {
        kind: 'handoff',
        externalId: `${entityId}/2`,
        state: 'confirmed',
        title: 'Hand over',
        dueInHours: -50,
      },
      {
        kind: 'intake_lead',
        externalId: `${entityId}/3`,
        state: 'new',
        title: 'A lead',
        dueInHours: 50,
        attributes: { budget: 5000, site: 'https://acme.example.com/', tags: ['a', 'b'] },
      },
    ]);
    return scope;
  }

  async function itemsOf(scope: TestScope): Promise<Record<string, unknown>[]> {
    const { body } = await stage()
      .app.api.get('/api/work-items', { ...scope })
      .expect(200);
    return (body as { items: Record<string, unknown>[] }).items;
  }

  it('lists the items, narrows them by the address, and says what is overdue', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'Call Acme').getByText('Overdue').waitFor();
    expect(await titles(page)).toEqual(['A lead', 'Hand over', 'Call Acme']);
    expect(await row(page, 'Call Acme').textContent()).toMatch(/Reminder.*Open.*Overdue2 d ago/);
    expect(await row(page, 'Hand over').getByText('Overdue').count()).toBe(0);
    await page.getByText('3 items').waitFor();

    await page.getByRole('button', { name: 'Open only' }).click();
    await row(page, 'Hand over').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Kind', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'Reminder' }).click();
    await row(page, 'A lead').waitFor({ state: 'detached' });
    expect(page.url()).toMatch(/kind=reminder&open=true/);
    // The states of a kind are offered with it alone.
    await page.getByRole('button', { name: 'State', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'Any state' }).waitFor();
    expect(await page.getByRole('menuitemradio').allTextContents()).toEqual([
      'Any state',
      'Open',
      'Done',
      'Cancelled',
    ]);
    await page.getByRole('menuitemradio', { name: 'Cancelled' }).click();
    await page.getByRole('heading', { name: 'No work item matches these filters' }).waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.waitForURL(/work-items$/);

    await page.goto(`${stage().app.url}${at(scope, '&condition=lead_unscored')}`);
    await row(page, 'A lead').waitFor();
    expect(await titles(page)).toEqual(['A lead']);
    await page.getByRole('button', { name: 'Condition: Lead without a score' }).click();
    await page.getByRole('menuitemradio', { name: 'Any condition' }).click();
    await page.getByRole('button', { name: 'Priority', exact: true }).click();
    await page.getByRole('menuitemradio', { name: 'High' }).click();
    await row(page, 'A lead').waitFor({ state: 'detached' });
    await row(page, 'Call Acme').waitFor();
    expect(await titles(page)).toEqual(['Call Acme']);
    await page.getByRole('button', { name: 'Priority: High' }).click();
    await page.getByRole('menuitemradio', { name: 'Any priority' }).click();
    await row(page, 'A lead').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('hand');
    await page.waitForURL(/search=hand/);
    await row(page, 'A lead').waitFor({ state: 'detached' });
    await row(page, 'Hand over').waitFor();
    expect(await titles(page)).toEqual(['Hand over']);
  });

  it('follows what is pushed meanwhile', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'A lead').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await createWorkItem(stage().app.api, { ...scope, title: 'Just pushed' });
    await row(page, 'Just pushed').waitFor();
  });

  it('shows every field of an item, and changes what was edited alone', async () => {
    const { app } = stage();
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'A lead').getByRole('link').click();
    await panel(page).getByRole('heading', { name: 'A lead' }).waitFor();
    expect(page.url()).toContain('item=intake_lead%2F');
    const text = await panel(page).textContent();
    for (const part of [`${scope.entityId}/3`, 'budget5000', '"tags"', 'Duein 2 d', 'Created']) {
      expect(text).toContain(part);
    }
    const link = panel(page).getByRole('link', { name: 'https://acme.example.com/' });
    expect(await link.getAttribute('rel')).toBe('noreferrer');

    await panel(page).getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Title').fill('A better lead');
    await dialog(page).getByLabel('State').selectOption({ label: 'Qualified' });
    await dialog(page).getByLabel('Priority').selectOption('critical');
    await dialog(page).getByLabel('Attributes').fill('{');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).getByRole('alert').getByText('The attributes are no JSON').waitFor();
    await dialog(page).getByLabel('Attributes').fill('{"budget":5000,"fit":80}');
    await dialog(page).getByLabel('Scope').fill('account');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).getByText('A scope is its type and its id').waitFor();
    await dialog(page).getByLabel('Scope').fill(`account/${scope.entityId}`);
    // A push of another field meanwhile: it stays.
    await app.api
      .patch(`/api/work-items/intake_lead/${encodeURIComponent(`${scope.entityId}/3`)}`, {
        attributes: { source: 'referral' },
      })
      .expect(200);
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('status').getByText('“A better lead” changed').waitFor();
    await panel(page).getByRole('heading', { name: 'A better lead' }).waitFor();
    await row(page, 'A better lead').waitFor();
    const [lead] = (await itemsOf(scope)).filter(({ kind }) => kind === 'intake_lead');
    expect(lead).toMatchObject({
      title: 'A better lead',
      state: 'qualified',
      priority: 'critical',
      attributes: { budget: 5000, fit: 80, source: 'referral' },
    });
    expect(lead!.attributes).not.toHaveProperty('tags');

    // What the server refuses stays in the form, with its reason.
    await panel(page).getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Scope').fill('Account/x');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).getByText('VALIDATION_FAILED').waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    expect(page.url()).not.toContain('item=');
  });

  it('deletes an item when one says so', async () => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'Call Acme').getByRole('link').click();
    await panel(page).getByRole('button', { name: 'Delete' }).click();
    await dialog(page).getByText('It can’t be undone').waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    expect(await itemsOf(scope)).toHaveLength(3);
    await panel(page).getByRole('button', { name: 'Delete' }).click();
    await dialog(page).getByRole('button', { name: 'Delete' }).click();
    await page.getByRole('status').getByText('Deleted “Call Acme”').waitFor();
    await row(page, 'Call Acme').waitFor({ state: 'detached' });
    expect(await panel(page).count()).toBe(0);
    expect(await itemsOf(scope)).toHaveLength(2);
  });

  it('checks a file, says what is wrong in which line, and imports the good rows', async () => {
    const scope = freshScope();
    const name = (row: number): string => `${scope.entityId}-${row}`;
    const page = await stage().openAs(undefined, at(scope));
    await page.getByRole('button', { name: 'Import CSV' }).click();
    const submit = dialog(page).getByRole('button', { name: /^Import/ });
    expect(await submit.isDisabled()).toBe(true);
    await dialog(page)
      .getByLabel('Choose a CSV file')
      .setInputFiles(
        csv(
          'externalId,state,title,dueAt,phone',
          `${name(1)},open,One,,007`,
          `${name(2)},lost,Two,,`,
          `${name(3)},open,,03/04/2026,`,
          `${name(4)},open,Four,,`,
        ),
      );
    // The file names no kind.
    await dialog(page).getByText('4 rows are wrong: in mode all').waitFor();
    await dialog(page).getByLabel('Kind of the rows').selectOption('reminder');
    await dialog(page).getByText('2 rows are wrong: in mode all').waitFor();
    expect(await submit.isDisabled()).toBe(true);
    expect(await errors(page).getByRole('rowheader').allTextContents()).toEqual(['3', '4']);
    expect(await errors(page).textContent()).toMatch(/3state.*4title.*dueAt/);
    await dialog(page).getByLabel('each: the good rows').check();
    await dialog(page).getByText('Checked 4 rows, 2 left out. Nothing is stored yet.').waitFor();
    expect(await itemsOf(scope)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Import 2 rows' }).click();
    await dialog(page).getByText('Imported 2 rows, 2 left out.').waitFor();
    // The result stays, and the list behind it is a new one.
    expect(await errors(page).getByRole('rowheader').allTextContents()).toEqual(['3', '4']);
    expect((await itemsOf(scope)).map((item) => [item.title, item.attributes])).toEqual([
      ['Four', {}],
      ['One', { phone: '007' }],
    ]);
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    await row(page, 'Four').waitFor();
    expect(await titles(page)).toEqual(['Four', 'One']);
  });

  it('takes a dropped file, and imports the template as it is', async () => {
    const scope = freshScope();
    const page = await stage().openAs(undefined, at(scope));
    await page.getByRole('button', { name: 'Import CSV' }).click();
    await dialog(page).getByLabel('Kind of the rows').selectOption('intake_lead');
    await dialog(page).getByText('Columns of the file').click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      dialog(page).getByRole('button', { name: 'Download a template: Intake lead' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('intake_lead.csv');
    const file = readFileSync(await download.path(), 'utf8').replace('example-1', scope.entityId);
    const dropped = await page.evaluateHandle(`(() => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([${JSON.stringify(file)}], 'dropped.csv'));
      return transfer;
    })()`);
    const zone = dialog(page).getByText('or drop it here');
    await zone.dispatchEvent('drop', { dataTransfer: dropped });
    await dialog(page).getByText('dropped.csv').waitFor();
    await dialog(page).getByRole('button', { name: 'Import 1 row' }).click();
    await dialog(page).getByText('Imported 1 row.').waitFor();
    const [item] = await itemsOf(scope);
    expect(item).toMatchObject({ kind: 'intake_lead', attributes: { budget: 20_000 } });
    expect(Object.keys(item!.attributes as object)).toHaveLength(8);
  });

  it('says what is wrong with a file as a whole', async () => {
    const page = await stage().openAs(undefined, '/work-items');
    await page.getByRole('button', { name: 'Import CSV' }).click();
    const choose = dialog(page).getByLabel(/Choose .* file/);
    await choose.setInputFiles(csv('title,state', 'One,open'));
    await dialog(page).getByText('CSV_HEADER_INVALID').waitFor();
    await choose.setInputFiles({ ...csv(), buffer: Buffer.from([0xff, 0xfe, 0xff, 0xff, 10]) });
    await dialog(page).getByText('CSV_NOT_READABLE').waitFor();
    await choose.setInputFiles(csv('kind,externalId,state,title'));
    await dialog(page).getByText('The file has no rows.').waitFor();

    const folder = mkdtempSync(join(tmpdir(), 'import-'));
    try {
      const file = join(folder, 'large.csv');
      writeFileSync(file, '');
      truncateSync(file, 50 * 1024 * 1024 + 1);
      await choose.setInputFiles(file);
      await dialog(page).getByText('an import takes up to 50 MB').waitFor();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says when an import was cut off, and finds out what is stored', async () => {
    const scope = freshScope();
    const page = await stage().openAs(undefined, at(scope));
    await page.getByRole('button', { name: 'Import CSV' }).click();
    const file = csv('kind,externalId,state,title', `reminder,${scope.entityId},open,One`);
    await dialog(page).getByLabel('Choose a CSV file').setInputFiles(file);
    // The server gets it and works; the answer never arrives.
    await page.route('**/import?*dryRun=false*', async (route) => {
      await route.fetch();
      await route.abort('connectionreset');
    });
    await dialog(page).getByRole('button', { name: 'Import 1 row' }).click();
    await dialog(page).getByText('The import was cut off').waitFor();
    await dialog(page).getByRole('button', { name: 'Check again' }).click();
    await dialog(page).getByText('Checked 1 row.').waitFor();
    expect(await dialog(page).locator('.counts').textContent()).toContain('unchanged1');
    expect(await itemsOf(scope)).toHaveLength(1);

    // One that never ends can be stopped, and is not closed by accident.
    await page.unrouteAll();
    await page.route('**/import?*dryRun=false*', () => undefined);
    const other = csv('kind,externalId,state,title', `reminder,${scope.entityId},done,One`);
    await dialog(page).getByLabel('Choose another file').setInputFiles(other);
    await dialog(page).getByRole('button', { name: 'Import 1 row' }).click();
    await dialog(page).getByRole('progressbar', { name: 'Importing…' }).waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).getByRole('button', { name: 'Stop' }).click();
    await dialog(page).getByText('The import was cut off').waitFor();
  });

  it('keeps the file when the session ends, and imports it after a new sign-in', async () => {
    const scope = freshScope();
    const page = await stage().openAs(undefined, at(scope));
    await page.getByRole('button', { name: 'Import CSV' }).click();
    const file = csv('kind,externalId,state,title', `reminder,${scope.entityId},open,One`);
    await dialog(page).getByLabel('Choose a CSV file').setInputFiles(file);
    await dialog(page).getByText('Checked 1 row.').waitFor();
    // The session ends with the import: nothing else of the page may find out before.
    const withoutSession = async (route: Route): Promise<void> => {
      await page.context().clearCookies();
      const answer = await fetch(route.request().url(), { method: 'POST' });
      const body = await answer.text();
      await route.fulfill({ status: answer.status, contentType: 'application/problem+json', body });
    };
    await page.route('**/import?*dryRun=false*', withoutSession, { times: 1 });
    await dialog(page).getByRole('button', { name: 'Import 1 row' }).click();
    await page.getByText('You are signed out. Nothing that you did is lost.').waitFor();
    expect(await dialog(page).count()).toBe(0);
    await signIn(page);
    await dialog(page).getByText('items.csv').waitFor();
    expect(await itemsOf(scope)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Import 1 row' }).click();
    await dialog(page).getByText('Imported 1 row.').waitFor();
    expect(await itemsOf(scope)).toHaveLength(1);
  });

  it('says how an item gets there where there is none', async () => {
    const scope = freshScope();
    const reader = { email: 'reader@example.com', password: PASSWORD };
    const scopes = [`account/${scope.entityId}`];
    await addUser(stage().app, { ...reader, scopes });
    const page = await stage().openAs(reader, '/work-items');
    await page.getByRole('heading', { name: 'No work items yet' }).waitFor();
    expect(await page.locator('pre').textContent()).toContain('/api/work-items/reminder/call-acme');
  });

  it('shows a viewer no button', async () => {
    const scope = await desk();
    const viewer = { email: 'viewer@example.com', password: PASSWORD };
    await addUser(stage().app, { ...viewer, role: 'viewer' });
    const page = await stage().openAs(viewer, at(scope));
    await row(page, 'Call Acme').getByRole('link').click();
    await panel(page).getByRole('heading', { name: 'Call Acme' }).waitFor();
    expect(await page.getByRole('button', { name: 'Import CSV' }).count()).toBe(0);
    expect(await panel(page).getByRole('button').allTextContents()).toEqual(['']);
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has no fault that axe finds, %s at %i px', async (colorScheme, width) => {
    const scope = await desk();
    const page = await stage().openAs(undefined, at(scope), { colorScheme, width });
    await row(page, 'A lead').waitFor();
    const shot = async (name: string): Promise<void> => {
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await faultsOf(page)).toEqual([]);
      const folder = process.env.SHOTS;
      if (folder)
        await page.screenshot({ path: join(folder, `${name}-${colorScheme}-${width}.png`) });
    };
    await shot('items');
    await row(page, 'A lead').getByRole('link').click();
    await panel(page).getByRole('heading', { name: 'A lead' }).waitFor();
    await shot('item');
    await panel(page).getByRole('button', { name: 'Edit' }).click();
    await dialog(page).getByLabel('Title').waitFor();
    await shot('edit');
    await page.keyboard.press('Escape');
    await panel(page).getByRole('button', { name: 'Close' }).click();
    await page.getByRole('button', { name: 'Import CSV' }).click();
    const bad = `reminder,${scope.entityId},lost,One`;
    await dialog(page)
      .getByLabel('Choose a CSV file')
      .setInputFiles(csv('kind,externalId,state,title', bad, `reminder,${scope.entityId}-2,open,`));
    await errors(page).waitFor();
    await dialog(page).getByText('Columns of the file').click();
    await shot('import');
  });
});
