import fc from 'fast-check';
import { type OpenApiDocument, type Operation } from '../../test/support/openapi.js';
import {
  BROKEN_JSON,
  type Header,
  HOSTILE_QUERIES,
  HOSTILE_SEGMENTS,
  STRANGE_HEADERS,
} from './fuzz-hostile.js';
import { anyText, type ValueSchema, ValuesBySchema } from './fuzz-json.js';

/** A request as it goes over the wire. */
export interface FuzzRequest {
  readonly method: string;
  /** Path and query, as they are sent. */
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body?: Buffer;
  /** How the body is sent; `broken` chunks have no length. */
  readonly framing: 'length' | 'chunked' | 'broken';
}

interface DescribedParameter {
  readonly name: string;
  readonly in: string;
  readonly schema?: ValueSchema;
}

/** Makes requests to an operation: some valid, some nearly, some hostile. */
export class RequestArbitraries {
  private readonly values: ValuesBySchema;

  /**
   * @param known values that the server has shown, by the name of the field, for the path
   * @param token what the requests sign in with
   */
  constructor(
    document: OpenApiDocument,
    private readonly known: ReadonlyMap<string, readonly string[]>,
    private readonly token: string,
  ) {
    this.values = new ValuesBySchema(document, [...new Set([...known.values()].flat())]);
  }

  of(operation: Operation): fc.Arbitrary<FuzzRequest> {
    return fc.oneof(
      { weight: 3, arbitrary: this.request(operation, 0) },
      { weight: 4, arbitrary: this.request(operation, 10) },
      { weight: 3, arbitrary: this.request(operation, 50) },
    );
  }

  /** @param hostile how many of 100 parts are unlike the document */
  private request(operation: Operation, hostile: number): fc.Arbitrary<FuzzRequest> {
    const framing: fc.Arbitrary<FuzzRequest['framing']> = fc.oneof(
      { weight: 100 - hostile, arbitrary: fc.constant('length' as const) },
      { weight: hostile, arbitrary: fc.constantFrom('chunked' as const, 'broken' as const) },
    );
    return fc
      .tuple(
        this.path(operation, hostile),
        this.query(operation, hostile),
        this.headers(operation, hostile),
        this.body(operation, hostile),
        framing,
      )
      .map(([path, query, headers, body, framing]) => ({
        method: operation.method.toUpperCase(),
        path: query === '' ? path : `${path}?${query}`,
        headers,
        body,
        framing: body === undefined ? 'length' : framing,
      }));
  }

  private path(operation: Operation, hostile: number): fc.Arbitrary<string> {
    const values = parametersOf(operation, 'path').map(({ name, schema = {} }) => {
      const known = this.known.get(`${operation.path}#${name}`) ?? this.known.get(name) ?? [];
      const valid = this.values.text(schema, 0).map(encoded);
      const likely = known.length === 0 ? valid : fc.constantFrom(...known).map(encoded);
      return fc
        .oneof(
          { weight: 100 - hostile, arbitrary: fc.oneof({ weight: 3, arbitrary: likely }, valid) },
          { weight: hostile, arbitrary: fc.constantFrom(...HOSTILE_SEGMENTS) },
          { weight: Math.ceil(hostile / 5), arbitrary: anyText.map(encoded) },
        )
        .map((value) => [name, value] as const);
    });
    const tail =
      hostile === 0 ? [''] : ['', '', '', '', '', '', '', '/', '/x', '//', '/..', '.json'];
    return fc
      .tuple(fc.tuple(...values), fc.constantFrom(...tail))
      .map(([pairs, end]) => operation.pathWith(Object.fromEntries(pairs)) + end);
  }

  private query(operation: Operation, hostile: number): fc.Arbitrary<string> {
    const pairs = parametersOf(operation, 'query').map(({ name, schema = {} }) =>
      fc
        .array(this.values.text(schema, hostile), { maxLength: hostile < 50 ? 1 : 2 })
        .map((values) => values.map((value) => `${name}=${encoded(value)}`)),
    );
    const described = fc.tuple(...pairs).map((all) => all.flat().join('&'));
    if (hostile === 0) return described;
    return fc.oneof(
      { weight: 100 - hostile, arbitrary: described },
      { weight: Math.ceil(hostile / 2), arbitrary: fc.constantFrom(...HOSTILE_QUERIES) },
      {
        weight: Math.ceil(hostile / 2),
        arbitrary: fc
          .array(fc.tuple(anyText, anyText), { maxLength: 4 })
          .map((all) => all.map(([name, value]) => `${encoded(name)}=${encoded(value)}`).join('&')),
      },
    );
  }

  private headers(operation: Operation, hostile: number): fc.Arbitrary<readonly Header[]> {
    const usual: Header[] = [['Authorization', `Bearer ${this.token}`]];
    if (operation.body) usual.push(['Content-Type', 'application/json']);
    const keyed = operation.parameters('header').includes('Idempotency-Key')
      ? fc
          .option(fc.uuid())
          .map((key): Header[] => (key === null ? [] : [['Idempotency-Key', key]]))
      : fc.constant<Header[]>([]);
    const strange = fc.oneof(
      { weight: 100 - hostile, arbitrary: fc.constant<Header[]>([]) },
      {
        weight: hostile,
        arbitrary: fc.array(fc.constantFrom(...STRANGE_HEADERS), { minLength: 1, maxLength: 3 }),
      },
    );
    return fc.tuple(keyed, strange).map(([key, others]) => {
      const all = [...usual, ...key];
      const replaced = new Set(others.map(([name]) => name));
      return [...all.filter(([name]) => !replaced.has(name)), ...others];
    });
  }

  private body(operation: Operation, hostile: number): fc.Arbitrary<Buffer | undefined> {
    if (!operation.body) {
      // A body where none is due.
      return hostile === 0
        ? fc.constant(undefined)
        : fc.option(fc.constantFrom('', '{}', 'x').map(Buffer.from), { nil: undefined, freq: 1 });
    }
    const described = this.values.json(operation.body, Math.min(hostile, 20)).map(Buffer.from);
    const examples = operation.bodyExamples.map((example) => Buffer.from(JSON.stringify(example)));
    const due = fc.oneof(
      { weight: 4, arbitrary: described },
      { weight: 1, arbitrary: fc.constantFrom(...examples) },
    );
    if (hostile === 0) return due;
    return fc.oneof(
      { weight: 100 - hostile, arbitrary: due },
      {
        weight: Math.ceil(hostile / 2),
        arbitrary: fc.constantFrom(...BROKEN_JSON).map(Buffer.from),
      },
      {
        weight: Math.ceil(hostile / 4),
        arbitrary: fc.uint8Array({ maxLength: 60 }).map(Buffer.from),
      },
      { weight: Math.ceil(hostile / 4), arbitrary: fc.constantFrom(undefined, Buffer.alloc(0)) },
    );
  }
}

function parametersOf({ described }: Operation, place: string): DescribedParameter[] {
  return ((described.parameters ?? []) as readonly DescribedParameter[]).filter(
    (parameter) => parameter.in === place,
  );
}

/** Half a surrogate pair has no encoding: what is left of it goes as three bytes. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}
