import { readEnv } from './env.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };
const tracing = (source: Record<string, string>, role?: 'command') => readEnv(source, role).tracing;

describe('the settings of traces', () => {
  it('are off without an endpoint, whatever else the environment of a cluster sets', () => {
    expect(tracing({})).toBeUndefined();
    const others = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', OTEL_TRACES_SAMPLER: 'xray' };
    expect(tracing(others)).toBeUndefined();
    expect(tracing({ ...ENDPOINT, ...others }, 'command')).toBeUndefined();
  });

  it('have a service name and no headers by default', () => {
    expect(tracing(ENDPOINT)).toEqual({
      endpoint: 'http://127.0.0.1:4318',
      headers: {},
      serviceName: 'next-best-actions',
    });
    expect(tracing({ ...ENDPOINT, OTEL_SERVICE_NAME: 'desk' })?.serviceName).toBe('desk');
  });

  it('read headers as OTLP writes them', () => {
    const OTEL_EXPORTER_OTLP_HEADERS = 'Authorization=Bearer%20a%2Cb==, x-tenant=desk';
    expect(tracing({ ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS })?.headers).toEqual({
      authorization: 'Bearer a,b==',
      'x-tenant': 'desk',
    });
  });

  it.each([
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'localhost:4318'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://user:s3same@otel.example.com'],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', 'https://otel.example.com/?key=s3same'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 's3same'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=Bearer s3same'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=s3same%0d%0ax:y'],
    ['OTEL_EXPORTER_OTLP_HEADERS', 'authorization=s3same%'],
    ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
    ['OTEL_TRACES_SAMPLER', 'xray'],
    ['OTEL_TRACES_SAMPLER', 'traceidratio'],
  ])('refuse %s=%s in one sentence without the value', (key, value) => {
    const read = () => tracing({ ...ENDPOINT, [key]: value });
    expect(read).toThrow(new RegExp(`^${key}(_ARG)? must be `));
    expect(read).not.toThrow(/s3same/);
  });

  it('take a part of the traces from 0 to 1', () => {
    const part = (OTEL_TRACES_SAMPLER_ARG: string) => () =>
      tracing({ ...ENDPOINT, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG });
    for (const right of ['0', '1', '0.25', '.5', '1.0']) expect(part(right)).not.toThrow();
    for (const wrong of ['2', '-1', 'half', '1.5', '']) expect(part(wrong)).toThrow(/_ARG must be/);
  });
});
