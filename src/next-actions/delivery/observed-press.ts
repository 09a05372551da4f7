import { PRESSES, type PressFacts } from '../../kernel/observation/operations.js';

/** Lets a press, an undo or a preview be observed, and says how it was answered. */
export function observedPress<
  Answer extends { readonly replayed: boolean; readonly executionId?: string },
>(
  kind: PressFacts['kind'],
  { actionKey, nextActionId, executionId }: Omit<PressFacts, 'kind' | 'replayed' | 'answeredBy'>,
  press: () => Promise<Answer>,
): Promise<Answer> {
  if (!PRESSES.observed) return press();
  const facts: PressFacts = { kind, actionKey, nextActionId, executionId };
  return PRESSES.run(facts, async () => {
    const answer = await press();
    facts.replayed = answer.replayed;
    if (answer.executionId !== undefined) facts.answeredBy = answer.executionId;
    return answer;
  });
}
