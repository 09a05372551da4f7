import { type TestAppOptions } from '../../support/app.js';
import { findChromium } from './chromium.js';
import { Stage } from './stage.js';

const LIMIT_MS = 120_000;

/** A suite in a real browser. Without one, it is skipped, and says so where nobody can miss it. */
export function describeInBrowser(
  name: string,
  suite: (stage: () => Stage) => void,
  options: TestAppOptions = {},
): void {
  const chromium = findChromium();
  if (!chromium) {
    process.stderr.write(
      `\n*** SKIPPED: "${name}" needs a browser. Set CHROME_PATH, install Chromium or Chrome, or run on Linux x64. ***\n\n`,
    );
    describe.skip(name, () => it.todo('needs a browser'));
    return;
  }
  describe(name, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.set(chromium, options);
    }, LIMIT_MS);
    afterEach(() => stage.clear());
    afterAll(() => stage.strike(), LIMIT_MS);
    suite(() => stage);
  });
}
