import { type Page } from 'playwright-core';
import { createNextAction } from '../support/builders.js';
import { eventually } from '../support/eventually.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf } from './support/stage.js';

jest.setTimeout(120_000);

const rows = (page: Page) => page.getByRole('list', { name: 'Events' }).getByRole('listitem');
const row = (page: Page, text: string | RegExp) => rows(page).filter({ hasText: text });
const keysOf = (page: Page) => rows(page).locator('.row-title').allTextContents();
const news = (page: Page, text: string) => page.getByRole('button', { name: text, exact: true });
const at = (scope: string, more = ''): string =>
  `/events?scope=${encodeURIComponent(scope)}${more}`;
/** Where the pointer holds nothing. */
const away = (page: Page) => page.mouse.move(600, 8);
const isLive = (page: Page) => page.getByText('Live', { exact: true }).waitFor();

describeInBrowser('the events page in a browser', (stage) => {
  let scopes = 0;
  /** A scope of its own in which one next best action was created, and one was marked done. */
  async function desk(): Promise<{ entityId: string; name: string; done: string }> {
    const { api } = stage().app;
    scopes += 1;
    const entityId = `events-${scopes}`;
    const { id: done } = await createNextAction(api, { ...scopeOf(entityId), title: 'Done soon' });
    await api.press(done, 'mark_done').expect(200);
    return { entityId, name: `account/${entityId}`, done };
  }
  const scopeOf = (entityId: string) => ({ entityType: 'account', entityId });
  const create = (entityId: string) => createNextAction(stage().app.api, scopeOf(entityId));
  const pushItem = (entityId: string, externalId: string) =>
    stage()
      .app.api.put(`/api/work-items/reminder/${externalId}`, {
        title: 'Call',
        state: 'open',
        ...scopeOf(entityId),
      })
      .expect(201);

  it('lists the newest first, with filters in the address', async () => {
    const { name, done } = await desk();
    const page = await stage().openAs(undefined, at(name));
    await row(page, 'nba.delivery.executed').waitFor();
    expect(await keysOf(page)).toEqual(['nba.delivery.executed', 'nba.upsert']);
    expect(await row(page, 'executed').textContent()).toMatch(
      /info.*actionKey mark_done.*operator/,
    );

    const choose = async (chip: string, item: string) => {
      await page.getByRole('button', { name: chip, exact: true }).click();
      await page
        .getByRole('menuitemradio', { name: item, exact: true })
        .or(page.getByRole('menuitem', { name: item, exact: true }))
        .click();
    };
    await choose('Event', 'nba.upsert');
    await row(page, 'nba.delivery.executed').waitFor({ state: 'detached' });
    expect(page.url()).toContain('eventKey=nba.upsert');
    await choose('Level', 'error');
    await page.getByText('No event matches these filters').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await row(page, 'nba.delivery.executed').first().waitFor();
    expect(page.url()).toMatch(/\/events$/);

    await page.goto(new URL(at(name), page.url()).href);
    await choose('Actor', 'Me');
    await choose('Time', 'Last hour');
    expect(page.url()).toMatch(/actorId=.*since=/);
    await row(page, 'nba.upsert').waitFor();
    await page.getByRole('button', { name: /^Time: since/ }).click();
    await page.getByRole('menuitem', { name: 'Between…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Since').fill('2001-01-01T00:00');
    await dialog.getByLabel('Until').fill('2002-01-01T00:00');
    await dialog.getByRole('button', { name: 'Show' }).click();
    await page.getByText('No event matches these filters').waitFor();
    expect(new URL(page.url()).searchParams.get('until')).toBe('2002-01-01T00:00:00.000Z');

    await page.goto(new URL(`/events?nextActionId=${done}`, page.url()).href);
    await row(page, 'nba.upsert').waitFor();
    expect(await keysOf(page)).toEqual(['nba.delivery.executed', 'nba.upsert']);
    await page.getByRole('button', { name: 'Of one next best action' }).click();
    await page.waitForURL(/\/events$/);
  });

  it('opens into the meta, with links and an id to copy', async () => {
    const { name, done } = await desk();
    const page = await stage().openAs(undefined, at(name));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await row(page, 'nba.delivery.executed').getByRole('button').click();
    const opened = row(page, 'nba.delivery.executed');
    const meta = JSON.parse(
      (await opened.getByRole('region', { name: 'Meta' }).textContent()) ?? '',
    ) as { changes: object };
    expect(meta).toMatchObject({
      actionKey: 'mark_done',
      changes: { status: { from: 'queued', to: 'done' } },
    });
    await opened.getByRole('button', { name: 'Copy the request id' }).click();
    await page.getByRole('status').getByText('Copied').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    const { body } = await stage().app.api.get('/api/ops-events', { nextActionId: done });
    expect((body as { items: [{ requestId: string }] }).items[0].requestId).toBe(copied);

    await opened.getByRole('link', { name: 'Only nba.delivery.executed' }).click();
    await row(page, 'nba.upsert').waitFor({ state: 'detached' });
    expect(page.url()).toContain('eventKey=nba.delivery.executed');
    await row(page, 'nba.delivery.executed').getByRole('button').click();
    await opened.getByRole('link', { name: 'Done soon' }).click();
    await page.getByRole('heading', { level: 1, name: 'Done soon' }).waitFor();
    expect(page.url()).toContain(done);
  });

  it('follows live: new events come in at the top, each once', async () => {
    const { api } = stage().app;
    const { entityId, name } = await desk();
    const page = await stage().openAs(undefined, at(name));
    await away(page);
    await isLive(page);
    await row(page, 'nba.upsert').waitFor();
    await pushItem('elsewhere', `elsewhere-${entityId}`);
    await pushItem(entityId, `here-${entityId}`);
    await row(page, `here-${entityId}`).waitFor();
    expect((await keysOf(page))[0]).toBe('work_item.pushed');
    // The event of a press does not say its scope: the server is asked, and answers what is shown already, too.
    const { id } = await create(entityId);
    await api.press(id, 'add_note', { input: { note: 'Here' } }).expect(200);
    await row(page, 'actionKey add_note').waitFor();
    expect(await keysOf(page)).toEqual([
      'nba.delivery.executed',
      'nba.upsert',
      'work_item.pushed',
      'nba.delivery.executed',
      'nba.upsert',
    ]);
  });

  it('keeps new events back while somebody reads, or has paused it', async () => {
    const { entityId, name } = await desk();
    const page = await stage().openAs(undefined, at(name));
    await isLive(page);
    await row(page, 'nba.delivery.executed').hover();
    await create(entityId);
    await news(page, '1 new').waitFor();
    await create(entityId);
    await news(page, '2 new').waitFor();
    expect(await rows(page).count()).toBe(2);
    await away(page);
    await rows(page).nth(3).waitFor();
    expect(await page.getByRole('button', { name: /new$/ }).count()).toBe(0);

    await page.getByRole('button', { name: 'Pause' }).click();
    await create(entityId);
    await news(page, '1 new').click();
    await rows(page).nth(4).waitFor();
    await create(entityId);
    await news(page, '1 new').waitFor();
    await page.getByRole('button', { name: 'Follow' }).click();
    await rows(page).nth(5).waitFor();

    // An open row is being read, too.
    await away(page);
    await rows(page).nth(2).getByRole('button').first().press('Enter');
    await create(entityId);
    await news(page, '1 new').waitFor();
  });

  it('reads on while one scrolls, and jumps nowhere when something comes in', async () => {
    const { api } = stage().app;
    const { entityId, name } = await desk();
    for (let made = 0; made < 58; made += 1) {
      await api.post('/api/next-actions', {
        ...scopeOf(entityId),
        title: 'One of many',
        dedupeKey: `many ${entityId} ${made}`,
      });
    }
    const page = await stage().openAs(undefined, at(name));
    await isLive(page);
    await rows(page).nth(49).scrollIntoViewIfNeeded();
    await rows(page).nth(59).waitFor();
    await away(page);
    await create(entityId);
    await news(page, '1 new').waitFor();
    expect(await rows(page).count()).toBe(60);
    await news(page, '1 new').click();
    await rows(page).nth(60).waitFor();
    const scrolled = (): Promise<number> =>
      page.evaluate<number>(`document.querySelector('.scroller').scrollTop`);
    await eventually('the newest are shown', async () => (await scrolled()) === 0);
  });

  it('shows a viewer of one scope what happened there alone', async () => {
    const { entityId, name } = await desk();
    const viewer = { email: `events-viewer-${scopes}@example.com`, password: PASSWORD };
    await addUser(stage().app, { ...viewer, role: 'viewer', scopes: [name] });
    const page = await stage().openAs(viewer, '/events');
    await away(page);
    await isLive(page);
    await row(page, 'nba.upsert').waitFor();
    expect(await keysOf(page)).toEqual(['nba.delivery.executed', 'nba.upsert']);
    await pushItem('elsewhere', `viewed-${entityId}`);
    await create(entityId);
    await rows(page).nth(2).waitFor();
    expect(await keysOf(page)).toEqual(['nba.upsert', 'nba.delivery.executed', 'nba.upsert']);
  });

  it.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    const { entityId, name } = await desk();
    const page = await stage().openAs(undefined, at(name), { colorScheme });
    await isLive(page);
    await row(page, 'nba.delivery.executed').getByRole('button').click();
    await row(page, 'nba.delivery.executed').getByRole('link', { name: 'Done soon' }).waitFor();
    await create(entityId);
    await news(page, '1 new').waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Time', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Between…' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });

  it('fits a phone of 390 px', async () => {
    const { name } = await desk();
    const page = await stage().openAs(undefined, at(name), { width: 390, height: 844 });
    await row(page, 'nba.delivery.executed').getByRole('button').click();
    await row(page, 'nba.delivery.executed').getByRole('link', { name: 'Done soon' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await faultsOf(page)).toEqual([]);
  });
});
