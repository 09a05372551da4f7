import { type ExportResult, ExportResultCode } from '@opentelemetry/core';
import { type ReadableSpan } from '@opentelemetry/sdk-trace-node';
import { ReportingExporter } from './reporting-exporter.js';

const FAILED = { code: ExportResultCode.FAILED, error: new Error('password=s3same refused') };
const SENT = { code: ExportResultCode.SUCCESS };

describe('an exporter of traces', () => {
  let now: number;
  let result: ExportResult;
  let lines: [string, unknown, string?][];
  let exporter: ReportingExporter;
  beforeEach(() => {
    now = 0;
    lines = [];
    const logger = {
      warn: (fields: unknown, message: string) => void lines.push(['warn', fields, message]),
      info: (message: unknown) => void lines.push(['info', message]),
    };
    const receiver = {
      export: (_spans: unknown, done: (how: ExportResult) => void) => done(result),
      shutdown: () => Promise.resolve(),
    };
    exporter = new ReportingExporter(receiver, logger as never, () => now);
  });

  const send = (how: ExportResult): ExportResult[] => {
    result = how;
    const results: ExportResult[] = [];
    exporter.export([{}, {}] as ReadableSpan[], (got) => results.push(got));
    return results;
  };

  it('logs failures once a minute, with how many spans were lost, without secrets', () => {
    expect(send(FAILED)).toEqual([SENT]);
    send(FAILED);
    now = 59_999;
    send(FAILED);
    const err = { type: 'Error', message: 'password=[redacted] refused', code: undefined };
    expect(lines).toEqual([['warn', { lostSpans: 2, err }, 'traces could not be sent']]);
    now = 60_000;
    send(FAILED);
    expect(lines).toHaveLength(2);
    expect(lines[1]![1]).toMatchObject({ lostSpans: 6 });
  });

  it('logs once that traces are sent again', () => {
    send(SENT);
    expect(lines).toEqual([]);
    send(FAILED);
    send(SENT);
    send(SENT);
    expect(lines.map(([level]) => level)).toEqual(['warn', 'info']);
  });
});
