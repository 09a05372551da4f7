import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import {
  DomainError,
  type FieldError,
  invalidField,
  ValidationFailedError,
} from '../../kernel/errors/domain-error.js';
import { type CsvSeparator } from '../../http/csv/csv-head.js';
import { readCsv } from '../../http/csv/csv-reader.js';
import { type CsvRow } from '../../http/csv/csv-rows.js';
import { aborted } from '../../http/request/body-encoding.js';
import { OUT_OF_SCOPE, OutOfScopeError, recordOf, type WorkItemKeyOf } from '../push.js';
import { type PushedWorkItem } from '../work-item.js';
import { type ImportTarget, NO_CHANGE } from './import-targets.js';
import { type HeaderColumn, headerInvalid, headerOf } from './work-item-header.js';
import { itemOf, type RowDefaults } from './work-item-row.js';

/** Most rows of a file. */
export const MAX_ROWS = 100_000;
/** A batch is stored when it has so many rows, or so many bytes of the file. */
const BATCH_ROWS = 500;
const BATCH_BYTES = 1024 * 1024;
/** How many rows are checked without a pause. */
const PAUSE_ROWS = 200;

export const IMPORT_MODES = ['all', 'each'] as const;
/** `all`: all rows or, when one is wrong, none. `each`: the good ones. */
export type ImportMode = (typeof IMPORT_MODES)[number];

/** How a file is imported. */
export interface ImportOptions extends RowDefaults {
  readonly mode: ImportMode;
  /** Whether the file is only checked. */
  readonly dryRun: boolean;
  readonly separator?: CsvSeparator | undefined;
  /** Whether the scopes are refreshed afterwards; true by default. */
  readonly refresh?: boolean | undefined;
}

/** How far an import is; `failed` counts the rows that were refused. */
export interface ImportCounts {
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  failed: number;
}

/** What is wrong with one row; `line` is a line of the file, from 1. */
export interface RowError extends FieldError {
  readonly line: number;
}

/** What an import says while it runs. */
export type ImportEvent =
  | ({ readonly type: 'error' } & RowError)
  | ({ readonly type: 'progress' } & Readonly<ImportCounts>);

/** An item, as the record that is sent, and where it stands. A text takes less memory than an item. */
interface Placed {
  readonly line: number;
  readonly record: string;
}

/**
 * Imports a file, a batch of rows at a time: no more of it is read before a batch is stored and its events
 * are taken. Throws what is wrong with the file as a whole, and a 400 when `gone` is aborted.
 */
export class ImportRun {
  readonly counts: ImportCounts = { rows: 0, created: 0, updated: 0, unchanged: 0, failed: 0 };
  private header: readonly HeaderColumn[] | undefined;
  private batch: Placed[] = [];
  private bytes = 0;
  /** The line of each item, by a digest of its key: keys may be long. */
  private readonly lines = new Map<string, number>();

  constructor(
    private readonly target: ImportTarget,
    private readonly options: ImportOptions,
    private readonly gone: AbortSignal,
    private readonly maxRows = MAX_ROWS,
  ) {}

  async *events(chunks: AsyncIterable<Buffer>): AsyncGenerator<ImportEvent> {
    try {
      for await (const rows of readCsv(chunks, { separator: this.options.separator })) {
        for (const row of rows) {
          yield* this.take(row);
          // Others are served in between, also where no row is stored.
          if (this.counts.rows % PAUSE_ROWS === 0) await setImmediate();
          if (this.batch.length >= BATCH_ROWS || this.bytes >= BATCH_BYTES) yield* this.store();
        }
      }
      if (!this.header) throw headerInvalid(1, 'the file is empty');
      yield* this.store();
      this.assertHere();
      if (this.refused) Object.assign(this.counts, NO_CHANGE);
      else yield* this.finish();
    } catch (error) {
      throw this.withStored(error);
    } finally {
      // What stays because the database is away, the retention deletes.
      await this.target.discard().catch(() => undefined);
    }
  }

  /** Whether nothing is stored, because a row is wrong. */
  get refused(): boolean {
    return this.options.mode === 'all' && this.counts.failed > 0;
  }

