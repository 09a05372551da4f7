import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Statement } from '../../database/connections/statement.js';
import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { countNoun } from '../../kernel/count-noun.js';
import { LOGGER } from '../../logging/logger.js';
import { type BoxPurpose, SecretBox } from './secret-box.js';
import { UnreadableBoxError } from './webhook.errors.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

const BOXES = columnsOf(WebhookEndpoint).only(
  'id',
  'secretBox',
  'previousSecretBox',
  'previousSecretUntil',
  'headersBox',
);
type Boxes = RowOf<typeof BOXES>;

const LIST: Statement = {
  name: 'list_webhook_boxes',
  text: `SELECT ${BOXES.select()} FROM webhook_endpoints WHERE deleted_at IS NULL`,
};
const LOCK: Statement = {
  name: 'lock_webhook_boxes',
  text: `SELECT ${BOXES.select()} FROM webhook_endpoints WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
};

const PURPOSES = [
  ['secretBox', 'secret'],
  ['previousSecretBox', 'secret'],
  ['headersBox', 'headers'],
] as const satisfies readonly (readonly [keyof Boxes, BoxPurpose])[];

/** What a renewal of one endpoint did. */
interface Renewal {
  readonly changed: boolean;
  /** Why a box stays as it is. */
  readonly unreadable?: UnreadableBoxError;
}

/**
 * Encrypts what is stored of webhooks anew with the first key of WEBHOOK_ENCRYPTION_KEY, so that an older one
 * can leave the setting.
 */
@Injectable()
export class BoxRenewal {
  constructor(
    private readonly transactions: TransactionRunner,
    private readonly box: SecretBox,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Renews what the first key did not encrypt; logs how many, and each that no key decrypts. */
  async renewAll(): Promise<void> {
    const all = await this.transactions.query<Boxes & Record<string, unknown>>(LIST);
    const old = all.filter((boxes) => !this.isCurrent(boxes));
    let renewed = 0;
    for (const { id } of old) {
      const { changed, unreadable } = await this.renew(id);
      if (changed) renewed += 1;
      if (unreadable) {
        this.logger.warn(
          { webhookId: id, reason: unreadable.message },
          'a webhook can not be decrypted',
        );
      }
    }
    if (renewed === 0) return;
    const what = countNoun(renewed, 'webhook');
    this.logger.info(`encrypted ${what} anew with the first key of WEBHOOK_ENCRYPTION_KEY`);
  }

  /** Each column on its own: one that no key decrypts stays as it is, in case that its key comes back. */
  private renew(id: string): Promise<Renewal> {
    return this.transactions.run(async (tx) => {
      const [boxes] = await tx.query<Boxes & Record<string, unknown>>(LOCK, [id]);
      if (!boxes || this.isCurrent(boxes)) return { changed: false };
      const { previousSecretUntil } = boxes;
      const isOver = previousSecretUntil !== null && previousSecretUntil <= new Date();
      const changes: { -readonly [Column in keyof Boxes]?: Boxes[Column] } = isOver
        ? { previousSecretBox: null, previousSecretUntil: null }
        : {};
      let unreadable: UnreadableBoxError | undefined;
      for (const [column, purpose] of PURPOSES) {
        const box = column in changes ? null : boxes[column];
        if (!box || this.box.isCurrent(box)) continue;
        try {
          changes[column] = this.box.seal(id, purpose, this.box.open(id, purpose, box));
        } catch (error) {
          if (!(error instanceof UnreadableBoxError)) throw error;
          unreadable = error;
        }
      }
      const changed = Object.keys(changes).length > 0;
      if (changed) await tx.manager.update(WebhookEndpoint, { id }, changes);
      return { changed, ...(unreadable ? { unreadable } : {}) };
    });
  }

  private isCurrent(boxes: Boxes): boolean {
    return boxesOf(boxes).every((box) => this.box.isCurrent(box));
  }
}

function boxesOf({ secretBox, previousSecretBox, headersBox }: Boxes): Buffer[] {
  return [secretBox, previousSecretBox, headersBox].filter((box) => box !== null);
}
