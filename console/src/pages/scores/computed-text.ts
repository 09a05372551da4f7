import { type Schemas } from '../../api/client.js';
import { scopeName } from '../../next-action/scope-name.js';
import { deltaText } from '../../score/bands.js';

type Computed = Pick<
  Schemas['ComputedScoreAnswer'],
  'entityType' | 'entityId' | 'score' | 'band' | 'delta' | 'transitions'
>;

/** What a computation found, in a sentence. */
export function computedText({ score, band, delta, transitions, ...scope }: Computed): string {
  const change = delta === null ? '' : delta === 0 ? ', unchanged' : `, ${deltaText(delta)}`;
  const events = transitions.map((each) => `, ${each.replaceAll('_', ' ')}`).join('');
  return `Score of ${scopeName(scope)}: ${score} ${band}${change}${events}`;
}
