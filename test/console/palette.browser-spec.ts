import { type Page } from 'playwright-core';
import { createNextAction } from '../support/builders.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf } from './support/stage.js';

jest.setTimeout(120_000);

const scope = { entityType: 'account', entityId: 'palette' };
const AT = '/?scope=account%2Fpalette';
const palette = (page: Page) => page.getByRole('dialog', { name: 'Commands' });
const options = (page: Page) => palette(page).getByRole('option');

describeInBrowser('the palette in a browser', (stage) => {
  let id: string;
  beforeAll(async () => {
    ({ id } = await createNextAction(stage().app.api, { ...scope, title: 'Call Acme back' }));
    await createNextAction(stage().app.api, { title: 'Clear the reminders of Globex' });
  });

  it.each(['light', 'dark'] as const)(
    'presses, goes and finds by typing, in %s',
    async (colorScheme) => {
      const page = await stage().openAs(undefined, AT, { colorScheme });
      await page.getByRole('link', { name: 'Call Acme back' }).waitFor();
      await page.keyboard.press('Control+k');
      await palette(page).getByRole('combobox').fill('acme snooze');
      await options(page).first().waitFor();
      expect(await faultsOf(page)).toEqual([]);
      expect(await options(page).allTextContents()).toEqual(['Snooze…z', 'Snooze 1 day']);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('Enter');
      // Its question has the focus on the answer that goes on.
      const question = page.getByRole('dialog', { name: 'Snooze 1 day' });
      await question.locator(':focus').waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('status').getByText('“Call Acme back”: snooze 1 day').waitFor();
      expect(await stage().app.api.nextAction(id)).toMatchObject({
        snoozedUntil: expect.any(String),
      });

      await page.getByRole('button', { name: 'Commands' }).click();
      await palette(page).getByRole('combobox').fill('undo');
      await page.keyboard.press('Enter');
      await page
        .getByRole('status')
        .getByText(/Undone/)
        .waitFor();
      await page.getByRole('link', { name: 'Call Acme back' }).waitFor();
      expect(await stage().app.api.nextAction(id)).toMatchObject({ snoozedUntil: null });

      await page.getByLabel('Search', { exact: true }).focus();
      await page.keyboard.press('Control+k');
      await palette(page).getByRole('combobox').fill('globex');
      await options(page).filter({ hasText: 'Clear the reminders of Globex' }).click();
      await page
        .getByRole('heading', { level: 1, name: 'Clear the reminders of Globex' })
        .waitFor();
      expect(await palette(page).count()).toBe(0);

      await page.keyboard.press('Control+k');
      await palette(page).getByRole('combobox').fill('go to risk');
      await page.keyboard.press('Enter');
      await page.waitForURL('**/risk');
      await page.keyboard.press('Control+k');
      await palette(page).getByRole('combobox').fill('zzzz');
      await palette(page).getByText('Nothing matches.').waitFor();
      await page.keyboard.press('Escape');
      await palette(page).waitFor({ state: 'detached' });
    },
  );

  it('offers a viewer no button, and no page that is not theirs', async () => {
    const viewer = { email: 'viewer@example.com', password: PASSWORD };
    await addUser(stage().app, { ...viewer, role: 'viewer' });
    const page = await stage().openAs(viewer, AT);
    await page.getByRole('link', { name: 'Call Acme back' }).waitFor();
    await page.keyboard.press('Control+k');
    await options(page).first().waitFor();
    const offered = await options(page).allTextContents();
    expect(offered).toContain('Risk');
    expect(
      offered.filter((label) => /Mark done|Snooze…|Users|Tokens|Webhooks/.test(label)),
    ).toEqual([]);
  });
});
