import { Injectable, type Provider, Scope } from '@nestjs/common';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryOutcome,
  type UndoOutcome,
} from '../src/next-actions/delivery/delivery-action.js';
import { createTestApp } from './support/app.js';
import { createTestDatabase, type TestDatabase } from './support/database.js';

class Handler implements DeliveryActionHandler {
  run(): Promise<DeliveryOutcome> {
    return Promise.resolve({});
  }
}

@DeliveryAction({ key: 'mark_done', label: 'Mark done, too' })
class SecondMarkDoneAction extends Handler {}

@DeliveryAction({ key: 'sendReminder', label: 'Send a reminder' })
class CamelCaseAction extends Handler {}

@DeliveryAction({ key: '__proto__', label: 'Poison' })
class PrototypeAction extends Handler {}

@DeliveryAction({ key: 'no_label', label: ' ' })
class NoLabelAction extends Handler {}

@DeliveryAction({ key: 'too_slow', label: 'Too slow', timeoutMs: 3_600_000 })
class TooSlowAction extends Handler {}

class Empty {
  readonly label = 'nothing to run';
}
DeliveryAction({ key: 'no_run', label: 'No run' })(Empty as never);

@DeliveryAction({ key: 'scoped', label: 'Scoped' })
@Injectable({ scope: Scope.REQUEST })
class RequestScopedAction extends Handler {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@DeliveryAction({ key: 'leans_on_request', label: 'Leans on a request' })
class LeaningAction extends Handler {
  constructor(readonly perRequest: PerRequest) {
    super();
  }
}

class Unruled {
  days!: number;
}

@DeliveryAction({ key: 'unruled_input', label: 'Unruled', input: Unruled })
class UnruledInputAction extends Handler {}

@DeliveryAction({ key: 'text_input', label: 'Text', input: String })
class TextInputAction extends Handler {}

@DeliveryAction({ key: 'transient', label: 'Transient' })
@Injectable({ scope: Scope.TRANSIENT })
class TransientAction extends Handler {}

@DeliveryAction({ key: 'works_nowhere', label: 'Works nowhere', worksOn: [] })
class WorksNowhereAction extends Handler {}

@DeliveryAction({ key: 'works_on_open', label: 'Works on open', worksOn: ['open' as never] })
class WorksOnOpenAction extends Handler {}

@DeliveryAction({
  key: 'refuses_well',
  label: 'Refuses well',
  refusals: { QUOTA_SPENT: { status: 200 as never, when: 'The quota is spent.' } },
})
class RefusesAsSuccessAction extends Handler {}

@DeliveryAction({ key: 'closes_as_open', label: 'Closes as open', closesAs: 'open' as never })
class ClosesAsOpenAction extends Handler {}

@DeliveryAction({ key: 'applies_nowhere', label: 'Applies nowhere', appliesTo: { rules: [] } })
class AppliesNowhereAction extends Handler {}

@DeliveryAction({ key: 'applies_empty', label: 'Applies to nothing', appliesTo: {} })
class AppliesToNothingAction extends Handler {}

@DeliveryAction({
  key: 'applies_misspelt',
  label: 'Applies to a misspelt member',
  appliesTo: { sourceType: 'proposal' } as never,
})
class AppliesToMisspeltAction extends Handler {}

@DeliveryAction({
  key: 'applies_to_words',
  label: 'Applies to words',
  appliesTo: { sourceTypes: ['Work Item'] },
})
class AppliesToWordsAction extends Handler {}

@DeliveryAction({
  key: 'applies_later',
  label: 'Applies later',
  appliesTo: (async () => Promise.resolve(true)) as never,
})
class AppliesLaterAction extends Handler {}

@DeliveryAction({ key: 'taken_alias', label: 'Taken alias', aliases: ['mark_done'] })
class TakenAliasAction extends Handler {}

@DeliveryAction({ key: 'camel_alias', label: 'Camel alias', aliases: ['markDone'] })
class CamelAliasAction extends Handler {}
@DeliveryAction({ key: 'undoes_not', label: 'Undoes not', undo: false })
class UndoesNotAction extends Handler {
  undo(): UndoOutcome {
    return {};
  }
}

class NoMethod extends Handler {
  readonly undo = true;
}
DeliveryAction({ key: 'undo_as_flag', label: 'Undo as a flag' })(NoMethod as never);

@DeliveryAction({ key: 'undoes_maybe', label: 'Undoes maybe', undo: 'yes' as never })
class UndoesMaybeAction extends Handler {}

@DeliveryAction({ key: 'fine', label: 'Fine' })
class FineAction extends Handler {}

@DeliveryAction({ key: 'made', label: 'Made by a factory' })
class MadeAction extends Handler {}

@DeliveryAction({ key: 'valued', label: 'Given as a value' })
class ValuedAction extends Handler {}

describe('a developer’s mistake stops the start', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());

