import { type Page } from 'playwright-core';
import { describeInBrowser } from './support/browser-suite.js';

jest.setTimeout(120_000);

const panel = (page: Page) => page.getByRole('complementary');

describeInBrowser('a panel with details, in a browser', (stage) => {
  const put = (externalId: string) =>
    stage()
      .app.api.put(`/api/work-items/reminder/${externalId}`, {
        title: `Call ${externalId}`,
        state: 'open',
        dueAt: '2026-11-20T09:00:00.000Z',
      })
      .expect(201);

  it('does not go on showing what was deleted meanwhile', async () => {
    await put('acme');
    const page = await stage().openAs(undefined, '/work-items?item=reminder%2Facme');
    await panel(page).getByRole('button', { name: 'Edit' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await stage().app.api.delete('/api/work-items/reminder/acme').expect(204);
    await panel(page)
      .getByText(/WORK_ITEM_NOT_FOUND/)
      .waitFor();
    expect(await panel(page).getByRole('button', { name: 'Edit' }).count()).toBe(0);
  });

  it('goes on showing what it has where it could not be read again', async () => {
    await put('globex');
    const page = await stage().openAs(undefined, '/work-items?item=reminder%2Fglobex');
    await panel(page).getByRole('button', { name: 'Edit' }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    await page.route(/work-items\/reminder\/globex$/, (route) =>
      route.fulfill({ status: 400, json: { code: 'BAD_REQUEST', detail: 'Not now.' } }),
    );
    await stage()
      .app.api.patch('/api/work-items/reminder/globex', { priority: 'high' })
      .expect(200);
    await panel(page).getByText('Not now.').waitFor();
    await panel(page).getByRole('button', { name: 'Edit' }).waitFor();
    await page.unroute(/work-items\/reminder\/globex$/);
    await panel(page).getByRole('button', { name: 'Try again' }).click();
    await panel(page).getByText('Not now.').waitFor({ state: 'detached' });
  });

  it('keeps the keyboard out of the list that it covers on a phone', async () => {
    await put('initech');
    const page = await stage().openAs(undefined, '/work-items', { width: 390, height: 780 });
    await page.getByRole('link', { name: 'Call initech' }).click();
    await panel(page).getByRole('button', { name: 'Edit' }).waitFor();
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press('Tab');
      const place = await page.evaluate<string>(`
        document.activeElement === document.body ? 'body'
          : document.activeElement.closest('aside') ? 'panel' : document.activeElement.outerHTML`);
      expect(['panel', 'body']).toContain(place);
    }
    await page.keyboard.press('Escape');
    await panel(page).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: /Import/ }).click();
    await page.getByRole('dialog').waitFor();
  });
});
