import { type Page } from 'playwright-core';
import { createNextAction } from '../support/builders.js';
import { enqueue, Probe, QUICK_JOBS, showJob, untilJob } from '../support/jobs.js';
import { addUser, PASSWORD } from '../support/users.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf } from './support/stage.js';

jest.setTimeout(120_000);

const probe = new Probe();
const inAnHour = (): Date => new Date(Date.now() + 3_600_000);

const panel = (page: Page) => page.getByRole('complementary', { name: 'Job' });
const rows = (page: Page) => page.getByRole('row').filter({ has: page.getByRole('cell') });
const toast = (page: Page, text: string | RegExp) => page.locator('.toasts').getByText(text);
const at = (scope: string, more = ''): string => `/jobs?scope=${encodeURIComponent(scope)}${more}`;

describeInBrowser(
  'the jobs page in a browser',
  (stage) => {
    let scopes = 0;
    /** A scope of its own with a dead-lettered and a waiting job of a next best action. */
    async function desk(): Promise<Record<'name' | 'nextActionId' | 'dead' | 'waiting', string>> {
      const { app } = stage();
      scopes += 1;
      const scope = { entityType: 'account', entityId: `jobs-${scopes}` };
      const { id: nextActionId } = await createNextAction(app.api, {
        ...scope,
        title: `Send it again ${scopes}`,
      });
      probe.work = () => Promise.reject(new Error('The printer is on fire'));
      const dead = await enqueue(app, { scope, nextActionId });
      await untilJob(app, dead, 'dead_lettered');
      probe.work = () => undefined;
      const waiting = await enqueue(app, { scope, type: 'test.once', runAfter: inAnHour() });
      return { name: `account/${scope.entityId}`, nextActionId, dead, waiting };
    }

    it('lists, counts and filters', async () => {
      const { name, nextActionId, dead } = await desk();
      const page = await stage().openAs(undefined, at(name));
      await page.getByRole('link', { name: 'test.once' }).waitFor();
      expect(await rows(page).allTextContents()).toEqual([
        expect.stringMatching(/test\.once.*waiting.*0.*due in 59 min/),
        expect.stringMatching(
          /test\.probe.*JOB_FAILED The printer is on fire.*dead-lettered.*4.*ended just now/,
        ),
      ]);
      await page.getByRole('link', { name: '1 dead-lettered' }).click();
      await page.getByRole('link', { name: 'test.once' }).waitFor({ state: 'detached' });
      expect(page.url()).toContain('state=dead_lettered');
      await page.getByRole('button', { name: 'Type', exact: true }).click();
      await page.getByRole('menuitemradio', { name: 'test.once' }).click();
      await page.getByText('No job matches these filters').waitFor();
      await page.getByRole('button', { name: 'Clear the filters' }).click();
      await page.getByRole('link', { name: 'test.probe' }).click();

      await panel(page).getByRole('heading', { level: 2, name: 'test.probe' }).waitFor();
      expect(page.url()).toContain(`id=${dead}`);
      await panel(page).getByRole('link', { name: 'All jobs of the action' }).click();
      await page.getByRole('button', { name: 'Of one next best action' }).waitFor();
      await page.getByRole('link', { name: 'test.once' }).waitFor({ state: 'detached' });
      expect(page.url()).toContain(`nextActionId=${nextActionId}`);
      expect(await rows(page).count()).toBe(1);
      await page.getByRole('button', { name: 'Of one next best action' }).click();
      await page.getByRole('link', { name: 'test.once' }).first().waitFor();
    });

    it('shows every attempt with its error, the payload, and the way to the action', async () => {
      const { name, dead } = await desk();
      const page = await stage().openAs(undefined, at(name, `&id=${dead}`));
      await panel(page).getByRole('heading', { name: 'Attempts 4' }).waitFor();
      const tries = await panel(page).getByRole('listitem').allTextContents();
      expect(tries).toHaveLength(4);
      expect(tries[0]).toMatch(/4\. dead-lettered.*took.*JOB_FAILED.*The printer is on fire/);
      expect(tries[3]).toMatch(/1\. failed/);
      const payload = panel(page).getByRole('region', { name: 'Payload' });
      expect(JSON.parse((await payload.textContent()) ?? '')).toEqual({ word: 'hello' });
      await panel(page)
        .getByRole('link', { name: /Send it again/ })
        .click();
      await page.getByRole('heading', { level: 1, name: /Send it again/ }).waitFor();
    });

    it('retries and cancels, and follows what comes of it', async () => {
      const { app } = stage();
      const { name, dead, waiting } = await desk();
      const page = await stage().openAs(undefined, at(name));
      await page.getByRole('link', { name: 'test.probe' }).click();
      await panel(page).getByRole('button', { name: 'Retry' }).click();
      await toast(page, 'test.probe: due at once, with all its attempts').waitFor();
      await panel(page).getByText('completed', { exact: true }).waitFor();
      expect((await showJob(app, dead)).attempts).toBe(5);
      await page.getByRole('link', { name: '1 completed' }).waitFor();
      expect(await panel(page).getByRole('button').allTextContents()).toEqual(['']);

      await page.getByRole('link', { name: 'test.once' }).click();
      await panel(page).getByRole('button', { name: 'Cancel the job' }).click();
      await toast(page, 'test.once: cancelled').waitFor();
      expect((await showJob(app, waiting)).state).toBe('cancelled');
      await panel(page).getByRole('button', { name: 'Retry' }).waitFor();

      // A job that is enqueued leaves no event; the list has it all the same.
      const [entityType = '', entityId = ''] = name.split('/');
      await enqueue(app, { scope: { entityType, entityId }, type: 'test.twice' });
      await page.getByRole('link', { name: 'test.twice' }).waitFor();
    });

    it('says why a retry was refused', async () => {
      const { app } = stage();
      const { name, waiting } = await desk();
      const page = await stage().openAs(undefined, at(name, `&id=${waiting}`));
      await panel(page).getByRole('button', { name: 'Cancel the job' }).waitFor();
      await page.route('**/api/jobs/**', (route) =>
        route.request().method() === 'GET' ? route.abort() : route.continue(),
      );
      await app.api.post(`/api/jobs/${waiting}/cancel`).expect(200);
      await panel(page).getByRole('button', { name: 'Cancel the job' }).click();
      await toast(page, /JOB_NOT_WAITING · request/).waitFor();
      await page.unrouteAll();
      await panel(page).getByRole('button', { name: 'Retry' }).waitFor();
    });

    it('shows an operator everything, and no button', async () => {
      const { name, dead } = await desk();
      const operator = { email: `job-operator-${scopes}@example.com`, password: PASSWORD };
      await addUser(stage().app, { ...operator, role: 'operator' });
      const page = await stage().openAs(operator, at(name, `&id=${dead}`));
      await panel(page).getByRole('heading', { name: 'Attempts 4' }).waitFor();
      expect(await panel(page).getByRole('button').allTextContents()).toEqual(['']);
    });

    it.each(['light', 'dark'] as const)('has no fault that axe finds, in %s', async (scheme) => {
      const { name } = await desk();
      const page = await stage().openAs(undefined, at(name), { colorScheme: scheme });
      await page.getByRole('link', { name: 'test.probe' }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('link', { name: 'test.probe' }).click();
      await panel(page).getByRole('heading', { name: 'Attempts 4' }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
    });

    it('fits a phone of 390 px', async () => {
      const { name } = await desk();
      const page = await stage().openAs(undefined, at(name), { width: 390, height: 844 });
      await page.getByRole('link', { name: 'test.probe' }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('link', { name: 'test.probe' }).click();
      await panel(page).getByRole('heading', { name: 'Attempts 4' }).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(390);
      expect(await faultsOf(page)).toEqual([]);
    });
  },
  {
    env: QUICK_JOBS,
    providers: [
      probe.provider(),
      new Probe().provider(10_000, { type: 'test.once' }),
      new Probe().provider(10_000, { type: 'test.twice' }),
    ],
  },
);
