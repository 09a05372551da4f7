import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import {
  type Browser,
  type BrowserContext,
  chromium,
  type LaunchOptions,
  type Page,
  type Route,
} from 'playwright-core';
import { createTestApp, OPERATOR, type TestApp, type TestAppOptions } from '../../support/app.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { builtConsole } from './built-console.js';
import { type Chromium } from './chromium.js';

/** Another name of this machine for the browser. */
const LOCAL_NAME = 'desk.test';

/** Chromium calls nobody, and runs as root, as in a container. */
const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // A name of the local network, which a browser trusts less than 127.0.0.1.
  `--host-resolver-rules=MAP ${LOCAL_NAME} 127.0.0.1`,
];
/** Longest wait for what a test expects, in ms: the machine may be loaded. */
const PATIENCE_MS = 20_000;
/** What a browser reports by itself of answers that a test provokes. */
const OF_NETWORK = 'Failed to load resource';

export interface OpenOptions {
  readonly colorScheme?: 'light' | 'dark';
  readonly width?: number;
  readonly height?: number;
  /** By its name in the local network, over plain HTTP. */
  readonly byName?: boolean;
  /** Another server than the stage's own. */
  readonly server?: TestApp;
}

/** A browser; started once more where it crashes at its start, which Chromium does now and then (SIGSEGV). */
function launched(options: LaunchOptions): Promise<Browser> {
  return chromium.launch(options).catch(() => chromium.launch(options));
}

/** The application with the built console, and a browser. */
export class Stage {
  /** What the pages said on their consoles, and where they sent requests besides the server. */
  readonly complaints: string[] = [];

  private readonly contexts: BrowserContext[] = [];

  private constructor(
    private running: TestApp,
    private readonly options: TestAppOptions & { readonly database: TestDatabase },
    private readonly browser: Browser,
  ) {}

  static async set(
    { executablePath, env }: Chromium,
    options: TestAppOptions = {},
  ): Promise<Stage> {
    const database = await createTestDatabase();
    const all = { ...options, consoleFolder: builtConsole(), database };
    const [app, browser] = await Promise.all([
      createTestApp(all),
      launched({ executablePath, args: ARGS, env: { ...process.env, ...env } }),
    ]);
    return new Stage(app, all, browser);
  }

  async strike(): Promise<void> {
    await this.browser.close();
    await this.app.close();
    await this.database.drop();
  }

  get database(): TestDatabase {
    return this.options.database;
  }

  /** The server; another one after a restart. */
  get app(): TestApp {
    return this.running;
  }

  /** Stops the server, does the work meanwhile, and starts it again at the same address. */
  async restart(meanwhile: () => Promise<void>): Promise<void> {
    const port = Number(new URL(this.app.url).port);
    await this.app.close();
    await meanwhile();
    this.running = await createTestApp({ ...this.options, port });
  }

  /** Closes all pages, and fails where one complained. */
  async clear(): Promise<void> {
    for (const context of this.contexts.splice(0)) await context.close();
    expect(this.complaints.splice(0)).toEqual([]);
  }

  /** A page in a browser profile of its own. */
  async open(path = '/', options: OpenOptions = {}): Promise<Page> {
    const { colorScheme = 'light', width = 1280, height = 800, byName = false } = options;
    const { url } = options.server ?? this.app;
    const context = await this.browser.newContext({
      colorScheme,
      viewport: { width, height },
      reducedMotion: 'reduce',
      locale: 'en-GB',
      timezoneId: 'UTC',
    });
    context.setDefaultTimeout(PATIENCE_MS);
    this.contexts.push(context);
    const { port } = new URL(url);
    const origin = byName ? `http://${LOCAL_NAME}:${port}` : url;
    this.watch(context, origin);
    const page = await context.newPage();
    await page.goto(`${origin}${path}`);
    return page;
  }

  /** The same, signed in by the form. */
  async openAs(
    who: { readonly email: string; readonly password: string } = OPERATOR,
    path = '/',
    options: OpenOptions = {},
  ): Promise<Page> {
    const page = await this.open(path, options);
    await signIn(page, who);
    return page;
  }

  private watch(context: BrowserContext, origin: string): void {
    context.on('page', (page) => {
      page.on('console', (message) => {
        const isFault = ['error', 'warning'].includes(message.type());
        if (isFault && !message.text().includes(OF_NETWORK)) this.complaints.push(message.text());
      });
      page.on('pageerror', (error) => this.complaints.push(String(error)));
      page.on('request', (request) => {
        const url = request.url();
        if (!url.startsWith(`${origin}/`)) this.complaints.push(`request to ${url}`);
      });
    });
  }
}

export async function signIn(
  page: Page,
  { email, password }: { readonly email: string; readonly password: string } = OPERATOR,
): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Answers to changes that are held back. */
export interface Held {
  /** Resolves when the change was sent. */
  readonly sent: Promise<void>;
  /** Sends it on to the server, and answers what that says. */
  pass(): Promise<void>;
  /** Answers with a problem; the server never gets it. */
  refuse(status: number, code: string, detail: string): Promise<void>;
}

/** Holds the next change of such an address back. */
export async function holdAnswers(page: Page, address: string): Promise<Held> {
  let isHeld = false;
  let hold: (route: Route) => void;
  const held = new Promise<Route>((resolve) => (hold = resolve));
  await page.route(address, (route) => {
    if (isHeld || route.request().method() === 'GET') return route.fallback();
    isHeld = true;
    hold(route);
    return undefined;
  });
  return {
    sent: held.then(() => undefined),
    pass: async () => (await held).continue(),
    refuse: async (status, code, detail) => {
      const contentType = 'application/problem+json';
      const body = JSON.stringify({ status, code, detail, requestId: 'request-1' });
      await (await held).fulfill({ status, contentType, body });
    },
  };
}

const AXE = createRequire(resolve('package.json')).resolve('axe-core/axe.min.js');

/** What axe-core finds wrong with the page as it is: rule and place of each fault. */
export async function faultsOf(page: Page): Promise<string[]> {
  // Past the content security policy, as a tool of the browser.
  await page.evaluate(readFileSync(AXE, 'utf8'));
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    return (await axe.run()).violations;
  });
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
  );
}
