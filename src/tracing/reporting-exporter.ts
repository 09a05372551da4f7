import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type ReadableSpan, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import { isNativeError } from 'node:util/types';
import { type Logger } from 'pino';
import { redactError } from '../kernel/redaction/redaction.js';

/** Shortest time between two log lines about failed exports, in ms. */
const REPORT_EVERY_MS = 60_000;

/**
 * Passes spans on, and logs at most once a minute that they are lost. The answer of a receiver is not logged:
 * it may repeat a header of the request.
 */
export class ReportingExporter implements SpanExporter {
  /** Since the last log line. */
  private lost = 0;
  private failing = false;
  private reportedAt = -Infinity;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: Pick<Logger, 'warn' | 'info'>,
    private readonly now: () => number = Date.now,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.recovered();
      else this.failed(spans.length, result.error);
      // A failure ends here: a stop that can't send the last spans has not failed.
      done({ code: ExportResultCode.SUCCESS });
    });
  }

  async shutdown(): Promise<void> {
    await this.exporter.shutdown();
  }

  async forceFlush(): Promise<void> {
    await this.exporter.forceFlush?.();
  }

  private failed(spans: number, error: unknown): void {
    this.lost += spans;
    if (this.now() - this.reportedAt < REPORT_EVERY_MS) return;
    const { type, message, code } = isNativeError(error) ? redactError(error) : {};
    const err = { type, message, code };
    this.logger.warn({ lostSpans: this.lost, err }, 'traces could not be sent');
    this.lost = 0;
    this.failing = true;
    this.reportedAt = this.now();
  }

  private recovered(): void {
    if (this.failing) this.logger.info('traces are sent again');
    this.failing = false;
  }
}
