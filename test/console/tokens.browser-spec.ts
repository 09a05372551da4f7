import { type Page } from 'playwright-core';
import {
  type NewServiceTokenAnswer,
  type ServiceTokenAnswer,
} from '../../src/users/api/service-tokens.dto.js';
import { ApiClient } from '../support/requests.js';
import { describeInBrowser } from './support/browser-suite.js';
import { faultsOf, holdAnswers, type Stage } from './support/stage.js';

jest.setTimeout(120_000);

const row = (page: Page, text: string) => page.getByRole('row').filter({ hasText: text });
const dialog = (page: Page) => page.getByRole('dialog');
const status = (page: Page) => page.getByRole('status');

describeInBrowser('the service tokens in a browser', (stage: () => Stage) => {
  async function tokensOf(name: string): Promise<ServiceTokenAnswer[]> {
    const { body } = await stage().app.api.get('/api/service-tokens').expect(200);
    return (body as { items: ServiceTokenAnswer[] }).items.filter((token) => token.name === name);
  }
  async function make(name: string): Promise<NewServiceTokenAnswer> {
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    const body = { name, role: 'viewer', scopes: ['account/acme'], expiresAt };
    return (await stage().app.api.post('/api/service-tokens', body).expect(201))
      .body as NewServiceTokenAnswer;
  }
  async function fill(page: Page, name: string): Promise<void> {
    await page.getByRole('button', { name: 'Make a token' }).click();
    await dialog(page).getByLabel('Name').fill(name);
    await dialog(page).getByLabel('Role').selectOption('viewer');
    await dialog(page).getByLabel('Scopes').fill('account/acme');
  }

  it('says how to make the first one', async () => {
    const page = await stage().openAs(undefined, '/tokens');
    await page.getByRole('heading', { name: 'No service tokens' }).waitFor();
  });

  it('makes a token, and shows it this once', async () => {
    const page = await stage().openAs(undefined, '/tokens');
    await fill(page, 'CRM push');
    await dialog(page).getByLabel('Expires').selectOption('date');
    await dialog(page).getByLabel('Day').fill('2020-01-01');
    await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
    await dialog(page).getByRole('listitem').getByText('must be ahead').waitFor();
    await dialog(page).getByLabel('Expires').selectOption('30');
    await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
    await dialog(page).getByRole('heading', { name: 'The token of CRM push' }).waitFor();
    const token = await dialog(page).getByLabel('Token').inputValue();
    expect(token).toMatch(/^nba_/);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await dialog(page).getByRole('button', { name: 'Copy' }).click();
    await status(page).getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(token);
    await dialog(page).getByRole('button', { name: 'Close' }).click();
    await status(page).getByText('The token of CRM push is not shown again').waitFor();

    await row(page, 'CRM push').getByText('by operator').waitFor();
    await row(page, 'CRM push')
      .getByText(/in (?:1 mo|29 d)/)
      .waitFor();
    expect(await row(page, 'CRM push').textContent()).toMatch(
      /viewer.*account\/acme.*never.*active/,
    );
    expect(await page.locator('body').innerText()).not.toContain(token);
    await new ApiClient(stage().app.url, token).get('/api/auth/me').expect(200);
    await page.reload();
    await row(page, 'CRM push').waitFor();
    expect(await page.locator('body').innerText()).not.toContain(token);
  });

  it('revokes after a question', async () => {
    const { token } = await make('Old machine');
    const machine = new ApiClient(stage().app.url, token);
    await machine.get('/api/auth/me').expect(200);
    const page = await stage().openAs(undefined, '/tokens');
    await row(page, 'Old machine').getByText('expires soon').waitFor();
    await page.getByRole('button', { name: 'Revoke Old machine' }).click();
    await dialog(page)
      .getByText(/gets 401 from then on/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await dialog(page).waitFor({ state: 'detached' });
    await machine.get('/api/auth/me').expect(200);
    await page.getByRole('button', { name: 'Revoke Old machine' }).click();
    await dialog(page).getByRole('button', { name: 'Revoke' }).click();
    await row(page, 'Old machine').getByText('revoked').waitFor();
    await machine.get('/api/auth/me').expect(401);
    expect(await page.getByRole('button', { name: 'Revoke Old machine' }).count()).toBe(0);
  });

  it('names a token that was made although its answer was lost', async () => {
    const page = await stage().openAs(undefined, '/tokens');
    await row(page, 'CRM push').waitFor();
    await page.route(
      '**/api/service-tokens',
      // The server gets it and works; the answer never arrives.
      (route) => route.fetch().then(() => route.abort('connectionreset')),
      { times: 1 },
    );
    await fill(page, 'Cut off');
    await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
    await dialog(page).getByText('Look in the list first').waitFor();
    const [made] = await tokensOf('Cut off');
    await dialog(page).getByText(`new token “Cut off” (${made!.prefix}…)`).waitFor();
    await dialog(page).getByText('NO_ANSWER').waitFor();
    await dialog(page).getByRole('button', { name: 'Make another' }).waitFor();
    await dialog(page).getByRole('button', { name: 'Cancel' }).click();
    await row(page, 'Cut off').waitFor();
    expect(await tokensOf('Cut off')).toHaveLength(1);
  });

  it('says that nothing was made where nothing arrived', async () => {
    const page = await stage().openAs(undefined, '/tokens');
    await row(page, 'CRM push').waitFor();
    await page.route('**/api/service-tokens', (route) => route.abort('connectionrefused'), {
      times: 1,
    });
    await fill(page, 'Never sent');
    await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
    await dialog(page).getByText('shows no new token “Never sent” so far').waitFor();
    await dialog(page).getByRole('button', { name: 'Make another' }).click();
    await dialog(page).getByRole('heading', { name: 'The token of Never sent' }).waitFor();
    expect(await tokensOf('Never sent')).toHaveLength(1);
  });

  it('asks to look first where a proxy gave up', async () => {
    const page = await stage().openAs(undefined, '/tokens');
    await page.route(
      '**/api/service-tokens',
      async (route) => {
        await route.fetch();
        await route.fulfill({ status: 502, contentType: 'text/html', body: '<html>502</html>' });
      },
      { times: 1 },
    );
    await fill(page, 'Behind a proxy');
    await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
    await dialog(page)
      .getByText(/The list shows a new token “Behind a proxy”/)
      .waitFor();
    await dialog(page).getByRole('button', { name: 'Make another' }).waitFor();
  });

  it('shows the token of a form that somebody tries to close before the answer', async () => {
    const page = await stage().openAs(undefined, '/tokens');
    const held = await holdAnswers(page, '**/api/service-tokens');
    await fill(page, 'Hasty');
    await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
    await held.sent;
    await page.keyboard.press('Escape');
    await held.pass();
    await dialog(page).getByRole('heading', { name: 'The token of Hasty' }).waitFor();
  });

  it('says that nobody saw a token whose form was gone', async () => {
    const page = await stage().openAs(undefined, '/users');
    await page.getByRole('link', { name: 'Tokens' }).click();
    const held = await holdAnswers(page, '**/api/service-tokens');
    await fill(page, 'Left alone');
    await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
    await held.sent;
    await page.goBack();
    await page.getByRole('heading', { name: 'Users' }).waitFor();
    await held.pass();
    await status(page)
      .getByText(/The token of Left alone was made, and nobody saw its value/)
      .waitFor();
    expect(await dialog(page).count()).toBe(0);
  });

  it('follows changes by others', async () => {
    const page = await stage().openAs(undefined, '/tokens');
    await page.getByText('Live', { exact: true }).waitFor();
    await make('By somebody else');
    await row(page, 'By somebody else').waitFor();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 390],
  ] as const)('has no fault that axe finds, in %s at %i px', async (colorScheme, width) => {
    const page = await stage().openAs(undefined, '/tokens', { colorScheme, width });
    await row(page, 'CRM push').waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
    expect(await faultsOf(page)).toEqual([]);
    await fill(page, `Seen in ${colorScheme} at ${width}`);
    expect(await faultsOf(page)).toEqual([]);
    await dialog(page).getByRole('button', { name: 'Make', exact: true }).click();
    await dialog(page).getByLabel('Token').waitFor();
    expect(await faultsOf(page)).toEqual([]);
  });
});
