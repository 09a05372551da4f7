import { type CommandWork } from './command.app.js';
import { StartError } from './config/start-error.js';
import { redactText, textOf } from './kernel/redaction/redaction.js';

/** Exit codes: done, failed, wrong command line, interrupted. */
const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** An error class. */
type ErrorClass = new (...args: never[]) => Error;

/** A command on the database, such as `npm run user`. */
export interface Command<Request> {
  /** What --help shows, and a wrong command line after its error. */
  readonly usage: string;
  /** Its options, such as `--role and --help`: the error of one that is unknown. */
  readonly options: string;
  /** Reads the command line; undefined for --help. */
  readonly read: () => Request | undefined;
  /** Loads what it does, once the command line was read: the application takes a second to load. */
  readonly load: () => Promise<CommandWork<Request>>;
  /** Errors of a wrong command line, besides those of `parseArgs`. */
  readonly usageError?: ErrorClass;
  /** Errors whose message is shown as it is. */
  readonly expectedError?: ErrorClass;
}

/** Runs a command and returns the exit code. Output goes to standard output, an error to standard error. */
export async function runCommand<Request>(command: Command<Request>): Promise<number> {
  try {
    const request = command.read();
    if (request === undefined) {
      process.stdout.write(command.usage);
      return EXIT.done;
    }
    const { carryOut } = await import('./command.app.js');
    const { output, failed = false } = await carryOut(await command.load(), request);
    process.stdout.write(`${output}\n`);
    return failed ? EXIT.failed : EXIT.done;
  } catch (error) {
    return report(command, error);
  }
}

function report(
  {
    usage,
    options,
    usageError,
    expectedError,
  }: Pick<Command<unknown>, 'usage' | 'options' | 'usageError' | 'expectedError'>,
  error: unknown,
): number {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (name === 'AbortError') return EXIT.interrupted;
  const isUsage = usageError !== undefined && error instanceof usageError;
  // The parser's own message quotes what was typed, which may be a password.
  const isUnreadable = String(code).startsWith('ERR_PARSE_ARGS');
  if (isUsage || isUnreadable) {
    const fault = isUnreadable ? `The options are ${options}.` : (error as Error).message;
    process.stderr.write(`${fault}\n\n${usage}`);
    return EXIT.usage;
  }
  const isExpected = expectedError !== undefined && error instanceof expectedError;
  const message = redactText(textOf((error as { message?: unknown }).message));
  if (isExpected || error instanceof StartError) process.stderr.write(`${error.message}\n`);
  else process.stderr.write(`The command failed: ${message}\n`);
  return EXIT.failed;
}
