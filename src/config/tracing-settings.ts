import { ConfigError } from './start-error.js';

/** Where traces are sent. */
export interface TracingSettings {
  /** URL of an OTLP receiver; traces are sent to `v1/traces` under it. */
  readonly endpoint: string;
  /** Headers of each export, such as the credentials that the receiver asks for: secret. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
}

/** The settings as they are written. Meaning: OpenTelemetry, environment variables of the SDK and of OTLP. */
export interface RawTracingSettings {
  readonly endpoint: string | undefined;
  readonly headers: string | undefined;
  readonly protocol: string | undefined;
  readonly serviceName: string | undefined;
  readonly sampler: string | undefined;
  readonly samplerArg: string | undefined;
}

const DEFAULT_SERVICE_NAME = 'next-best-actions';

/** The samplers that the SDK knows. */
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
];

/** A header `name=value`, the value percent-encoded. Source: W3C Baggage, whose format OTLP uses. */
const HEADER = /^([!#$%&'*+.^_`|~\w-]+)=([\x21-\x2b\x2d-\x7e]*)$/;
/** What HTTP allows in the value of a header. Source: RFC 9110, 5.5. */
const HEADER_VALUE = /^[\x20-\x7e\t]*$/;

/**
 * Checks the settings of traces; undefined without an endpoint, when they are off and nothing is checked. The
 * SDK reads the sampler itself, and would replace a wrong one without a word.
 */
export function tracingSettings(raw: RawTracingSettings): TracingSettings | undefined {
  if (raw.endpoint === undefined) return undefined;
  if (raw.protocol !== undefined && !/^http\/(json|protobuf)$/.test(raw.protocol)) {
    throw new ConfigError(
      'OTEL_EXPORTER_OTLP_PROTOCOL must be http/json or unset: traces are sent as JSON over HTTP, which receivers take on port 4318.',
    );
  }
  checkSampler(raw);
  return {
    endpoint: endpointOf(raw.endpoint),
    headers: headersOf(raw.headers),
    serviceName: raw.serviceName ?? DEFAULT_SERVICE_NAME,
  };
}

function endpointOf(value: string): string {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const others = [url?.username, url?.password, url?.search, url?.hash];
  if (/^https?:$/.test(url?.protocol ?? '') && others.every((part) => part === '')) {
    return value.replace(/\/+$/, '');
  }
  throw new ConfigError(
    'OTEL_EXPORTER_OTLP_ENDPOINT must be an http or https URL such as http://localhost:4318, without user, query and fragment: credentials belong into OTEL_EXPORTER_OTLP_HEADERS.',
  );
}

function headersOf(value: string | undefined): Readonly<Record<string, string>> {
  const items = value?.split(',').map((item) => item.trim()) ?? [];
  return Object.fromEntries(items.map(headerOf));
}

function headerOf(item: string): readonly [name: string, value: string] {
  const [, name, encoded = ''] = HEADER.exec(item) ?? [];
  const value = percentDecoded(encoded);
  if (name !== undefined && value !== undefined && HEADER_VALUE.test(value)) {
    return [name.toLowerCase(), value];
  }
  throw new ConfigError(
    'OTEL_EXPORTER_OTLP_HEADERS must be a list such as authorization=Bearer%20abc,x-tenant=desk, with percent-encoded values.',
  );
}

function checkSampler({ sampler, samplerArg }: RawTracingSettings): void {
  if (sampler === undefined) return;
  if (!SAMPLERS.includes(sampler)) {
    throw new ConfigError(`OTEL_TRACES_SAMPLER must be one of ${SAMPLERS.join(', ')}.`);
  }
  if (!sampler.endsWith('traceidratio') || /^(0?\.\d+|[01](\.0+)?)$/.test(samplerArg ?? '')) return;
  throw new ConfigError(
    `OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1: the part of the traces that ${sampler} keeps.`,
  );
}

function percentDecoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
