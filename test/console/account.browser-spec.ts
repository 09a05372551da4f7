import { type Page } from 'playwright-core';
import { addUser, PASSWORD, signIn as signInByApi } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const NEXT = 'seven violet kettles march';
const dialog = (page: Page) => page.getByRole('dialog');

async function open(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Signed in as/ }).click();
  await page.getByRole('menuitem', { name: 'Change password' }).click();
}

describeInBrowser('the own account in a browser', (stage: () => Stage) => {
  it('changes the password; other sessions end, this one goes on', async () => {
    const { app } = stage();
    const who = { email: 'ida@example.com', password: PASSWORD };
    const elsewhere = await addUser(app, { ...who, role: 'viewer' });
    const page = await stage().openAs(who);
    await open(page);
    await dialog(page)
      .getByText(/All your other sessions end/)
      .waitFor();
    await dialog(page).getByLabel('Current password').fill('not this one');
    await dialog(page).getByLabel('New password').fill(NEXT);
    await dialog(page).getByRole('button', { name: 'Change' }).click();
    await dialog(page)
      .getByText(/PASSWORD_WRONG · request/)
      .waitFor();
    await dialog(page).getByLabel('Current password').fill(PASSWORD);
    await dialog(page).getByLabel('New password').fill('ida@example.com');
    await dialog(page).getByRole('button', { name: 'Change' }).click();
    await dialog(page).getByRole('listitem').getByText('too easy to guess').waitFor();
    await elsewhere.api.get('/api/auth/me').expect(200);

    await dialog(page).getByLabel('New password').fill(NEXT);
    await dialog(page).getByRole('button', { name: 'Change' }).click();
    await page.getByRole('status').getByText('The password was changed').waitFor();
    await dialog(page).waitFor({ state: 'detached' });
    await elsewhere.api.get('/api/auth/me').expect(401);
    await (await signInByApi(app, who.email, NEXT)).get('/api/auth/me').expect(200);
    await page.reload();
    await page.getByRole('button', { name: 'Signed in as ida' }).waitFor();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has no fault that axe finds, in %s at %i px', async (colorScheme, width) => {
    const page = await stage().openAs(undefined, '/', { colorScheme, width });
    await open(page);
    await dialog(page).getByLabel('Current password').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});
