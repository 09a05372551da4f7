import { type QueryResult } from 'pg';
import { DATABASE_TRIPS, type DatabaseTripFacts } from '../../kernel/observation/operations.js';

/** The server that the statements go to. */
type Server = Omit<DatabaseTripFacts, 'statements'>;

/** Statements that were sent in this turn of the event loop, and their answers. */
interface Trip {
  readonly statements: string[];
  readonly answers: Promise<QueryResult>[];
}

/** Groups what a connection sends in one turn of the event loop, for those who observe its round trips. */
export class RoundTrips {
  private open: Trip | undefined;

  /** Notes a statement that is sent now. */
  note(server: Server, statement: string, answer: Promise<QueryResult>): void {
    if (this.open) {
      this.open.statements.push(statement);
      this.open.answers.push(answer);
      return;
    }
    const trip: Trip = { statements: [statement], answers: [answer] };
    this.open = trip;
    const facts = { ...server, statements: trip.statements };
    // The sender of a statement gets its error.
    DATABASE_TRIPS.run(facts, () => this.answered(trip)).catch(() => undefined);
  }

  /** Resolves with the last answer to what is sent until this turn ends; rejects with the first error. */
  private answered(trip: Trip): Promise<void> {
    return new Promise((resolve, reject) => {
      process.nextTick(() => {
        this.open = undefined;
        void Promise.allSettled(trip.answers).then((answers) => {
          const failed = answers.find((answer) => answer.status === 'rejected');
          if (failed) reject(failed.reason as Error);
          else resolve();
        });
      });
    });
  }
}

/** The name of a statement as its author gave it, or the first word of its text: `COMMIT`. */
export function nameOfQuery(query: unknown): string {
  const { name, text } = (typeof query === 'string' ? { text: query } : query) as {
    readonly name?: unknown;
    readonly text?: unknown;
  };
  if (typeof name === 'string') return name;
  const [, word = 'statement'] = /^\s*([a-z]+)\b/i.exec(String(text)) ?? [];
  return word.toUpperCase();
}
