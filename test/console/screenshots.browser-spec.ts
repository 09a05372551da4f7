import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DemoLoader } from '../../src/demo/demo.loader.js';
import { describeInBrowser } from './support/browser-suite.js';

jest.setTimeout(180_000);

/** Where the pictures go; unset: only what they show is tested. */
const folder = process.env.SCREENSHOTS;

describeInBrowser('the demo desk in the console', (stage) => {
  beforeAll(async () => {
    await stage().app.get(DemoLoader).load(new Date());
  });

  it.each([
    ['queue-light', 'light', 1280, 800],
    ['queue-dark', 'dark', 1280, 800],
    ['queue-phone', 'light', 390, 780],
  ] as const)('looks as in %s', async (name, colorScheme, width, height) => {
    const page = await stage().openAs(undefined, '/', { colorScheme, width, height });
    const links = page.locator('.q .t');
    await links.nth(3).waitFor();
    await page.mouse.move(0, 0);
    if (width > 1080) {
      await page.keyboard.press('j');
      await page.getByRole('heading', { name: 'Playbook' }).waitFor();
      await page.getByRole('heading', { name: 'History' }).waitFor();
    }
    // Titles are what the rules of the demo recommend, each with its reason.
    expect(await links.count()).toBeGreaterThan(4);
    if (folder === undefined) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  });

  it.each([
    ['risk', '/risk', 'light'],
    ['scores', '/scores?scope=command_center%2Fcommand_center', 'dark'],
    ['work-items', '/work-items', 'light'],
    ['events', '/events', 'dark'],
  ] as const)('has the page %s', async (name, path, colorScheme) => {
    const page = await stage().openAs(undefined, path, { colorScheme });
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.getByText('Live', { exact: true }).waitFor();
    const rows = page.getByRole('main').locator('tbody tr, li');
    await rows.first().waitFor();
    if (name === 'scores') await page.locator('canvas').waitFor();
    await page.mouse.move(0, 0);
    expect(await page.getByText('Loading…').count()).toBe(0);
    if (folder === undefined) return;
    await page.screenshot({ path: join(folder, `${name}.png`), animations: 'disabled' });
  });
});
