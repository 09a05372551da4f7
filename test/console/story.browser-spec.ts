import { type Page } from 'playwright-core';
import { createNextAction } from '../support/builders.js';
import { addUser } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';

jest.setTimeout(120_000);

const row = (page: Page, title: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title, exact: true }) });
const panel = (page: Page) => page.getByRole('complementary', { name: 'Details' });

describeInBrowser('a day at the desk, in a browser', (stage) => {
  it('finds, reads, presses, undoes, works off many, assigns, sees a colleague, and loses the network', async () => {
    const { app } = stage();
    const ann = await addUser(app, { email: 'ann@example.com' });
    const scope = { entityType: 'account', entityId: 'day' };
    const add = async (title: string, score: number) =>
      (await createNextAction(app.api, { ...scope, title, score, reason: `Why: ${title}.` })).id;
    const ids = {
      call: await add('Call Acme', 90),
      quote: await add('Send the quote', 80),
      one: await add('Clear one', 70),
      two: await add('Clear two', 60),
      assigned: await add('Ask Ann', 50),
      taken: await add('Ann takes it', 40),
      cut: await add('Cut off', 30),
    };
    const page = await stage().openAs(undefined, '/?scope=account%2Fday');
    const status = page.getByRole('status');
    await row(page, 'Cut off').waitFor();

    // Finds it, and reads why.
    await page.getByRole('searchbox', { name: 'Search' }).fill('quote');
    await row(page, 'Call Acme').waitFor({ state: 'detached' });
    await panel(page).getByText('Why: Send the quote.').waitFor();
    await page.getByRole('searchbox', { name: 'Search' }).fill('');
    await row(page, 'Call Acme').waitFor();

    // Presses, and takes it back: the second time from the history of the action.
    await row(page, 'Call Acme').hover();
    await row(page, 'Call Acme').getByRole('button', { name: 'Mark done' }).click();
    await status.getByText('“Call Acme”: mark done').waitFor();
    await status.getByRole('button', { name: /^Undo/ }).click();
    await row(page, 'Call Acme').waitFor();
    await app.api.press(ids.quote, 'mark_done').expect(200);
    await page.goto(`${app.url}/actions/${ids.quote}`);
    await page.getByRole('button', { name: 'Undo Mark done' }).click();
    await status.getByText('Undone: Mark done').waitFor();
    await page.getByText('Undo: Mark done').waitFor();
    expect(await page.getByRole('button', { name: 'Undo Mark done' }).count()).toBe(0);
    expect(await app.api.nextAction(ids.quote)).toMatchObject({ status: 'queued' });
    await page.goto(`${app.url}/?scope=account%2Fday`);

    // Many at once.
    await page.getByRole('checkbox', { name: 'Select Clear one' }).check();
    await page.getByRole('checkbox', { name: 'Select Clear two' }).check();
    const bar = page.getByRole('region', { name: 'Selected actions' });
    await bar.getByRole('button', { name: 'Mark done' }).click();
    await status.getByText('Mark done: 2 of 2 done').waitFor();

    // Assigns.
    await row(page, 'Ask Ann').getByRole('link').click();
    await page.getByRole('heading', { level: 1, name: 'Ask Ann' }).waitFor();
    await page.getByRole('button', { name: 'Assign…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('combobox').selectOption({ label: 'ann' });
    await dialog.getByRole('button', { name: 'Assign' }).click();
    await status.getByText('“Ask Ann”: assign').waitFor();
    expect((await app.api.nextAction(ids.assigned)).assigneeId).not.toBeNull();
    await page.getByRole('link', { name: '← Queue' }).click();
    await row(page, 'Ask Ann').getByRole('img', { name: 'Assigned to ann' }).waitFor();

    // A colleague.
    await page.getByText('Live', { exact: true }).waitFor();
    await ann.api.press(ids.taken, 'mark_done').expect(200);
    await row(page, 'Ann takes it').waitFor({ state: 'detached' });

    // The network is cut while a press is on its way; the server works.
    let sent = 0;
    await page.route('**/execute', async (route) => {
      sent += 1;
      if (sent === 1) await route.fetch().then(() => route.abort('connectionreset'));
      else await route.continue();
    });
    await row(page, 'Cut off').hover();
    await row(page, 'Cut off').getByRole('button', { name: 'Mark done' }).click();
    await status.getByText('“Cut off”: mark done').waitFor();
    expect(sent).toBe(2);
    expect(await app.api.executionsOf(ids.cut)).toHaveLength(1);
  });
});
