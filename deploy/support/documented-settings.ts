import { readFileSync } from 'node:fs';

/** Settings of the metrics and traces, which are documented with them. */
const OF_OBSERVABILITY = ['METRICS_PORT', 'OTEL_EXPORTER_OTLP_ENDPOINT'];

/** Every setting of the application: the keys of `.env.example`. */
export const DOCUMENTED_SETTINGS: ReadonlySet<string> = new Set([
  ...[...readFileSync('.env.example', 'utf8').matchAll(/^([A-Z0-9_]+)=/gm)].map(
    ([, key = '']) => key,
  ),
  ...OF_OBSERVABILITY,
]);
