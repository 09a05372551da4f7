import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { type Statement } from '../../database/connections/statement.js';
import { columnsOf, type RowOf } from '../../database/sql/columns.js';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { countNoun } from '../../kernel/count-noun.js';
import { LOGGER } from '../../logging/logger.js';
import { type BoxPurpose, SecretBox } from './secret-box.js';
import { EncryptionKeyMissingError, UnreadableBoxError } from './webhook.errors.js';
import { WebhookEndpoint } from './webhook-endpoint.entity.js';

const BOXES = columnsOf(WebhookEndpoint).only('id', 'secretBox', 'previousSecretBox', 'headersBox');
type Boxes = RowOf<typeof BOXES>;

const LIST: Statement = {
  name: 'list_webhook_boxes',
  text: `SELECT ${BOXES.select()} FROM webhook_endpoints WHERE deleted_at IS NULL`,
};
const LOCK: Statement = {
  name: 'lock_webhook_boxes',
  text: `SELECT ${BOXES.select()} FROM webhook_endpoints WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
};

const PURPOSE_OF = {
  secretBox: 'secret',
  previousSecretBox: 'secret',
  headersBox: 'headers',
} as const satisfies Partial<Record<keyof Boxes, BoxPurpose>>;

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
      try {
        await this.renew(id);
        renewed += 1;
      } catch (error) {
        if (!isUnreadable(error)) throw error;
        this.logger.warn(
          { webhookId: id, reason: error.message },
          'a webhook can not be decrypted',
        );
      }
    }
    if (renewed === 0) return;
    const what = countNoun(renewed, 'webhook');
    this.logger.info(`encrypted ${what} anew with the first key of WEBHOOK_ENCRYPTION_KEY`);
  }

  private async renew(id: string): Promise<void> {
    await this.transactions.run(async (tx) => {
      const [boxes] = await tx.query<Boxes & Record<string, unknown>>(LOCK, [id]);
      if (!boxes || this.isCurrent(boxes)) return;
      const renewed = Object.entries(PURPOSE_OF).flatMap(([column, purpose]) => {
        const box = boxes[column as keyof typeof PURPOSE_OF];
        if (!box) return [];
        return [[column, this.box.seal(id, purpose, this.box.open(id, purpose, box))]];
      });
      await tx.manager.update(WebhookEndpoint, { id }, Object.fromEntries(renewed) as Boxes);
    });
  }

  private isCurrent(boxes: Boxes): boolean {
    return boxesOf(boxes).every((box) => this.box.isCurrent(box));
  }
}

function isUnreadable(error: unknown): error is Error {
  return error instanceof UnreadableBoxError || error instanceof EncryptionKeyMissingError;
}

function boxesOf({ secretBox, previousSecretBox, headersBox }: Boxes): Buffer[] {
  return [secretBox, previousSecretBox, headersBox].filter((box) => box !== null);
}
