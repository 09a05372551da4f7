import { WAL_POSITION_FORM } from '../../kernel/wal-position.js';
import { READ_AFTER } from '../access/own-writes.js';
import { type OpenApiOperation, type OperationMethod } from './openapi-types.js';

const POSITION = {
  type: 'string',
  pattern: WAL_POSITION_FORM.source,
  example: '16/B374D848',
} as const;

/** Describes the header by which a client reads its own writes: sent with reads, answered to changes. */
export function addReadAfter(method: OperationMethod, operation: OpenApiOperation): void {
  if (method === 'get') {
    operation.parameters = [
      ...(operation.parameters ?? []),
      {
        name: READ_AFTER,
        in: 'header',
        required: false,
        description:
          'The value of an earlier answer to a change: this answer includes that change.',
        schema: POSITION,
      },
    ];
    return;
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    if (!status.startsWith('2') || !response || !('description' in response)) continue;
    response.headers = {
      ...response.headers,
      [READ_AFTER]: {
        description:
          'Where this change was committed, for a read by way of another server. Only where lists are read from a replica.',
        schema: POSITION,
      },
    };
  }
}
