import { SNAKE_CASE } from '../../kernel/scope.js';
import { NEXT_ACTION_RULE_KEYS } from '../model/rule-keys.js';
import { playbookOf, STEP_ACTIONS, unknownPlaybookAction } from './playbooks.js';

describe('the playbooks', () => {
  it.each(NEXT_ACTION_RULE_KEYS)('have one of %s with steps of their own keys', (ruleKey) => {
    const { steps = [], suggestedActions = [] } = playbookOf(ruleKey) ?? {};
    const keys = steps.map(({ key }) => key);
    expect(keys.length).toBeGreaterThan(0);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.filter((key) => !SNAKE_CASE.test(key))).toEqual([]);
    expect(steps.some(({ required }) => required)).toBe(true);
    expect(new Set(suggestedActions).size).toBe(suggestedActions.length);
  });

  it('have none of a rule of an API client, nor of a name of every object', () => {
    for (const key of [null, 'crm_callback', 'constructor']) {
      expect(playbookOf(key)).toBeUndefined();
    }
  });

  it('name an action that does not exist, and its rule', () => {
    const known = [...STEP_ACTIONS, 'run_risk_rules', 'mark_done', 'snooze_1d'];
    expect(unknownPlaybookAction(known)).toBeUndefined();
    expect(unknownPlaybookAction(known.filter((key) => key !== 'run_lead_pipeline'))).toEqual({
      ruleKey: 'intake_leads_unscored',
      actionKey: 'run_lead_pipeline',
    });
  });
});
