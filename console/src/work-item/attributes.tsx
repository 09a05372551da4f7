import { type JSX, type ReactNode } from 'react';
import { Facts } from '../ui/facts.js';
import { isInstant } from '../ui/relative-time.js';
import { safeLink } from '../ui/safe-link.js';
import { Time } from '../ui/time.js';

interface Props {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly now: number;
}

/** The attributes of an item: single values by their names, lists and objects as JSON. */
export function Attributes({ attributes, now }: Props): JSX.Element {
  const all = Object.entries(attributes);
  const nested = all.filter(([, value]) => isNested(value));
  return (
    <>
      <Facts
        facts={all
          .filter(([, value]) => !isNested(value))
          .map(([name, value]) => [name, shown(value, now)])}
      />
      {nested.length > 0 && (
        <pre className="json" tabIndex={0} aria-label="Attributes that are lists or objects">
          {JSON.stringify(Object.fromEntries(nested), null, 2)}
        </pre>
      )}
    </>
  );
}

function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}

function shown(value: unknown, now: number): ReactNode {
  if (typeof value !== 'string') return JSON.stringify(value);
  if (isInstant(value)) return <Time at={value} now={now} />;
  const link = safeLink(value);
  if (link?.external !== true) return value;
  return (
    <a href={link.href} target="_blank" rel="noreferrer">
      {value}
    </a>
  );
}