  it.each([
    [
      'two actions with one key',
      [SecondMarkDoneAction],
      /Two delivery actions are called "mark_done": (MarkDoneAction and SecondMarkDoneAction|SecondMarkDoneAction and MarkDoneAction) share one key\. Give one of them another key/,
    ],
    [
      'one class provided twice',
      [FineAction, { provide: 'again', useClass: FineAction }],
      /FineAction is provided twice\. .*take one provider away/,
    ],
    [
      'a key that is not snake_case',
      [CamelCaseAction],
      /CamelCaseAction has the key "sendReminder": a key is snake_case/,
    ],
    [
      'a key out of a prototype',
      [PrototypeAction],
      /PrototypeAction has the key "__proto__": a key is snake_case/,
    ],
    ['no label', [NoLabelAction], /NoLabelAction has no label: give it/],
    [
      'a time limit that belongs in a job',
      [TooSlowAction],
      /TooSlowAction has a bad timeoutMs: use .* a job for longer work/,
    ],
    ['no run', [Empty], /Empty has no run method: add async run/],
    [
      'request scope',
      [RequestScopedAction],
      /RequestScopedAction is request-scoped.*make it a singleton/,
    ],
    [
      'a dependency in request scope',
      [PerRequest, LeaningAction],
      /LeaningAction is request-scoped, or depends on a request-scoped provider/,
    ],
    [
      'an input class without rules',
      [UnruledInputAction],
      /The input class Unruled of UnruledInputAction has no rules: give each of its fields/,
    ],
    [
      'an input that is no class of one’s own',
      [TextInputAction],
      /The input class String of TextInputAction has no rules/,
    ],
    [
      'transient scope',
      [TransientAction],
      /TransientAction has the scope TRANSIENT: make it a singleton/,
    ],
    [
      'no state to work on',
      [WorksNowhereAction],
      /WorksNowhereAction has a bad worksOn: name one or more of queued, done/,
    ],
    [
      'a refusal that is a success',
      [RefusesAsSuccessAction],
      /RefusesAsSuccessAction has a bad refusal "QUOTA_SPENT"\. .* status 200: use 400 to 599/,
    ],
    ['a state that there is not', [WorksOnOpenAction], /WorksOnOpenAction has a bad worksOn/],
    [
      'a state in which nothing is closed',
      [ClosesAsOpenAction],
      /ClosesAsOpenAction has a bad closesAs: use done or dismissed/,
    ],
    [
      'an appliesTo without a rule',
      [AppliesNowhereAction],
      /AppliesNowhereAction has a bad appliesTo: rules is a list of one or more keys of rules/,
    ],
    [
      'an appliesTo that names nothing',
      [AppliesToNothingAction],
      /AppliesToNothingAction has a bad appliesTo: give it rules, sourceTypes or both, or a function/,
    ],
    [
      'an appliesTo of another form',
      [AppliesToMisspeltAction],
      /AppliesToMisspeltAction has a bad appliesTo: give it rules, sourceTypes or both/,
    ],
    [
      'an appliesTo of what no source type can be',
      [AppliesToWordsAction],
      /AppliesToWordsAction has a bad appliesTo: sourceTypes is a list of one or more snake_case words/,
    ],
    [
      'an appliesTo that a list would have to wait for',
      [AppliesLaterAction],
      /AppliesLaterAction has a bad appliesTo: an asynchronous function: .* return true or false at once/,
    ],
    [
      'an alias that is another action’s key',
      [TakenAliasAction],
      /TakenAliasAction has the alias "mark_done", which MarkDoneAction uses already: take one of them away/,
    ],
    [
      'an alias that is not snake_case',
      [CamelAliasAction],
      /CamelAliasAction has the alias "markDone": an alias is snake_case/,
    ],
    [
      'an undo that is switched off',
      [UndoesNotAction],
      /UndoesNotAction declares undo\(\) and says undo: false: take one of them away/,
    ],
    ['an undo that is no method', [NoMethod], /NoMethod has an undo that is no method: write/],
    ['an undo that is no boolean', [UndoesMaybeAction], /UndoesMaybeAction has a bad undo/],
  ] as [string, Provider[], RegExp][])(
    'with one sentence that names the class and the mend: %s',
    async (_, providers, message) => {
      await expect(createTestApp({ providers, database })).rejects.toThrow(message);
    },
  );

  it('while a good action is found wherever it is provided, and logged', async () => {
    const providers = [
      FineAction,
      { provide: 'alias', useExisting: FineAction },
      { provide: MadeAction, useFactory: () => new MadeAction() },
      { provide: 'value', useValue: new ValuedAction() },
    ];
    const app = await createTestApp({ providers, database });
    expect(app.logs()).toContainEqual(
      expect.objectContaining({
        msg: 'delivery actions found',
        actionKeys: expect.arrayContaining(['fine', 'made', 'mark_done', 'valued']),
      }),
    );
    await app.close();
  });
});
