import { BASE } from '../../../api/base.js';
import { ApiProblem, sayCallerRefused, type Schemas } from '../../../api/client.js';
import { oneScope } from '../../../ui/filter-values.js';
import { type WorkItemKind } from '../../../work-item/kinds.js';
import { sizeText } from './size-text.js';

export type ImportAnswer = Schemas['ImportAnswer'];
export type ImportMode = ImportAnswer['mode'];

export interface ImportOptions {
  /** Empty: the file has a column for it. */
  readonly kind: WorkItemKind | '';
  readonly mode: ImportMode;
  /** The scope of the rows that name none, `account/acme`; empty: the default one. */
  readonly scope: string;
  readonly dryRun: boolean;
}

/** The largest file that the server takes, in bytes. Source: docs/work-items.md, "CSV in". */
const LIMIT_BYTES = 50 * 1024 * 1024;

/** What is wrong with the file before the server has seen it. */
export class FileFault extends Error {}

/**
 * Imports a file, or checks it. The browser reads it while it sends it. The answer is one JSON document: the lines
 * that the server can send meanwhile are of no use, since a browser reads no answer before it has sent the body.
 */
export async function sendFile(
  file: File,
  options: ImportOptions,
  signal: AbortSignal,
): Promise<ImportAnswer> {
  if (file.size > LIMIT_BYTES) {
    const sizes = `${sizeText(file.size)}; an import takes up to ${sizeText(LIMIT_BYTES)}`;
    throw new FileFault(`The file has ${sizes}. Split it.`);
  }
  const response = await post(file, options, signal);
  if (response.ok) return (await response.json()) as ImportAnswer;
  if (response.status === 401) sayCallerRefused();
  const problem = (await response.json().catch(() => ({}))) as Partial<Schemas['Problem']>;
  throw new ApiProblem(response.status, problem, response.headers.get('Retry-After'));
}

async function post(file: File, options: ImportOptions, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(`${BASE}/api/work-items/import?${queryOf(options).toString()}`, {
      method: 'POST',
      headers: { 'Content-Type': 'text/csv', Accept: 'application/json' },
      body: file,
      signal,
    });
  } catch (error) {
    if (signal.aborted || (await isReadable(file))) throw error;
    throw new FileFault('The file can’t be read: it was changed or removed. Choose it again.');
  }
}

function queryOf({ kind, mode, scope, dryRun }: ImportOptions): URLSearchParams {
  const query = new URLSearchParams({ mode, dryRun: String(dryRun) });
  if (kind !== '') query.set('kind', kind);
  const { entityType, entityId } = oneScope(scope) ?? {};
  if (entityType !== undefined) query.set('entityType', entityType);
  if (entityId !== undefined) query.set('entityId', entityId);
  return query;
}

async function isReadable(file: File): Promise<boolean> {
  try {
    await file.slice(0, 1).arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
