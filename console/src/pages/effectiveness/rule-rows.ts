import { type Schemas } from '../../api/client.js';

type Rule = Schemas['RuleEffectiveness'];

/** A line of the table: a rule, or one action that was pressed on what it suggested. */
export interface Row {
  readonly key: string;
  readonly ruleKey: string;
  /** Missing on the line of a rule. */
  readonly actionKey?: string;
  readonly pressed: number;
  readonly failed: number;
  readonly medianMsToPress: number | null;
  /** What became of what the rule suggested; missing on the line of an action. */
  readonly rule?: Rule;
  readonly bar: readonly BarPart[];
}

export interface BarPart {
  readonly name: 'done' | 'dismissed' | 'pressed';
  /** In % of the whole bar. */
  readonly share: number;
}

/** Each rule, the most suggested first, with its actions below it. */
export function rowsOf(rules: readonly Rule[]): Row[] {
  return rules
    .toSorted((a, b) => b.suggested - a.suggested)
    .flatMap((rule) => [
      {
        key: rule.ruleKey,
        ruleKey: rule.ruleKey,
        pressed: rule.pressed,
        failed: 0,
        medianMsToPress: rule.medianMsToPress,
        rule,
        bar: [
          { name: 'done' as const, share: shareOf(rule.done, rule.suggested) },
          { name: 'dismissed' as const, share: shareOf(rule.dismissed, rule.suggested) },
        ],
      },
      ...rule.actions.map((action) => ({
        key: `${rule.ruleKey} ${action.actionKey}`,
        ruleKey: rule.ruleKey,
        ...action,
        bar: [{ name: 'pressed' as const, share: shareOf(action.pressed, rule.suggested) }],
      })),
    ]);
}

function shareOf(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.min(100, (100 * part) / whole);
}
