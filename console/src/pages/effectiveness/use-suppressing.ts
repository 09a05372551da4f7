import { type UseMutationResult } from '@tanstack/react-query';
import { api, bodyOf, type Schemas } from '../../api/client.js';
import { keys } from '../../api/queries.js';
import { ruleLabel } from '../../next-action/rule-labels.js';
import { useChange } from '../../ui/change.js';

export type Suppression = Schemas['SuppressionAnswer'];
export type Proposal = Schemas['SuppressionProposalAnswer'];
type NewSuppression = Schemas['NewSuppression'];

export const SUPPRESSIONS_KEY = ['suppressions'];

/** What a suppression holds back, as people read it. */
export function nameOf({ ruleKey, dedupeKey }: Pick<Suppression, 'ruleKey' | 'dedupeKey'>): string {
  return ruleKey === null ? (dedupeKey ?? '') : ruleLabel(ruleKey);
}

/** What suppresses the same again. */
export function sameAgain({ scope, ruleKey, dedupeKey, until, reason }: Suppression): object {
  return {
    scope,
    ...(ruleKey === null ? { dedupeKey } : { ruleKey }),
    ...(until === null ? { for: 'forever' } : { until }),
    reason: reason ?? 'Suppressed again after it was lifted.',
  };
}

interface Suppressing {
  readonly suppress: UseMutationResult<Suppression, Error, object>;
  readonly lift: UseMutationResult<Suppression, Error, Suppression>;
}

/** Sets and lifts suppressions, each with an undo. The form that sets one shows its own problem. */
export function useSuppressing(onSuppressed: () => void): Suppressing {
  const renews = [SUPPRESSIONS_KEY, keys.summaries];
  const again = useChange(send, {
    done: (suppression) => `Undone: ${nameOf(suppression)} is suppressed in ${suppression.scope}`,
    renews,
  });
  const liftBack = useChange(end, {
    done: ({ scope, ...key }) => `Undone: ${nameOf(key)} is not suppressed in ${scope}`,
    renews,
  });
  const suppress = useChange(send, {
    done: (suppression) => `Suppressed in ${suppression.scope}: ${nameOf(suppression)}`,
    undo: (suppression) => () => liftBack.mutate(suppression),
    renews,
    onDone: onSuppressed,
    showsProblem: true,
  });
  const lift = useChange(end, {
    done: (suppression) => `Lifted in ${suppression.scope}: ${nameOf(suppression)}`,
    undo: (suppression) => () => again.mutate(sameAgain(suppression)),
    renews,
  });
  return { suppress, lift };
}

function send(body: object): Promise<Suppression> {
  return bodyOf(api.POST('/api/next-actions/suppressions', { body: body as NewSuppression }));
}

async function end(suppression: Suppression): Promise<Suppression> {
  const params = { path: { id: suppression.id } };
  await bodyOf(api.DELETE('/api/next-actions/suppressions/{id}', { params }));
  return suppression;
}
