import { type Page } from 'playwright-core';
import { type ListedUser } from '../../src/users/api/users.dto.js';
import { OPERATOR } from '../support/app.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf, holdAnswers, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const dialog = (page: Page) => page.getByRole('dialog');
const status = (page: Page) => page.getByRole('status');

describeInBrowser('the users in a browser', (stage: () => Stage) => {
  async function userOf(email: string): Promise<ListedUser | undefined> {
    const { body } = await stage().app.api.get('/api/users', { pageSize: 100 }).expect(200);
    return (body as { items: ListedUser[] }).items.find((user) => user.email === email);
  }

  it('adds a user, and says at the form what is wrong', async () => {
    const page = await stage().openAs(undefined, '/users');
    await row(page, OPERATOR.email).getByText('you').waitFor();
    await page.getByRole('button', { name: 'Add a user' }).click();
    await dialog(page).getByLabel('E-mail').fill('Bea@example.com');
    await dialog(page).getByLabel('Name').fill('Bea Example');
    await dialog(page).getByLabel('Role').selectOption('viewer');
    await dialog(page).getByLabel('Scopes').fill('account/acme\naccount/beta');
    await dialog(page).getByRole('button', { name: '+ *' }).waitFor();
    await dialog(page).getByLabel('First password').fill('password1234');
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await dialog(page).getByRole('listitem').getByText('too easy to guess').waitFor();
    await dialog(page)
      .getByText(/VALIDATION_FAILED · request/)
      .waitFor();
    expect(await userOf('bea@example.com')).toBeUndefined();

    await dialog(page).getByLabel('Show what is typed').check();
    await dialog(page).getByLabel('First password').fill(PASSWORD);
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await status(page).getByText('Bea Example was added').waitFor();
    await row(page, 'bea@example.com').getByText('account/acme, account/beta').waitFor();
    expect(await userOf('bea@example.com')).toMatchObject({
      name: 'Bea Example',
      role: 'viewer',
      scopes: ['account/acme', 'account/beta'],
    });

    await page.getByRole('button', { name: 'Add a user' }).click();
    await dialog(page).getByLabel('E-mail').fill('bea@example.com');
    await dialog(page).getByRole('button', { name: '+ *' }).click();
    await dialog(page).getByLabel('First password').fill(PASSWORD);
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await dialog(page)
      .getByText(/EMAIL_TAKEN/)
      .waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
  });

  it('changes what was changed alone, and gives a new password', async () => {
    const { app } = stage();
    const cleo = await addUser(app, { email: 'cleo@example.com', scopes: ['account/acme'] });
    const page = await stage().openAs(undefined, '/users');
    await page.getByRole('button', { name: 'Change cleo' }).click();
    const sent: unknown[] = [];
    page.on('request', (request) => {
      if (request.method() === 'PATCH') sent.push(request.postDataJSON());
    });
    await dialog(page).getByLabel('Name').fill('Cleo Example');
    await dialog(page).getByLabel('Role').selectOption('admin');
    await dialog(page).getByLabel('Scopes').fill('account/*');
    await dialog(page).getByLabel('New password').fill('seven violet kettles march');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await status(page).getByText('Cleo Example was changed').waitFor();
    expect(sent).toEqual([
      {
        name: 'Cleo Example',
        role: 'admin',
        scopes: ['account/*'],
        password: 'seven violet kettles march',
      },
    ]);
    expect(await userOf('cleo@example.com')).toMatchObject({
      role: 'admin',
      scopes: ['account/*'],
    });
    await cleo.api.get('/api/auth/me').expect(401);
    const body = { email: 'cleo@example.com', password: 'seven violet kettles march' };
    await app.anonymous.post('/api/auth/login', body).expect(200);

    // Without a change, nothing is sent.
    await page.getByRole('button', { name: 'Change Cleo Example' }).click();
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    expect(sent).toHaveLength(1);
  });

  it('disables after a question, and enables again', async () => {
    const dora = await addUser(stage().app, { email: 'dora@example.com' });
    const page = await stage().openAs(undefined, '/users');
    await page.getByRole('button', { name: 'Disable dora' }).click();
    await dialog(page)
      .getByText(/All sessions of dora@example.com end at once/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await dora.api.get('/api/auth/me').expect(200);

    await page.getByRole('button', { name: 'Disable dora' }).click();
    await dialog(page).getByRole('button', { name: 'Disable' }).click();
    await row(page, 'dora@example.com').getByText('disabled').waitFor();
    await dora.api.get('/api/auth/me').expect(401);
    await page.getByRole('button', { name: 'Enable dora' }).click();
    await row(page, 'dora@example.com').getByText('enabled').waitFor();
    expect(await userOf('dora@example.com')).toMatchObject({ disabled: false });
  });

  it('stays open until the answer is there, so that a refusal is seen', async () => {
    await addUser(stage().app, { email: 'ines@example.com' });
    const page = await stage().openAs(undefined, '/users');
    const held = await holdAnswers(page, '**/api/users/*');
    await page.getByRole('button', { name: 'Disable ines' }).click();
    await dialog(page).getByRole('button', { name: 'Disable' }).click();
    await held.sent;
    await page.keyboard.press('Escape');
    await page.mouse.click(5, 5);
    await dialog(page).getByRole('button', { name: 'Cancel', disabled: true }).waitFor();
    await held.refuse(409, 'USER_CHANGED', 'Somebody else changed this user.');
    await dialog(page).getByText('Somebody else changed this user.').waitFor();
    await page.keyboard.press('Escape');
    await dialog(page).waitFor({ state: 'detached' });
    expect(await userOf('ines@example.com')).toMatchObject({ disabled: false });
  });

  it('says what became of a change whose form is gone, and leaves the page that is open', async () => {
    await addUser(stage().app, { email: 'jan@example.com' });
    const page = await stage().openAs(undefined, '/users');
    const held = await holdAnswers(page, '**/api/users/*');
    await page.getByRole('link', { name: 'Tokens' }).click();
    await page.getByRole('link', { name: 'Users', exact: true }).click();
    await page.getByRole('button', { name: 'Change jan' }).click();
    await dialog(page).getByLabel('Name').fill('Jan Example');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await held.sent;
    await page.goBack();
    await page.getByRole('heading', { name: 'Tokens' }).waitFor();
    expect(await dialog(page).count()).toBe(0);
    await held.refuse(409, 'EMAIL_TAKEN', 'Another user has this address.');
    await status(page).getByText('Another user has this address.').waitFor();
  });

  it('says that a change may have been done where a proxy gave up', async () => {
    await addUser(stage().app, { email: 'kim@example.com' });
    const page = await stage().openAs(undefined, '/users');
    await page.route(
      '**/api/users/*',
      async (route) => {
        await route.fetch();
        await route.fulfill({ status: 504, contentType: 'text/html', body: '<html>504</html>' });
      },
      { times: 1 },
    );
    await page.getByRole('button', { name: 'Disable kim' }).click();
    await dialog(page).getByRole('button', { name: 'Disable' }).click();
    await dialog(page)
      .getByText(/it may have been done/)
      .waitFor();
    // The list was read anew.
    await page.locator('tr', { hasText: 'kim@example.com' }).getByText('disabled').waitFor();
    await page.keyboard.press('Escape');
    await page.route('**/api/users/*', (route) => route.fulfill({ status: 502 }), { times: 1 });
    await page.getByRole('button', { name: 'Enable kim' }).click();
    await status(page)
      .getByText(/answered 502\. It may have been done\./)
      .waitFor();
  });

  it('keeps the last administrator, and says why', async () => {
    const page = await stage().openAs(undefined, '/users');
    await row(page, OPERATOR.email)
      .getByRole('button', { name: /^Disable/ })
      .click();
    await dialog(page)
      .getByText(/This is you/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Disable' }).click();
    await dialog(page)
      .getByText(/LAST_ADMIN · request/)
      .waitFor();
    await page.keyboard.press('Escape');
    await row(page, OPERATOR.email)
      .getByRole('button', { name: /^Change/ })
      .click();
    // One's own password is changed by the menu.
    expect(await dialog(page).getByLabel('New password').count()).toBe(0);
    await dialog(page).getByLabel('Role').selectOption('viewer');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await dialog(page)
      .getByText(/LAST_ADMIN · request/)
      .waitFor();
    expect(await userOf(OPERATOR.email)).toMatchObject({ role: 'admin', disabled: false });
  });

  it('refuses scopes beyond those of the administrator', async () => {
    const admin = { email: 'emil@example.com', password: PASSWORD };
    await addUser(stage().app, { ...admin, role: 'admin', scopes: ['account/*'] });
    const page = await stage().openAs(admin, '/users');
    await page.getByRole('button', { name: 'Add a user' }).click();
    await dialog(page).getByRole('button', { name: '+ account/*' }).waitFor();
    await dialog(page).getByLabel('E-mail').fill('fay@example.com');
    await dialog(page).getByLabel('Scopes').fill('*');
    await dialog(page).getByLabel('First password').fill(PASSWORD);
    await dialog(page).getByRole('button', { name: 'Add', exact: true }).click();
    await dialog(page)
      .getByText(/GRANT_BEYOND_OWN/)
      .waitFor();
    expect(await userOf('fay@example.com')).toBeUndefined();
  });

  it('shows an administrator who gives up the role what is left', async () => {
    const admin = { email: 'flo@example.com', password: PASSWORD };
    await addUser(stage().app, { ...admin, role: 'admin', scopes: ['account/*'] });
    const page = await stage().openAs(admin, '/users');
    await page.getByRole('button', { name: 'Change flo' }).click();
    await dialog(page).getByLabel('Role').selectOption('viewer');
    await dialog(page).getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    expect(await page.getByRole('link', { name: 'Users', exact: true }).count()).toBe(0);
    expect(await userOf('flo@example.com')).toMatchObject({ role: 'viewer' });
  });

  it('follows changes by others', async () => {
    const page = await stage().openAs(undefined, '/users');
    await page.getByText('Live', { exact: true }).waitFor();
    await addUser(stage().app, { email: 'gil@example.com' });
    await row(page, 'gil@example.com').waitFor();
  });

  it('is no page for an operator', async () => {
    const operator = { email: 'hal@example.com', password: PASSWORD };
    await addUser(stage().app, operator);
    const page = await stage().openAs(operator, '/users');
    await page.getByRole('heading', { name: 'There is no such page' }).waitFor();
    for (const name of ['Users', 'Tokens', 'Webhooks']) {
      expect(await page.getByRole('link', { name, exact: true }).count()).toBe(0);
    }
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has no fault that axe finds, in %s at %i px', async (colorScheme, width) => {
    const page = await stage().openAs(undefined, '/users', { colorScheme, width });
    await row(page, OPERATOR.email).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add a user' }).click();
    await dialog(page).getByLabel('E-mail').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});
