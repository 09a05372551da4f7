import { Injectable } from '@nestjs/common';
import { Reads } from '../../database/replica/reads.js';
import { type Actor } from '../../kernel/actor.js';
import { scopesToRead } from '../../kernel/grants.js';
import { DAY_MS } from '../../kernel/utc-day.js';
import {
  type ActionEffectiveness,
  type EffectivenessAnswer,
  type EffectivenessQuery,
  type RuleEffectiveness,
} from './effectiveness.dto.js';
import { actionsQuery, rulesQuery } from './effectiveness.sql.js';

type RuleRow = Omit<RuleEffectiveness, 'actions'>;
type ActionRow = ActionEffectiveness & { readonly ruleKey: string };

/** Reads what became of what the rules suggested. */
@Injectable()
export class EffectivenessService {
  constructor(private readonly reads: Reads) {}

  /** Per rule and action, of the suggestions of a period, in one round trip. */
  async of(query: EffectivenessQuery, actor: Actor): Promise<EffectivenessAnswer> {
    const scopes = scopesToRead(query, actor);
    const since = new Date(Date.now() - query.days * DAY_MS);
    const filter = { since, ruleKey: query.ruleKey };
    const [rules, presses] = (await this.reads.read(
      [rulesQuery(scopes, filter), actionsQuery(scopes, filter)],
      { caller: actor },
    )) as unknown as [RuleRow[], ActionRow[]];
    const items = rules.map((rule) => ({
      ...rule,
      medianMsToPress: wholeMs(rule.medianMsToPress),
      actions: presses.filter(({ ruleKey }) => ruleKey === rule.ruleKey).map(shown),
    }));
    return { ...scopes.common, since, items };
  }
}

function shown({ actionKey, pressed, failed, medianMsToPress }: ActionRow): ActionEffectiveness {
  return { actionKey, pressed, failed, medianMsToPress: wholeMs(medianMsToPress) };
}

function wholeMs(median: number | null): number | null {
  return median === null ? null : Math.round(median);
}
