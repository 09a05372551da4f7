import { type Page } from 'playwright-core';
import { type WebhookDeliveryDetail } from '../../src/webhooks/api/deliveries.dto.js';
import { type WebhookAnswer } from '../../src/webhooks/api/webhooks.dto.js';
import { createNextAction } from '../support/builders.js';
import { signatureOf, WebhookReceiver } from '../support/webhook-receiver.js';
import {
  answers,
  createWebhook,
  deliveriesOf,
  QUICK_WEBHOOKS,
  storeFailedDeliveries,
  untilDeliveries,
  urlAt,
} from '../support/webhooks.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const dialog = (page: Page) => page.getByRole('dialog');
const status = (page: Page) => page.getByRole('status');
const panel = (page: Page) => page.getByRole('complementary', { name: 'Webhook' });

/** The panel while a dialog hides it from the accessibility tree. */
const panelBehind = (page: Page) => page.locator('aside');

async function more(page: Page, item: string): Promise<void> {
  await panel(page).getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: item }).click();
}

describeInBrowser(
  'the webhooks in a browser',
  (stage: () => Stage) => {
    let receiver: WebhookReceiver;
    beforeAll(async () => {
      receiver = await WebhookReceiver.start();
    });
    beforeEach(() => {
      receiver.answer = answers(200, {}, '{"taken":true}');
      receiver.received.length = 0;
    });
    afterEach(async () => {
      for (const { id } of await webhooks()) {
        await stage().app.api.delete(`/api/webhooks/${id}`).expect(204);
      }
    });
    afterAll(() => receiver.close());

    async function webhooks(): Promise<WebhookAnswer[]> {
      const { body } = await stage().app.api.get('/api/webhooks').expect(200);
      return (body as { items: WebhookAnswer[] }).items;
    }
    const make = (path: string, values: object = {}): Promise<string> =>
      createWebhook(stage().app.api, {
        url: urlAt(receiver, path),
        eventKeys: ['nba.upsert'],
        ...values,
      });
    const at = (id: string): string => `/webhooks?id=${id}`;

    it('makes a webhook with chosen events and a header, and shows its secret this once', async () => {
      const page = await stage().openAs(undefined, '/webhooks');
      await page.getByRole('heading', { name: 'No webhooks' }).waitFor();
      await page.getByRole('button', { name: 'Make a webhook' }).click();
      await dialog(page).getByLabel('URL').fill('http://169.254.169.254/in');
      await dialog(page).getByRole('checkbox', { name: 'nba.upsert' }).check();
      await dialog(page).getByRole('checkbox', { name: 'risk.changed' }).check();
      await dialog(page).getByLabel('Scopes').fill('account/acme');
      await dialog(page).getByLabel('Description').fill('For the CRM');
      await dialog(page).getByRole('button', { name: 'Add a header' }).click();
      await dialog(page).getByLabel('Name of header 1').fill('X-Api-Key');
      await dialog(page).getByLabel('Value of X-Api-Key').fill('canary-4711');
      await dialog(page).getByRole('button', { name: 'Add a header' }).click();
      await dialog(page).getByRole('button', { name: 'Remove header 2' }).click();
      await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
      await dialog(page)
        .getByText(/VALIDATION_FAILED · request/)
        .waitFor();
      await dialog(page).getByLabel('URL').fill(urlAt(receiver, '/made'));
      await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
      const secret = await dialog(page).getByRole('textbox', { name: 'Secret' }).inputValue();
      expect(secret).toMatch(/^whsec_/);
      await dialog(page).getByRole('button', { name: 'Close' }).click();
      await status(page).getByText('The secret is not shown again').waitFor();
      await panel(page)
        .getByRole('heading', { name: /127\.0\.0\.1:\d+\/made/ })
        .waitFor();
      await panel(page).getByText('x-api-key').waitFor();
      expect(await page.locator('body').innerText()).not.toMatch(/canary|whsec_/);
      expect(await webhooks()).toMatchObject([
        {
          url: urlAt(receiver, '/made'),
          eventKeys: ['nba.upsert', 'risk.changed'],
          scopes: ['account/acme'],
          description: 'For the CRM',
          headerNames: ['x-api-key'],
        },
      ]);
      await row(page, '/made').getByText('nba.upsert, risk.changed').waitFor();

      await panel(page).getByRole('button', { name: 'Test', exact: true }).click();
      await dialog(page).getByRole('heading', { name: 'What came back' }).waitFor();
      await dialog(page).getByText('"taken": true').waitFor();
      expect(await dialog(page).textContent()).toMatch(/Status200Took\d/);
      const [got] = receiver.received;
      expect(got!.headers).toMatchObject({ 'x-api-key': 'canary-4711' });
      expect(got!.headers['webhook-signature']).toBe(signatureOf(got!, secret));
      await dialog(page).getByRole('button', { name: 'Close' }).click();
      await panel(page)
        .getByRole('button', { name: /webhook\.test.*delivered/ })
        .waitFor();
      await row(page, '/made').getByText('200').waitFor();
    });

    it('changes what was changed alone: events, headers, and another origin', async () => {
      const id = await make('/change', { headers: { 'x-key': 'one', 'x-tenant': 'two' } });
      const page = await stage().openAs(undefined, '/webhooks');
      await page.getByRole('link', { name: /\/change/ }).click();
      await page.waitForURL(/id=/);
      const sent: unknown[] = [];
      page.on('request', (request) => {
        if (request.method() === 'PATCH') sent.push(request.postDataJSON());
      });
      await panel(page).getByRole('button', { name: 'Change', exact: true }).click();
      await dialog(page).getByRole('checkbox', { name: /^All/ }).check();
      await dialog(page).getByLabel('Value of x-key').fill('three');
      await dialog(page).getByRole('button', { name: 'Remove x-tenant' }).click();
      await dialog(page).getByRole('button', { name: 'Save' }).click();
      await status(page).getByText('The webhook was changed').waitFor();
      expect(sent).toEqual([{ eventKeys: ['*'], headers: { 'x-key': 'three', 'x-tenant': null } }]);
      await panel(page).getByText('x-key', { exact: true }).waitFor();

      await panel(page).getByRole('button', { name: 'Change', exact: true }).click();
      await dialog(page).getByLabel('URL').fill('http://127.0.0.1:1/other');
      await dialog(page)
        .getByText(/Another origin/)
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Save' }).click();
      await panel(page).getByRole('heading', { name: '127.0.0.1:1/other' }).waitFor();
      expect((await webhooks()).find((each) => each.id === id)).toMatchObject({
        url: 'http://127.0.0.1:1/other',
        eventKeys: ['*'],
        headerNames: [],
      });
      await panel(page).getByRole('button', { name: 'Change', exact: true }).click();
      await dialog(page).getByRole('button', { name: 'Save' }).click();
      await dialog(page).waitFor({ state: 'detached' });
      expect(sent).toHaveLength(2);
    });

    it('sends what was typed alone where somebody else changes it meanwhile', async () => {
      const { app } = stage();
      const id = await make('/both', { description: 'First' });
      const page = await stage().openAs(undefined, at(id));
      await page.getByText('Live', { exact: true }).waitFor();
      await panel(page).getByRole('button', { name: 'Change', exact: true }).click();
      await dialog(page).getByLabel('Scopes').fill('account/acme');
      await app.api.patch(`/api/webhooks/${id}`, { description: 'Second' }).expect(200);
      await panelBehind(page).getByText('Second').waitFor({ state: 'attached' });
      await dialog(page).getByRole('button', { name: 'Save' }).click();
      await status(page).getByText('The webhook was changed').waitFor();
      expect(await webhooks()).toMatchObject([
        { id, description: 'Second', scopes: ['account/acme'] },
      ]);
    });

    it('rotates the secret, and says how long the previous one is valid', async () => {
      const id = await make('/rotate');
      const page = await stage().openAs(undefined, at(id));
      await more(page, 'Rotate the secret…');
      await dialog(page)
        .getByText(/signed with both/)
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Rotate' }).click();
      await dialog(page)
        .getByText(/The previous secret is valid until/)
        .waitFor();
      const secret = await dialog(page).getByRole('textbox', { name: 'Secret' }).inputValue();
      await page.keyboard.press('Escape');
      await panel(page)
        .getByText(/ends in (?:1 d|23 h)/)
        .waitFor();
      await stage().app.api.post(`/api/webhooks/${id}/test`).expect(200);
      const [got] = receiver.received;
      expect(String(got!.headers['webhook-signature']).split(' ')).toContain(
        signatureOf(got!, secret),
      );

      // The answer is lost: who rotates again ends the secret that the receiver has.
      await page.route(
        '**/rotate-secret',
        (route) => route.fetch().then(() => route.abort('connectionreset')),
        { times: 1 },
      );
      await more(page, 'Rotate the secret…');
      await dialog(page)
        .getByText(/Another rotation ends that one at once/)
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Rotate' }).click();
      await dialog(page)
        .getByText(/The webhook shows that it was/)
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Rotate again' }).waitFor();
    });

    it('disables after a question, enables, and deletes after a question', async () => {
      const id = await make('/switch');
      const page = await stage().openAs(undefined, at(id));
      await more(page, 'Disable…');
      await dialog(page)
        .getByText(/What waits for it fails/)
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Disable' }).click();
      await row(page, '/switch').getByText('disabled by hand').waitFor();
      expect(await webhooks()).toMatchObject([{ enabled: false, disabledReason: 'operator' }]);
      await panel(page).getByRole('button', { name: 'Enable' }).click();
      await row(page, '/switch').getByText('enabled', { exact: true }).waitFor();
      expect(await webhooks()).toMatchObject([{ enabled: true }]);

      await more(page, 'Delete…');
      await dialog(page)
        .getByText(/can’t be taken back/)
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Cancel' }).click();
      await dialog(page).waitFor({ state: 'detached' });
      expect(await webhooks()).toHaveLength(1);
      await more(page, 'Delete…');
      await dialog(page).getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('heading', { name: 'No webhooks' }).waitFor();
      expect(await panel(page).count()).toBe(0);
      expect(await webhooks()).toEqual([]);
    });

    it('shows every try of a delivery, and sends one again', async () => {
      const { app } = stage();
      receiver.answer = answers(503, {}, 'come back later');
      const id = await make('/tries');
      const page = await stage().openAs(undefined, at(id));
      await panel(page).getByRole('heading', { name: 'No deliveries yet' }).waitFor();
      await page.getByText('Live', { exact: true }).waitFor();
      await createNextAction(app.api);
      await untilDeliveries(app, id, 'failed', 1);
      const line = panel(page).getByRole('button', { name: /nba\.upsert.*failed.*503 · 3 tries/ });
      await line.click();
      await page.waitForURL(/delivery=/);
      for (const number of [1, 2, 3]) {
        await panel(page).getByText(`Try ${number}`, { exact: true }).waitFor();
        expect(await panel(page).getByLabel(`Answer of try ${number}`).textContent()).toBe(
          'come back later',
        );
      }
      await panel(page).getByText('HTTP_STATUS').first().waitFor();
      await panel(page).getByText('What is sent').click();
      await panel(page)
        .getByLabel('What is sent')
        .getByText(/"type": "nba.upsert"/)
        .waitFor();

      receiver.answer = answers(200);
      await panel(page).getByRole('button', { name: 'Send again' }).click();
      await status(page).getByText('nba.upsert is sent again').waitFor();
      await panel(page)
        .getByRole('button', { name: /nba\.upsert.*delivered.*200/ })
        .waitFor();
      await panel(page).getByText('Try 4', { exact: true }).waitFor();
      expect(await deliveriesOf(app, id)).toMatchObject([{ state: 'delivered' }]);
      await page.reload();
      await panel(page).getByText('Try 4', { exact: true }).waitFor();
      await panel(page)
        .getByRole('button', { name: /nba\.upsert.*delivered/ })
        .click();
      await panel(page).getByText('Try 4', { exact: true }).waitFor({ state: 'detached' });
    });

    it('filters the deliveries, and sends again what failed since a time', async () => {
      const { app } = stage();
      const id = await make('/filters', { eventKeys: ['nba.upsert', 'nba.run'] });
      await createNextAction(app.api);
      await untilDeliveries(app, id, 'delivered', 1);
      await storeFailedDeliveries(app, id, 2);
      const page = await stage().openAs(undefined, at(id));
      const lines = panel(page).getByRole('button', { name: /nba\.upsert/ });
      await lines.nth(2).waitFor();
      await panel(page).getByRole('button', { name: 'State' }).click();
      await page.getByRole('menuitemradio', { name: 'delivered' }).click();
      await page.waitForURL(/state=delivered/);
      await lines.nth(1).waitFor({ state: 'detached' });
      expect(await lines.count()).toBe(1);
      await panel(page).getByRole('button', { name: 'Event' }).click();
      await page.getByRole('menuitemradio', { name: 'nba.run' }).click();
      await panel(page).getByRole('heading', { name: 'No delivery matches' }).waitFor();
      await panel(page).getByRole('button', { name: 'Event: nba.run' }).click();
      await page.getByRole('menuitemradio', { name: 'Any event' }).click();
      await panel(page).getByRole('button', { name: 'Since' }).click();
      await page.getByRole('menuitemradio', { name: 'The last hour' }).click();
      await page.waitForURL(/since=1h/);
      await lines.first().waitFor();

      await more(page, 'Send again what failed…');
      await dialog(page).getByRole('button', { name: 'Send again' }).click();
      await status(page).getByText('2 deliveries are sent again').waitFor();
      await dialog(page).waitFor({ state: 'detached' });
      await untilDeliveries(app, id, 'delivered', 3);
      await lines.nth(2).waitFor();
      await more(page, 'Send again what failed…');
      await dialog(page).getByLabel('Failed since').fill('2026-01-01T00:00');
      await dialog(page).getByRole('button', { name: 'Send again' }).click();
      await status(page).getByText('Nothing failed since then').waitFor();
      await panel(page).getByRole('button', { name: 'Close' }).click();
      await panel(page).waitFor({ state: 'detached' });
      expect(page.url()).toMatch(/\/webhooks$/);
    });

    it('names a webhook that was made although its answer was lost', async () => {
      const page = await stage().openAs(undefined, '/webhooks');
      await page.getByRole('button', { name: 'Make a webhook' }).click();
      await page.route(
        '**/api/webhooks',
        // The server gets it and works; the answer never arrives.
        (route) => route.fetch().then(() => route.abort('connectionreset')),
        { times: 1 },
      );
      await dialog(page).getByLabel('URL').fill(urlAt(receiver, '/lost'));
      await dialog(page).getByRole('checkbox', { name: 'nba.run', exact: true }).check();
      await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
      await dialog(page)
        .getByText(/The list shows a new webhook of this URL/)
        .waitFor();
      await dialog(page).getByRole('button', { name: 'Make another' }).waitFor();
      expect(await webhooks()).toHaveLength(1);
    });

    it('follows what others do, and what fails', async () => {
      const { app } = stage();
      const page = await stage().openAs(undefined, '/webhooks');
      await page.getByText('Live', { exact: true }).waitFor();
      receiver.answer = answers(500);
      const id = await make('/others');
      await row(page, '/others').getByText('enabled', { exact: true }).waitFor();
      await createNextAction(app.api);
      await createNextAction(app.api);
      await untilDeliveries(app, id, 'failed', 2);
      await row(page, '/others')
        .getByText(/failing, since/)
        .waitFor();
      receiver.answer = answers(410);
      await createNextAction(app.api);
      await row(page, '/others').getByText('disabled: it answered 410 Gone').waitFor();
      const { body } = await app.api.get(`/api/webhooks/${id}/deliveries`).expect(200);
      const [newest] = (body as { items: WebhookDeliveryDetail[] }).items;
      expect(newest).toMatchObject({ state: 'failed', lastStatus: 410 });
    });

    it.each([
      ['light', 1280],
      ['dark', 1280],
      ['light', 390],
    ] as const)('has no fault that axe finds, in %s at %i px', async (colorScheme, width) => {
      const { app } = stage();
      receiver.answer = answers(500, {}, 'out of order');
      const id = await make('/seen', { description: 'For the CRM' });
      await createNextAction(app.api);
      await untilDeliveries(app, id, 'failed', 1);
      const page = await stage().openAs(undefined, '/webhooks', { colorScheme, width });
      await row(page, '/seen').getByText('500').waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      expect(await faultsOf(page)).toEqual([]);
      await page.getByRole('link', { name: /\/seen/ }).click();
      await panel(page)
        .getByRole('button', { name: /nba\.upsert/ })
        .click();
      await panel(page).getByText('Try 3', { exact: true }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await panel(page).getByRole('button', { name: 'Change', exact: true }).click();
      await dialog(page).getByLabel('URL').waitFor();
      expect(await faultsOf(page)).toEqual([]);
      await page.keyboard.press('Escape');
      await panel(page).getByRole('button', { name: 'Test', exact: true }).click();
      await dialog(page).getByText('out of order').waitFor();
      expect(await faultsOf(page)).toEqual([]);
    });
  },
  { env: QUICK_WEBHOOKS },
);

describeInBrowser(
  'webhooks that are not set up, in a browser',
  (stage: () => Stage) => {
    it('name the setting that is missing', async () => {
      const page = await stage().openAs(undefined, '/webhooks');
      await page.getByRole('button', { name: 'Make a webhook' }).click();
      await dialog(page).getByLabel('URL').fill('https://example.com/hooks');
      await dialog(page).getByRole('checkbox', { name: /^All/ }).check();
      await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
      await dialog(page)
        .getByText(/WEBHOOKS_NOT_CONFIGURED/)
        .waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('heading', { name: 'Webhooks are not set up on this server' }).waitFor();
      await page.getByText('WEBHOOK_ENCRYPTION_KEY', { exact: true }).waitFor();
      expect(await faultsOf(page)).toEqual([]);
    });
  },
  { secrets: { webhookEncryptionKeys: [] } },
);
