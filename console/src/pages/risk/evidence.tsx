import { type JSX, type ReactNode } from 'react';
import { Link } from 'wouter';
import { Section } from '../../next-action/section.js';
import { Facts } from '../../ui/facts.js';
import { isInstant } from '../../ui/relative-time.js';
import { labelOf } from '../../ui/schema-fields.js';
import { Time } from '../../ui/time.js';
import { searchOf } from '../../ui/filter-values.js';
import { type Flag } from './flag-changes.js';

/** The facts that triggered the rule. */
export function Evidence({ flag, now }: { readonly flag: Flag; now: number }): JSX.Element | null {
  const facts = Object.entries(flag.evidence).filter(([, value]) => value !== null);
  if (facts.length === 0) return null;
  return (
    <Section title="Evidence">
      <Facts facts={facts.map(([name, value]) => [nameOf(name), shown(name, value, now)])} />
    </Section>
  );
}

function nameOf(name: string): string {
  return name === 'jobIds' ? 'Jobs' : labelOf(name);
}

function shown(name: string, value: unknown, now: number): ReactNode {
  if (Array.isArray(value)) {
    const texts = value.map(String);
    if (name !== 'jobIds') return texts.join(', ');
    return texts.map((id) => (
      <div key={id}>
        <Link className="code" href={`/jobs${searchOf({ id })}`}>
          {id}
        </Link>
      </div>
    ));
  }
  if (typeof value !== 'string') return JSON.stringify(value);
  return isInstant(value) ? <Time at={value} now={now} /> : value;
}
