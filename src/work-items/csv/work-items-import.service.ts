import { Injectable } from '@nestjs/common';
import { TransactionRunner } from '../../database/transactions/transaction-runner.js';
import { type Actor } from '../../kernel/actor.js';
import { DeskRefresh } from '../desk-refresh.js';
import { listOf } from '../push.js';
import { PREVIEW } from '../push.sql.js';
import { type BatchOutcome, WorkItemsService } from '../work-items.service.js';
import { type ImportOptions, ImportRun } from './import-run.js';
import { batchTarget, type ImportTarget } from './import-targets.js';
import { StagedImport } from './staged-import.js';

/** Imports work items from files in CSV. Source: docs/work-items.md. */
@Injectable()
export class WorkItemsImportService {
  constructor(
    private readonly workItems: WorkItemsService,
    private readonly transactions: TransactionRunner,
    private readonly refresh: DeskRefresh,
  ) {}

  /** An import, which runs while its events are taken. It ends when `gone` is aborted. */
  open(options: ImportOptions, actor: Actor, gone: AbortSignal): ImportRun {
    return new ImportRun(this.targetOf(options, actor), options, gone);
  }

  private targetOf({ mode, dryRun, refresh }: ImportOptions, actor: Actor): ImportTarget {
    if (dryRun) return batchTarget((records) => this.preview(records, actor));
    if (mode === 'all')
      return new StagedImport(this.transactions, this.refresh, actor, { refresh });
    return batchTarget((records) => this.workItems.putRecords(records, actor, { refresh }));
  }

  private async preview(records: readonly string[], actor: Actor): Promise<BatchOutcome> {
    const [counts] = await this.transactions.query<{ created: number; updated: number }>(
      PREVIEW,
      [listOf(records)],
      { caller: actor },
    );
    const { created = 0, updated = 0 } = counts ?? {};
    return { created, updated, unchanged: records.length - created - updated };
  }
}