  private *take(row: CsvRow): Generator<ImportEvent> {
    const { line } = row;
    if ('fault' in row) {
      if (!this.header) throw headerInvalid(line, row.fault);
      this.counts.rows += 1;
      yield* this.refuse(line, [{ field: 'row', message: row.fault }]);
      return;
    }
    const { cells } = row;
    if (cells.every((cell) => cell.trim() === '')) return;
    if (!this.header) {
      this.header = headerOf(cells, line);
      return;
    }
    this.counts.rows += 1;
    if (this.counts.rows > this.maxRows) throw this.tooManyRows(line);
    try {
      const item = itemOf(cells, this.header, this.options);
      this.assertFirst(item, line);
      this.batch.push({ line, record: recordOf(item) });
      this.bytes += row.bytes;
    } catch (error) {
      if (!(error instanceof ValidationFailedError)) throw error;
      yield* this.refuse(line, error.options.errors ?? []);
    }
  }

  private *refuse(line: number, errors: readonly FieldError[]): Generator<ImportEvent> {
    this.counts.failed += 1;
    for (const { field, message } of errors) yield { type: 'error', line, field, message };
  }

  private assertFirst(item: PushedWorkItem, line: number): void {
    const key = digestOf(item);
    const first = this.lines.get(key);
    if (first === undefined) {
      this.lines.set(key, line);
      return;
    }
    const message = `externalId is that of line ${first}, too: a file has each item once`;
    throw invalidField('externalId', message);
  }

  private async *store(): AsyncGenerator<ImportEvent> {
    this.assertHere();
    const { batch } = this;
    this.batch = [];
    this.bytes = 0;
    if (batch.length === 0) return;
    if (!this.refused) yield* this.storeAll(batch);
    yield { type: 'progress', ...this.counts };
  }

  /** Stores a batch; one that the database refuses is divided until the row is found. */
  private async *storeAll(batch: readonly Placed[]): AsyncGenerator<ImportEvent> {
    try {
      this.add(await this.target.store(batch.map(({ record }) => record)));
    } catch (error) {
      if (error instanceof OutOfScopeError) {
        const denied = new Set(yield* this.refuseAll(error));
        yield* this.storeRest(batch.filter(({ line }) => !denied.has(line)));
        return;
      }
      const [only, ...others] = batch;
      if (!(error instanceof DomainError) || error.status >= 500 || !only) throw error;
      if (others.length === 0) {
        const errors = error.options.errors ?? [{ field: 'row', message: error.message }];
        yield* this.refuse(only.line, errors);
        return;
      }
      const half = Math.ceil(batch.length / 2);
      yield* this.storeAll(batch.slice(0, half));
      yield* this.storeRest(batch.slice(half));
    }
  }

  private async *storeRest(batch: readonly Placed[]): AsyncGenerator<ImportEvent> {
    if (batch.length > 0 && !this.refused) yield* this.storeAll(batch);
  }

  private async *finish(): AsyncGenerator<ImportEvent> {
    try {
      this.add(await this.target.finish());
    } catch (error) {
      if (!(error instanceof OutOfScopeError)) throw error;
      yield* this.refuseAll(error);
      Object.assign(this.counts, NO_CHANGE);
    }
  }

  /** Refuses the rows of items that lie out of scope, and returns their lines. */
  private *refuseAll({ items }: OutOfScopeError): Generator<ImportEvent, number[]> {
    const lines = items.map((item) => this.lines.get(digestOf(item)) ?? 0);
    const error = { field: 'entityId', message: `entityId ${OUT_OF_SCOPE}` };
    for (const line of lines) yield* this.refuse(line, [error]);
    return lines;
  }

  private tooManyRows(line: number): DomainError {
    const detail = `The file has more than ${this.maxRows} rows: line ${line} is one too many.`;
    return new DomainError('CSV_TOO_LONG', 413, detail);
  }

  private add({ created, updated, unchanged }: Omit<ImportCounts, 'rows' | 'failed'>): void {
    this.counts.created += created;
    this.counts.updated += updated;
    this.counts.unchanged += unchanged;
  }

  private assertHere(): void {
    if (this.gone.aborted) throw aborted();
  }

  /** An error of the whole file, with how much of it is stored. */
  private withStored(error: unknown): unknown {
    const { created, updated, unchanged } = this.counts;
    const stored = created + updated + unchanged;
    if (!(error instanceof DomainError) || this.options.dryRun || stored === 0) return error;
    const detail = `${error.message} ${stored} rows before that are stored.`;
    return new DomainError(error.code, error.status, detail, error.options);
  }
}

function digestOf({ kind, externalId }: WorkItemKeyOf): string {
  const digest = createHash('sha256').update(`${kind}:${externalId}`).digest();
  return digest.toString('latin1', 0, 16);
}
