import { gunzipSync } from 'node:zlib';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createTestApp } from '../support/app.js';
import { createNextAction } from '../support/builders.js';
import { describeInBrowser } from './support/browser-suite.js';
import { builtConsole } from './support/built-console.js';
import { faultsOf } from './support/stage.js';

jest.setTimeout(120_000);

/** What the first list may take over the wire with gzip. */
const LIMIT_BYTES = 200_000;

describeInBrowser('the console for everybody', (stage) => {
  beforeAll(async () => {
    const { api } = stage().app;
    for (const priority of ['critical', 'high', 'medium', 'low']) {
      await createNextAction(api, {
        title: `Of priority ${priority}`,
        priority,
        reason: 'Because of what waits.',
        explanation: {
          evidence: [{ key: 'count', label: 'Items', value: 3 }],
          factors: { base: 55, countBoost: 3, friction: 2, score: 56 },
        },
      });
    }
  });

  it.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (colorScheme) => {
    const page = await stage().open('/', { colorScheme });
    await page.getByLabel('E-mail').waitFor();
    expect(await faultsOf(page)).toEqual([]);

    const queue = await stage().openAs(undefined, '/', { colorScheme });
    await queue.getByText('Rank').first().waitFor();
    await queue.getByRole('checkbox', { name: 'Select Of priority low' }).check();
    await queue.getByText('Created just now').waitFor();
    expect(await faultsOf(queue)).toEqual([]);
    await queue.keyboard.press('z');
    await queue.getByRole('dialog').waitFor();
    expect(await faultsOf(queue)).toEqual([]);
    await queue.keyboard.press('Escape');
    await queue.getByRole('link', { name: 'Of priority critical' }).click();
    await queue.getByRole('heading', { level: 1 }).waitFor();
    expect(await faultsOf(queue)).toEqual([]);
  });

  it('fits a phone of 390 px', async () => {
    const page = await stage().openAs(undefined, '/', { width: 390, height: 844 });
    await page.getByRole('link', { name: 'Of priority critical' }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(await faultsOf(page)).toEqual([]);
    await page.getByRole('link', { name: 'Of priority critical' }).click();
    await page.getByRole('heading', { level: 1 }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
  });

  it('works under a path of a proxy', async () => {
    const { database } = stage();
    const server = await createTestApp({
      consoleFolder: builtConsole(),
      database,
      env: { BASE_PATH: '/tools/desk' },
    });
    const page = await stage().openAs(undefined, '/tools/desk/', { server });
    await page.getByRole('link', { name: 'Of priority low' }).click();
    await page.getByRole('heading', { level: 1, name: 'Of priority low' }).waitFor();
    expect(new URL(page.url()).pathname).toMatch(/^\/tools\/desk\/actions\//);
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'Risk' }).click();
    await page.waitForURL('**/tools/desk/risk');
    await page.reload();
    await page.getByRole('heading', { level: 1, name: 'Risk' }).waitFor();
    await page.close();
    await server.close();
  });

  it('takes at most 200 kB for the first list, compressed', async () => {
    const before = await stage().openAs();
    await before.getByRole('link', { name: 'Of priority low' }).waitFor();
    // A page that nobody has touched: what is loaded at the first touch is not of the first list.
    const page = await before.context().newPage();
    await page.goto(stage().app.url);
    await page.getByRole('link', { name: 'Of priority low' }).waitFor();
    // Without what the cache of the browser answers: a first visit has none.
    const sizes = await page.evaluate<number[]>(`
      ['navigation', 'resource'].flatMap((type) => performance.getEntriesByType(type))
        .map(({ encodedBodySize }) => encodedBodySize)`);
    expect(sizes.length).toBeGreaterThan(5);
    expect(Math.max(...sizes)).toBeGreaterThan(50_000);
    expect(sizes.reduce((sum, each) => sum + each, 0)).toBeLessThan(LIMIT_BYTES);
  });

  it('takes at most 200 kB of files for every page, with gzip', async () => {
    const folder = builtConsole();
    const before = await stage().openAs();
    await before.getByRole('link', { name: 'Of priority low' }).waitFor();
    const links = before.getByRole('navigation').getByRole('link');
    const paths = await links.evaluateAll((all) => all.map((link) => link.getAttribute('href')!));
    expect(paths.length).toBeGreaterThan(5);
    for (const path of paths) {
      // As above: a page that nobody has touched.
      const page = await before.context().newPage();
      await page.goto(new URL(path, stage().app.url).href);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const loaded = await page.evaluate<string[]>(`
        performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname)`);
      const files = [...new Set(loaded)].filter((file) => /\.(?:js|css)$/.test(file));
      const bytes = files.reduce((sum, file) => sum + statSync(join(folder, `${file}.gz`)).size, 0);
      expect(bytes).toBeGreaterThan(LIMIT_BYTES / 2);
      expect({ path, fits: bytes < LIMIT_BYTES }).toEqual({ path, fits: true });
      await page.close();
    }
  });
});

describe('the built files of the console', () => {
  it('have their compressed variants', () => {
    const folder = builtConsole();
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((file) => /\.(?:js|css|html)$/.test(file));
    expect(files.length).toBeGreaterThan(2);
    for (const file of files)
      expect(gunzipSync(readFileSync(`${file}.gz`)).equals(readFileSync(file))).toBe(true);
  }, 60_000);
});
