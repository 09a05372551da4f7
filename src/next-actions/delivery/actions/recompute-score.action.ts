import { ScoringService } from '../../../scoring/scoring.service.js';
import { NEXT_ACTION_RULE_KEYS } from '../../model/rule-keys.js';
import {
  DeliveryAction,
  type DeliveryActionHandler,
  type DeliveryContext,
  type DeliveryOutcome,
} from '../delivery-action.js';

/** Computes and stores the score of the NBA's scope. */
@DeliveryAction({
  key: 'recompute_score',
  label: 'Recompute score',
  appliesTo: { rules: NEXT_ACTION_RULE_KEYS, sourceTypes: ['score'] },
  refresh: true,
})
export class RecomputeScoreAction implements DeliveryActionHandler {
  constructor(private readonly scoring: ScoringService) {}

  async run({ nextAction, actor, tx }: DeliveryContext): Promise<DeliveryOutcome> {
    const { entityType, entityId } = nextAction;
    const snapshot = await this.scoring.computeAndStoreScore(tx, { entityType, entityId }, actor);
    return { meta: { snapshotId: snapshot.id, score: snapshot.score, band: snapshot.band } };
  }
}
