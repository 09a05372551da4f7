import { CreateFoundation1795000000000 } from '../migrations/1795000000000-CreateFoundation.js';
import { CreateDesk1795000100000 } from '../migrations/1795000100000-CreateDesk.js';
import { CreateJobAttempts1795000200000 } from '../migrations/1795000200000-CreateJobAttempts.js';
import { CreateLeadScores1795000300000 } from '../migrations/1795000300000-CreateLeadScores.js';
import { RecordChanges1795800000000 } from '../migrations/1795800000000-RecordChanges.js';
import { MoveIdempotencyKeys1795800100000 } from '../migrations/1795800100000-MoveIdempotencyKeys.js';
import { CreateJobs1796000000000 } from '../migrations/1796000000000-CreateJobs.js';
import { PartitionHistory1796000100000 } from '../migrations/1796000100000-PartitionHistory.js';
import { ListsAtScale1796000200000 } from '../migrations/1796000200000-ListsAtScale.js';
import { OrderEventsByCommit1796000300000 } from '../migrations/1796000300000-OrderEventsByCommit.js';
import { KeepMeanings1796000500000 } from '../migrations/1796000500000-KeepMeanings.js';
import { StageImports1796000600000 } from '../migrations/1796000600000-StageImports.js';
import { FindEventsOfJobs1796000700000 } from '../migrations/1796000700000-FindEventsOfJobs.js';
import { IndexFeedAndItems1796000800000 } from '../migrations/1796000800000-IndexFeedAndItems.js';
import { FindJobsOfScope1796000900000 } from '../migrations/1796000900000-FindJobsOfScope.js';
import { RolesAndGrants1796001100000 } from '../migrations/1796001100000-RolesAndGrants.js';
import { TrackOutcomes1796001500000 } from '../migrations/1796001500000-TrackOutcomes.js';
import { SuppressionsAndPlaybooks1796001600000 } from '../migrations/1796001600000-SuppressionsAndPlaybooks.js';
import { OperateNextActions1796001720000 } from '../migrations/1796001720000-OperateNextActions.js';
import { TakeBackPresses1796001800000 } from '../migrations/1796001800000-TakeBackPresses.js';
import { SubscribeToEvents1796002200000 } from '../migrations/1796002200000-SubscribeToEvents.js';
import { CreateWebhooks1796002300000 } from '../migrations/1796002300000-CreateWebhooks.js';
import { DispatchWebhooks1796002400000 } from '../migrations/1796002400000-DispatchWebhooks.js';
import { SettleDeliveries1796002500000 } from '../migrations/1796002500000-SettleDeliveries.js';
import { CarryTraces1796002600000 } from '../migrations/1796002600000-CarryTraces.js';
import { AccessGrant } from './users/model/access-grant.entity.js';
import { ServiceToken } from './users/model/service-token.entity.js';
import { SessionRow } from './users/model/session.entity.js';
import { User } from './users/model/user.entity.js';
import { type Schema } from './database/start/data-source.js';
import { OpsEvent } from './events/ops-event.entity.js';
import { JobRow } from './jobs/queue/job.entity.js';
import { FeedCursorRow } from './feed/feed-cursor.entity.js';
import { FeedEpochRow } from './feed/feed-epoch.entity.js';
import { JobAttempt } from './jobs/queue/job-attempt.entity.js';
import { NextActionExecution } from './next-actions/delivery/next-action-execution.entity.js';
import { IdempotencyKeyRow } from './next-actions/delivery/idempotency-key.entity.js';
import { NextBestAction } from './next-actions/model/next-best-action.entity.js';
import { PlaybookStepRow } from './next-actions/playbooks/playbook-step.entity.js';
import { NextActionRunRow } from './next-actions/rules/next-action-run.entity.js';
import { NextActionSuppressionRow } from './next-actions/suppressions/next-action-suppression.entity.js';
import { RiskFlagRow } from './risk/risk-flag.entity.js';
import { ScheduleRow } from './schedules/schedule.entity.js';
import { ScoreEventRow } from './scoring/score-event.entity.js';
import { ScoreSnapshotRow } from './scoring/score-snapshot.entity.js';
import { PendingEventRow } from './subscribers/pending-event.entity.js';
import { StagedItemsRow } from './work-items/csv/staged-items.entity.js';
import { WebhookAttempt } from './webhooks/model/webhook-attempt.entity.js';
import { WebhookDelivery } from './webhooks/model/webhook-delivery.entity.js';
import { WebhookEndpoint } from './webhooks/model/webhook-endpoint.entity.js';
import { WorkItemRow } from './work-items/work-item.entity.js';

/** Every table's entity and every migration, in order: for the application and the migration CLI. */
export const schema = {
  entities: [
    User,
    AccessGrant,
    SessionRow,
    ServiceToken,
    NextBestAction,
    NextActionExecution,
    IdempotencyKeyRow,
    NextActionRunRow,
    NextActionSuppressionRow,
    PlaybookStepRow,
    OpsEvent,
    FeedEpochRow,
    FeedCursorRow,
    WorkItemRow,
    StagedItemsRow,
    ScoreSnapshotRow,
    ScoreEventRow,
    RiskFlagRow,
    JobRow,
    JobAttempt,
    ScheduleRow,
    WebhookEndpoint,
    WebhookDelivery,
    WebhookAttempt,
    PendingEventRow,
  ],
  migrations: [
    CreateFoundation1795000000000,
    CreateDesk1795000100000,
    CreateJobAttempts1795000200000,
    CreateLeadScores1795000300000,
    RecordChanges1795800000000,
    MoveIdempotencyKeys1795800100000,
    CreateJobs1796000000000,
    PartitionHistory1796000100000,
    ListsAtScale1796000200000,
    OrderEventsByCommit1796000300000,
    KeepMeanings1796000500000,
    StageImports1796000600000,
    FindEventsOfJobs1796000700000,
    IndexFeedAndItems1796000800000,
    FindJobsOfScope1796000900000,
    RolesAndGrants1796001100000,
    TrackOutcomes1796001500000,
    SuppressionsAndPlaybooks1796001600000,
    OperateNextActions1796001720000,
    TakeBackPresses1796001800000,
    SubscribeToEvents1796002200000,
    CreateWebhooks1796002300000,
    DispatchWebhooks1796002400000,
    SettleDeliveries1796002500000,
    CarryTraces1796002600000,
  ],
} satisfies Schema;
