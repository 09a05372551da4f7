import { type BrowserContext, type Page } from 'playwright-core';
import { createNextAction } from '../support/builders.js';
import { eventually } from '../support/eventually.js';
import { addUser } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf, signIn, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const row = (page: Page, title: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title, exact: true }) });
const titles = (page: Page) => page.locator('.q > li .t').allTextContents();
const isLive = (page: Page) => page.getByText('Live', { exact: true }).waitFor();

/** Nobody is in the list: the pointer of the sign-in stays where its button was. */
const leaveList = (page: Page) => page.mouse.move(0, 0);

/** The streams that the pages of a browser ask for from now on. */
function streamsOf(context: BrowserContext): string[] {
  const urls: string[] = [];
  context.on('request', (request) => {
    if (request.url().includes('/events/stream')) urls.push(request.url());
  });
  return urls;
}

describeInBrowser('the live console in a browser', (stage: () => Stage) => {
  let scopes = 0;
  async function desk(names: readonly string[]) {
    scopes += 1;
    const scope = { entityType: 'account', entityId: `live-${scopes}` };
    const add = async (title: string, score: number) =>
      (await createNextAction(stage().app.api, { ...scope, title, score })).id;
    const ids: string[] = [];
    for (const [index, title] of names.entries()) ids.push(await add(title, 90 - index));
    return { path: `/?scope=${encodeURIComponent(`account/${scope.entityId}`)}`, ids, add };
  }

  it('shows the presses of a colleague, and what is new, by itself', async () => {
    const { app } = stage();
    const ann = await addUser(app);
    const { path, ids, add } = await desk(['First', 'Second', 'Third']);
    const page = await stage().openAs(undefined, path);
    await row(page, 'Third').waitFor();
    await isLive(page);
    await page.getByRole('heading', { name: 'First' }).waitFor();
    await leaveList(page);
    await ann.api.press(ids[0]!, 'mark_done').expect(200);
    await row(page, 'First').waitFor({ state: 'detached' });
    // The selection goes on, and its details with it.
    await page.getByRole('heading', { name: 'Second' }).waitFor();

    await add('Urgent', 99);
    await row(page, 'Urgent').waitFor();
    expect(await titles(page)).toEqual(['Urgent', 'Second', 'Third']);

    await row(page, 'Third').hover();
    await add('Later', 95);
    const news = page.getByRole('button', { name: '1 new' });
    await news.waitFor();
    expect(await titles(page)).toEqual(['Urgent', 'Second', 'Third']);
    expect(await faultsOf(page)).toEqual([]);
    await news.click();
    await row(page, 'Later').waitFor();
    expect(await titles(page)).toEqual(['Urgent', 'Later', 'Second', 'Third']);
    expect(await news.count()).toBe(0);
    // The selection stays where it was.
    await page.getByRole('heading', { name: 'Second' }).waitFor();

    // What waits comes in where the list is left.
    await row(page, 'Third').hover();
    await add('Last', 10);
    await news.waitFor();
    await leaveList(page);
    await row(page, 'Last').waitFor();
    expect(await titles(page)).toEqual(['Urgent', 'Later', 'Second', 'Third', 'Last']);
  });

  it('changes an open detail by itself, with the events of it', async () => {
    const { app } = stage();
    const ann = await addUser(app);
    const { ids } = await desk(['Discussed']);
    const page = await stage().openAs(undefined, `/actions/${ids[0]}`);
    await page.getByRole('heading', { name: 'Discussed' }).waitFor();
    await isLive(page);
    await ann.api.press(ids[0]!, 'add_note', { input: { note: 'Called twice.' } }).expect(200);
    await page.getByText('Called twice.', { exact: true }).waitFor();
    await page.getByRole('heading', { name: 'Events' }).waitFor();
    await page.getByText('nba.delivery.executed').waitFor();
  });

  it('reads one stream for all tabs, and goes on where the tab that read it is closed', async () => {
    const { path, add } = await desk(['Shared']);
    const first = await stage().openAs(undefined, path);
    await isLive(first);
    const urls = streamsOf(first.context());
    const second = await first.context().newPage();
    await second.goto(`${stage().app.url}${path}`);
    await row(second, 'Shared').waitFor();
    await isLive(second);
    await leaveList(first);
    await add('For both', 50);
    await row(first, 'For both').waitFor();
    await row(second, 'For both').waitFor();
    expect(urls).toEqual([]);
    await first.close();
    await add('After the change', 40);
    await row(second, 'After the change').waitFor();
    expect(urls).toHaveLength(1);
  });

  it('says since when it is stale while the server is away, and misses nothing', async () => {
    const { path, ids } = await desk(['Done meanwhile', 'Stays']);
    const page = await stage().openAs(undefined, path);
    await row(page, 'Stays').waitFor();
    await isLive(page);
    await stage().restart(async () => {
      await page.getByText(/Stale since/).waitFor();
    });
    await stage().app.api.press(ids[0]!, 'mark_done').expect(200);
    await isLive(page);
    await row(page, 'Done meanwhile').waitFor({ state: 'detached' });
    expect(await titles(page)).toEqual(['Stays']);
  });

  it('shows what happened between the list and the stream', async () => {
    const { path, ids } = await desk(['Taken in between', 'Stays']);
    const page = await stage().open(path);
    const { api } = stage().app;
    await page.route('**/events/stream', async (route) => {
      await row(page, 'Taken in between').waitFor();
      await api.press(ids[0]!, 'mark_done').expect(200);
      // Long enough for its event to be before the beginning of the stream.
      await eventually('the event is below the horizon', async () => {
        const { body } = await api.get('/api/ops-events', { nextActionId: ids[0]!, order: 'asc' });
        return (body as { items: unknown[] }).items.length > 1;
      });
      await route.continue();
    });
    await signIn(page);
    await row(page, 'Stays').waitFor();
    await row(page, 'Taken in between').waitFor({ state: 'detached' });
    expect(await titles(page)).toEqual(['Stays']);
  });

  it('reads a stream in each tab that is seen where the page came over plain HTTP', async () => {
    const { path, add } = await desk(['On the LAN']);
    const page = await stage().openAs(undefined, path, { byName: true });
    await row(page, 'On the LAN').waitFor();
    await isLive(page);
    await leaveList(page);
    await add('Also here', 50);
    await row(page, 'Also here').waitFor();
  });
});
