import { createTestApp, type TestApp } from './support/app.js';
import { createNextAction } from './support/builders.js';
import { problems } from './support/problems.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../src/next-actions/delivery/delivery-action.js';

/** Returns meta with keys that no database and no log may hold. */
@DeliveryAction({ key: 'odd_keys', label: 'Odd keys' })
class OddKeysAction implements DeliveryActionHandler {
  run(): Promise<DeliveryOutcome> {
    return Promise.resolve({ meta: { 'a\u0000b': 1, 'jane.doe@example.com': 2 } });
  }
}

/** Odd values that an action may throw, and what is recorded of each. */
const ODD: readonly [string, unknown, string][] = [
  ['a string', 'relay refused', 'relay refused'],
  ['undefined', undefined, 'undefined'],
  ['a symbol', Symbol('relay'), 'Symbol(relay)'],
  ['an object without a prototype', Object.create(null), '(no text)'],
  ['an error whose message is an object', withFields({ message: { a: 1 } }), '[object Object]'],
  [
    'an error whose message has no text',
    withFields({ message: Object.create(null) as object }),
    '(no text)',
  ],
  ['an error whose name and stack are numbers', withFields({ name: 1, stack: 2 }), 'odd'],
];

function withFields(fields: object): Error {
  return Object.assign(new Error('odd'), fields);
}

/** Throws one of them. */
@DeliveryAction({ key: 'throw_odd', label: 'Throw' })
class ThrowOddAction implements DeliveryActionHandler {
  static next: unknown;

  run(): Promise<DeliveryOutcome> {
    // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- what the test is about
    return Promise.reject(ThrowOddAction.next);
  }
}

const BROKEN = { name: 'test_forgotten', text: 'SELECT 1 / 0' };

/** Starts statements that fail without awaiting them. */
@DeliveryAction({ key: 'forget', label: 'Forget' })
class ForgetAction implements DeliveryActionHandler {
  async run({ tx }: DeliveryContext): Promise<DeliveryOutcome> {
    void tx.query(BROKEN);
    void tx.execute(BROKEN);
    await tx.query({ name: 'test_awaited', text: 'SELECT 1' }).catch(() => undefined);
    return {};
  }
}

describe('an action that is careless', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await createTestApp({ providers: [OddKeysAction, ThrowOddAction, ForgetAction] });
  });
  afterAll(() => app.close());

  it('keeps its effect when a key of its meta holds a NUL, and the key is cleaned', async () => {
    const { id } = await createNextAction(app.api);
    await app.api.press(id, 'odd_keys').expect(200);
    const meta = { ab: 1, '[e-mail]': 2 };
    expect(await app.api.executionsOf(id)).toEqual([
      expect.objectContaining({ status: 'success', meta }),
    ]);
    expect(JSON.stringify(app.logs())).not.toContain('jane.doe');
  });

  it.each(ODD)('has its failure recorded when it throws %s', async (_, thrown, errorMessage) => {
    ThrowOddAction.next = thrown;
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, 'throw_odd').expect(500);
    expect(body).toEqual(problems.actionFailed('ACTION_FAILED'));
    expect(await app.api.executionsOf(id)).toEqual([
      expect.objectContaining({
        id: body.executionId,
        status: 'failed',
        errorCode: 'ACTION_FAILED',
        errorMessage,
      }),
    ]);
  });

  it('fails alone, and not the server, when it forgets to await what fails', async () => {
    // An unhandled rejection would end a server; here, it fails the test.
    const { id } = await createNextAction(app.api);
    const { body } = await app.api.press(id, 'forget').expect(500);
    expect(await app.api.executionsOf(id)).toEqual([
      expect.objectContaining({ id: body.executionId, status: 'failed' }),
    ]);
    await app.api.press(id, 'mark_done').expect(200);
  });
});
