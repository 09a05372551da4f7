import { type Page } from 'playwright-core';
import { createNextAction } from '../support/builders.js';
import { eventually } from '../support/eventually.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { signIn, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const row = (page: Page, title: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title, exact: true }) });
const rows = (page: Page) => page.locator('.q > li .t').allTextContents();
const panel = (page: Page) => page.getByRole('complementary', { name: 'Details' });

describeInBrowser('the queue in a browser', (stage: () => Stage) => {
  let scopes = 0;
  /** A scope of its own for each test, so that none sees what another left. */
  async function desk(titles: readonly string[]): Promise<{ scope: string; ids: string[] }> {
    scopes += 1;
    const scope = { entityType: 'account', entityId: `desk-${scopes}` };
    const ids: string[] = [];
    for (const [index, title] of titles.entries()) {
      const values = { title, score: 90 - index, priority: 'high', reason: `Reason of ${title}.` };
      ids.push((await createNextAction(stage().app.api, { ...scope, ...values })).id);
    }
    return { scope: `account/${scope.entityId}`, ids };
  }
  /** A page that no event reaches, as in the second before one does. */
  async function openBehind(scope: string): Promise<Page> {
    const page = await stage().open(at(scope));
    await page.route('**/events/stream', (route) => route.abort());
    await signIn(page);
    return page;
  }
  const at = (scope: string): string => `/?scope=${encodeURIComponent(scope)}`;

  it('signs in, finds, reads why, presses and undoes', async () => {
    const { app } = stage();
    const { scope, ids } = await desk(['Retry failed deliveries', 'Call Acme', 'Send the quote']);
    await createNextAction(app.api, {
      entityType: 'account',
      entityId: scope.slice('account/'.length),
      dedupeKey: 'why',
      title: 'Clear reminders',
      score: 60,
      explanation: {
        evidence: [{ key: 'count', label: 'Overdue items', value: 5 }],
        factors: { base: 55, countBoost: 5, score: 60 },
        links: [
          { label: 'The CRM', href: 'https://crm.example.com/1' },
          { label: 'The items', href: '/api/work-items' },
        ],
      },
    });
    const page = await stage().open(at(scope));
    await signIn(page, { email: 'operator@example.com', password: 'wrong' });
    await page
      .getByRole('alert')
      .getByText(/password/)
      .waitFor();
    await signIn(page);
    await row(page, 'Call Acme').waitFor();
    expect(await rows(page)).toEqual([
      'Retry failed deliveries',
      'Call Acme',
      'Send the quote',
      'Clear reminders',
    ]);

    await page.getByLabel('Search').fill('remind ');
    await page.waitForURL(/q=remind/);
    await row(page, 'Retry failed deliveries').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Search').inputValue()).toBe('remind ');
    await panel(page).getByText('Overdue items').waitFor();
    expect(await panel(page).textContent()).toMatch(/Rank 60.*Base.*55.*Count.*\+5/);
    expect(
      await panel(page)
        .getByRole('link')
        .evaluateAll((all) => all.map((a) => a.getAttribute('href'))),
    ).toEqual(['https://crm.example.com/1', '/work-items']);
    await page.getByLabel('Search').fill('');
    await row(page, 'Call Acme').waitFor();

    await row(page, 'Call Acme').hover();
    await row(page, 'Call Acme').getByRole('button', { name: 'Mark done' }).click();
    await row(page, 'Call Acme').waitFor({ state: 'detached' });
    const toast = page.getByRole('status').getByText('“Call Acme”: mark done');
    await toast.waitFor();
    expect(await app.api.nextAction(ids[1]!)).toMatchObject({ status: 'done' });

    await page.keyboard.press('u');
    await row(page, 'Call Acme').waitFor();
    await page.getByRole('status').getByText('Undone: Mark done').waitFor();
    expect(await rows(page)).toContain('Call Acme');
    expect(await app.api.nextAction(ids[1]!)).toMatchObject({ status: 'queued' });
    expect(await app.api.executionsOf(ids[1]!)).toHaveLength(2);
  });

  it('is worked off by the keyboard, with forms and questions', async () => {
    const { app } = stage();
    const { scope, ids } = await desk(['First', 'Second', 'Third', 'Fourth']);
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'First').waitFor();
    await page.keyboard.press('j');
    await panel(page).getByRole('heading', { name: 'Second' }).waitFor();
    expect(await panel(page).locator('.acts kbd').first().textContent()).toBe('e');
    await page.keyboard.press('z');
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox', { name: 'For' }).selectOption('4h');
    await dialog.getByLabel('Until worse').check();
    await dialog.getByRole('button', { name: 'Snooze' }).click();
    await row(page, 'Second').waitFor({ state: 'detached' });
    const snoozed = await app.api.executionsOf<{ input: object }>(ids[1]!);
    expect(snoozed[0]!.input).toEqual({ for: '4h', untilWorse: true });

    // The selection went on to the next one.
    await panel(page).getByRole('heading', { name: 'Third' }).waitFor();
    await page.keyboard.press('a');
    const people = dialog.getByLabel('Assignee');
    await people.getByRole('option', { name: 'operator' }).waitFor({ state: 'attached' });
    await people.selectOption({ label: 'operator' });
    await dialog.getByRole('button', { name: 'Assign' }).click();
    await row(page, 'Third').getByRole('button', { name: 'Mark done' }).waitFor();
    expect((await app.api.nextAction(ids[2]!)).assigneeId).not.toBeNull();

    await page.keyboard.press('d');
    await dialog.getByText(/not suggested again/).waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await app.api.executionsOf(ids[2]!)).toHaveLength(1);
    await page.keyboard.press('?');
    await dialog.getByText('Next, previous').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.keyboard.press('k');
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/actions\//);
    await page.getByRole('heading', { level: 1, name: 'First' }).waitFor();
    // The keys are those of the queue alone.
    await page.getByRole('button', { name: 'Mark done' }).waitFor();
    expect(await page.locator('.acts kbd').count()).toBe(0);
    await page.getByRole('button', { name: 'Mark done' }).click();
    await page.getByText('Mark done by operator').waitFor();
    await page.getByRole('link', { name: '← Queue' }).click();
    await row(page, 'Third').waitFor();
    expect(page.url()).toContain('scope=account');
    expect(await rows(page)).toEqual(['Third', 'Fourth']);
  });

  it('presses many at once, with a result for each, and takes them back', async () => {
    const { app } = stage();
    const { scope, ids } = await desk(['One', 'Two', 'Three']);
    const page = await openBehind(scope);
    await page.getByRole('checkbox', { name: 'Select One' }).check();
    await page.getByRole('checkbox', { name: 'Select Two' }).check();
    await app.api.press(ids[1]!, 'dismiss').expect(200);
    const bar = page.getByRole('region', { name: 'Selected actions' });
    await bar.getByText('2 selected').waitFor();
    await bar.getByRole('button', { name: 'Mark done' }).click();
    const status = page.getByRole('status');
    await status.getByText('Mark done: 1 of 2 done, 1 refused').waitFor();
    await row(page, 'One').waitFor({ state: 'detached' });
    expect(await app.api.nextAction(ids[0]!)).toMatchObject({ status: 'done' });
    await status.getByRole('button', { name: 'Undo' }).click();
    await row(page, 'One').waitFor();
    expect(await app.api.nextAction(ids[0]!)).toMatchObject({ status: 'queued' });
  });

  it('finds out what became of a press whose answer was lost, with the same key', async () => {
    const { app } = stage();
    const { scope, ids } = await desk(['Cut off', 'Other']);
    const page = await stage().openAs(undefined, at(scope));
    const sent: string[] = [];
    await page.route('**/execute', async (route) => {
      sent.push(route.request().headers()['idempotency-key']!);
      // The server gets it and works; the answer never arrives.
      if (sent.length === 1) await route.fetch().then(() => route.abort('connectionreset'));
      else await route.continue();
    });
    await row(page, 'Cut off').getByRole('button', { name: 'Mark done' }).click();
    await row(page, 'Cut off').getByText('Outcome unknown').waitFor();
    await page.getByRole('status').getByText('“Cut off”: mark done').waitFor();
    await row(page, 'Cut off').waitFor({ state: 'detached' });
    expect(sent).toHaveLength(2);
    expect(sent[1]).toBe(sent[0]);
    expect(await app.api.executionsOf(ids[0]!)).toHaveLength(1);
    expect(await page.getByRole('status').getByRole('button', { name: 'Undo' }).count()).toBe(1);
  });

  it('says who was first, why a press failed, and when one waits', async () => {
    const { app } = stage();
    const ann = await addUser(app, { email: 'ann@example.com' });
    const { scope, ids } = await desk(['Shared', 'Broken', 'Busy']);
    const page = await openBehind(scope);
    await row(page, 'Shared').waitFor();
    await ann.api.press(ids[0]!, 'mark_done').expect(200);
    await row(page, 'Shared').getByRole('button', { name: 'Mark done' }).click();
    await page
      .getByRole('status')
      .getByText(/“Shared”: already done by .*ann.*, just now/i)
      .waitFor();

    const refuse = (status: number, body: object, headers = {}) =>
      page.route('**/execute', (route) => route.fulfill({ status, json: body, headers }), {
        times: 1,
      });
    await refuse(500, { code: 'ACTION_FAILED', detail: 'It threw.', executionId: 'execution-7' });
    await row(page, 'Broken').hover();
    await row(page, 'Broken').getByRole('button', { name: 'Mark done' }).click();
    await row(page, 'Broken').getByText('Not done: It threw.').waitFor();
    await page.getByRole('status').getByText('ACTION_FAILED · execution execution-7').waitFor();

    await refuse(429, { code: 'RATE_LIMITED', detail: 'Too many.' }, { 'Retry-After': '1' });
    await row(page, 'Busy').hover();
    await row(page, 'Busy').getByRole('button', { name: 'Mark done' }).click();
    await row(page, 'Busy').waitFor({ state: 'detached' });
    expect(await app.api.nextAction(ids[2]!)).toMatchObject({ status: 'done' });
  });

  it('asks for a new sign-in when the session ends, and goes on where it was', async () => {
    const { app } = stage();
    const { scope, ids } = await desk(['Still here']);
    const page = await stage().openAs(undefined, `${at(scope)}&priority=high`);
    await row(page, 'Still here').waitFor();
    // Nothing is asked for any more, so that the press is what finds out.
    await panel(page).getByText('Created just now').waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.context().clearCookies();
    await row(page, 'Still here').getByRole('button', { name: 'Mark done' }).click();
    await page.getByText('You are signed out. Nothing that you did is lost.').waitFor();
    expect(page.url()).toContain('priority=high');
    expect(await app.api.executionsOf(ids[0]!)).toEqual([]);
    await signIn(page);
    await page.getByRole('status').getByText('“Still here”: mark done').waitFor();
    expect(page.url()).toContain('priority=high');
    expect(await app.api.executionsOf(ids[0]!)).toHaveLength(1);

    await page.getByRole('button', { name: /Signed in as/ }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it('works over plain HTTP in a local network', async () => {
    const { scope } = await desk(['On the LAN']);
    const page = await stage().openAs(undefined, at(scope), { byName: true });
    expect(await page.evaluate('isSecureContext')).toBe(false);
    await row(page, 'On the LAN').getByRole('button', { name: 'Mark done' }).click();
    await page.getByRole('status').getByText('“On the LAN”: mark done').waitFor();
  });

  it('shows a viewer no button', async () => {
    const { scope } = await desk(['To look at']);
    const viewer = { email: 'viewer@example.com', password: PASSWORD };
    await addUser(stage().app, { ...viewer, role: 'viewer' });
    const page = await stage().openAs(viewer, at(scope));
    await row(page, 'To look at').hover();
    await panel(page).getByText('Rank 90').waitFor();
    for (const part of [row(page, 'To look at'), panel(page)]) {
      expect(await part.getByRole('button').count()).toBe(0);
    }
    await page.keyboard.press('e');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('renders data as text, and follows no link but http(s)', async () => {
    const { app } = stage();
    const title = '<img src=x onerror="document.title=1"> <b>bold</b>';
    const scope = { entityType: 'account', entityId: 'markup' };
    await createNextAction(app.api, {
      ...scope,
      title,
      reason: '<script>document.title=2</script>',
      explanation: { links: [{ label: 'Elsewhere', href: 'https://example.com/' }] },
    });
    const page = await stage().openAs(undefined, at('account/markup'));
    await panel(page).getByRole('heading', { name: title }).waitFor();
    expect(await page.title()).toBe('Next actions');
    expect(await page.locator('#root img, #root b:not(.bar b)').count()).toBe(0);
  });

  it('reads on while one scrolls', async () => {
    const titles = Array.from({ length: 60 }, (_, index) => `Row ${index + 1}`);
    const { scope } = await desk(titles);
    const page = await stage().openAs(undefined, at(scope));
    await row(page, 'Row 1').first().waitFor();
    await page.locator('.q > li').last().scrollIntoViewIfNeeded();
    await page.getByText('Row 60', { exact: true }).waitFor();
    expect(await rows(page)).toEqual(titles);
  });

  it('reads on to the end of a long list, and draws only what is near', async () => {
    const { app } = stage();
    await app.rows(
      `INSERT INTO next_best_actions
         (id, entity_type, entity_id, dedupe_key, title, reason, priority, score, status)
       SELECT gen_random_uuid(), 'account', 'long', 'k' || n, 'Row ' || n, 'Why', 'high', 50, 'queued'
       FROM generate_series(1, 2000) AS n`,
    );
    const page = await stage().openAs(undefined, at('account/long'));
    await page.locator('.q > li').first().waitFor();
    // As with the end key held down: each time, to the end of what is there.
    await eventually(
      'all of it is read',
      () =>
        page.evaluate<boolean>(`
        document.querySelector('.scroller').scrollTo(0, 1e9);
        document.querySelector('.q > li').getAttribute('aria-setsize') === '2000'`),
      60_000,
    );
    expect(await page.locator('.q > li').count()).toBeLessThan(150);
    await page.locator('.q > li').last().click();
    await page.keyboard.press('k');
    await page.locator('.q > li.sel a:focus').waitFor();
    // From far away, a key goes on where the selection is.
    await page.evaluate(`document.querySelector('.scroller').scrollTo(0, 0)`);
    await page.locator('.q > li.sel').waitFor({ state: 'detached' });
    await page.keyboard.press('k');
    await page.locator('.q > li.sel a:focus').waitFor();
  });
});
