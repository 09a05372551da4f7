import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';

/** Input and output of a prompt. */
export interface Terminal {
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Where questions are shown: never standard output, which may go into a file. */
  readonly prompts: NodeJS.WritableStream;
}

/** Most bytes that are read from standard input. */
const MAX_INPUT = 16_384;

/**
 * Reads a password: at a terminal it asks and does not show what is typed, else it takes the first line
 * of the input. It is never taken from the command line, which other users of the machine can read.
 */
export async function readPassword(question: string, terminal: Terminal): Promise<string> {
  return terminal.input.isTTY === true
    ? askHidden(question, terminal)
    : firstLineOf(terminal.input);
}

async function askHidden(question: string, { input, prompts }: Terminal): Promise<string> {
  // readline turns the echo of the terminal off; its own output is discarded.
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input, output: nowhere, terminal: true });
  const controller = new AbortController();
  reader.once('SIGINT', () => controller.abort());
  reader.once('close', () => controller.abort());
  prompts.write(question);
  try {
    return await reader.question('', { signal: controller.signal });
  } finally {
    reader.close();
    prompts.write('\n');
  }
}

async function firstLineOf(input: NodeJS.ReadableStream): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of input) {
    const bytes = Buffer.from(chunk);
    chunks.push(bytes);
    size += bytes.length;
    if (size > MAX_INPUT || bytes.includes('\n')) break;
  }
  return Buffer.concat(chunks).toString('utf8').split(/\r?\n/, 1)[0] ?? '';
}
