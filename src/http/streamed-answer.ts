import { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import { type Response } from 'express';
import { noteProblem } from '../logging/access-log.js';
import { toDomainError } from './problems/problem.js';

/** How an answer is announced. */
export interface StreamedAnswerOptions {
  /** `Content-Type` */
  readonly type: string;
  /** Name of the file that the client saves. */
  readonly fileName?: string;
}

/** An answer in CSV, which a browser saves under this name. */
export function csvAnswer(
  parts: AsyncGenerator<string>,
  fileName: string,
): Promise<StreamableFile> {
  return streamedAnswer(parts, { type: 'text/csv; charset=utf-8; header=present', fileName });
}

/**
 * An answer that is sent while it is made: the next chunk is made when the client has taken the ones before.
 * The first is made here, so that an error before it is answered like any other. A later error closes the
 * connection, so that nobody takes the answer for complete. A client that disconnects ends the chunks.
 */
export async function streamedAnswer(
  chunks: AsyncGenerator<string>,
  { type, fileName }: StreamedAnswerOptions,
): Promise<StreamableFile> {
  const first = await chunks.next();
  const source = Readable.from(continued(first, chunks), { highWaterMark: 1 });
  const disposition = fileName === undefined ? undefined : `attachment; filename="${fileName}"`;
  return new StreamableFile(source, { type, ...(disposition ? { disposition } : {}) })
    .setErrorHandler((error, answer) => {
      const response = answer as unknown as Response;
      noteProblem(response, toDomainError(error));
      response.destroy();
    })
    .setErrorLogger(() => undefined);
}

async function* continued(
  first: IteratorResult<string>,
  chunks: AsyncGenerator<string>,
): AsyncGenerator<string> {
  try {
    if (!first.done) yield first.value;
    yield* chunks;
  } finally {
    await chunks.return(undefined);
  }
}
