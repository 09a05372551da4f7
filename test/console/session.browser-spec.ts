import { type Page } from 'playwright-core';
import { createNextAction } from '../support/builders.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { signIn } from './support/stage.js';

jest.setTimeout(120_000);

const SCOPE = { entityType: 'account', entityId: 'session' };
const AT = '/?scope=account%2Fsession';
const ANN = { email: 'ann@example.com', password: PASSWORD };

const row = (page: Page, title: string) =>
  page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title, exact: true }) });
async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
}

describeInBrowser('the session of the console in a browser', (stage) => {
  beforeAll(async () => {
    await addUser(stage().app, ANN);
  });
  const add = (title: string, score = 50) =>
    createNextAction(stage().app.api, { ...SCOPE, title, score });

  it('leaves nothing of one user to the next', async () => {
    await add('For everybody');
    const page = await stage().openAs(undefined, `${AT}&q=everybody`);
    await row(page, 'For everybody').waitFor();
    await signOut(page);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(new URL(page.url()).search).toBe('');
    await signIn(page, ANN);
    await page.getByRole('button', { name: 'Signed in as ann' }).waitFor();
    expect(await page.getByRole('link', { name: /^Queue/ }).getAttribute('href')).toBe('/');
  });

  it('sends what waits for nobody but who pressed it', async () => {
    const { id } = await add('Pressed by the operator');
    const page = await stage().openAs(undefined, AT);
    let sent = 0;
    await page.route('**/execute', async (route) => {
      sent += 1;
      await route.fulfill({ status: 429, headers: { 'Retry-After': '5' }, json: {} });
    });
    await row(page, 'Pressed by the operator').hover();
    await row(page, 'Pressed by the operator').getByRole('button', { name: 'Mark done' }).click();
    await row(page, 'Pressed by the operator')
      .getByText(/Too many presses/)
      .waitFor();
    const before = sent;
    // Ann signs in by another tab, with the same cookie jar.
    const other = await page.context().newPage();
    await page.unroute('**/execute');
    await other.goto(stage().app.url);
    await signOut(other);
    await other.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.getByText('You are signed out. Nothing that you did is lost.').waitFor();
    await signIn(other, ANN);
    await page.getByRole('button', { name: 'Signed in as ann' }).waitFor();
    await row(page, 'Pressed by the operator').waitFor();
    expect(await page.getByText(/Too many presses/).count()).toBe(0);
    expect(before).toBeGreaterThan(0);
    expect(await stage().app.api.executionsOf(id)).toEqual([]);
  });

  it('says where it did not end', async () => {
    const page = await stage().openAs(undefined, AT);
    await page.route('**/api/auth/session', (route) => route.fulfill({ status: 503, json: {} }));
    await signOut(page);
    await page
      .getByRole('status')
      .getByText(/You are still signed in/)
      .waitFor();
    await page.getByRole('button', { name: 'Signed in as operator' }).waitFor();
    await page.unroute('**/api/auth/session');
    await signOut(page);
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.context().cookies()).toEqual([]);
  });

  it('presses once for a key that is held down', async () => {
    const ids = [(await add('Held one', 99)).id, (await add('Held two', 98)).id];
    const page = await stage().openAs(undefined, AT);
    await row(page, 'Held one').waitFor();
    await page.keyboard.down('e');
    await page.keyboard.down('e');
    await page.keyboard.down('e');
    await page.keyboard.up('e');
    await page.getByRole('status').getByText('“Held one”: mark done').waitFor();
    expect(await stage().app.api.nextAction(ids[0]!)).toMatchObject({ status: 'done' });
    expect(await stage().app.api.nextAction(ids[1]!)).toMatchObject({ status: 'queued' });
  });

  it('keeps the console where a part of it can no longer be loaded', async () => {
    await add('Still there');
    const page = await stage().open(AT);
    await page.route(/assets\/palette/, (route) => route.abort());
    await signIn(page);
    await row(page, 'Still there').waitFor();
    await page.keyboard.press('Control+k');
    await page
      .getByRole('status')
      .getByText(/could not be loaded/)
      .waitFor();
    await row(page, 'Still there').waitFor();
    await page.unroute(/assets\/palette/);
  });
});
