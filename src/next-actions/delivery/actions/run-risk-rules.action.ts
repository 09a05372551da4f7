import { RiskRunsService } from '../../../risk/risk-runs.service.js';
import { NEXT_ACTION_RULE_KEYS } from '../../model/rule-keys.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Opens, updates and resolves the risk flags of the NBA's scope. */
@DeliveryAction({
  key: 'run_risk_rules',
  label: 'Run risk rules',
  appliesTo: { rules: NEXT_ACTION_RULE_KEYS },
})
export class RunRiskRulesAction implements DeliveryActionHandler {
  constructor(private readonly risk: RiskRunsService) {}

  async run({ nextAction, actor, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const { entityType, entityId } = nextAction;
    return { meta: { ...(await this.risk.runRiskRules(tx, { entityType, entityId }, actor)) } };
  }
}
