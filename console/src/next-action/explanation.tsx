import { type JSX, type ReactNode } from 'react';
import { Link } from 'wouter';
import { BASE } from '../api/base.js';
import { type NextActionDetail } from '../api/client.js';
import { isInstant } from '../ui/relative-time.js';
import { type SafeLink, safeLink } from '../ui/safe-link.js';
import { Time } from '../ui/time.js';
import { barsOf } from './rank-bars.js';
import { Section } from './section.js';

interface Props {
  readonly item: NextActionDetail;
  readonly now: number;
}

/** Why it is recommended, and how its rank was computed. */
export function Explanation({ item: { explanation, score, actionUrl }, now }: Props): JSX.Element {
  const { evidence = [], links = [], factors = {}, recommendedSteps = [] } = explanation ?? {};
  const followed = linksOf([
    ...links,
    ...(actionUrl === null ? [] : [{ label: '', href: actionUrl }]),
  ]);
  const bars = barsOf(factors);
  return (
    <>
      {evidence.length > 0 && (
        <Section title="Why">
          <dl>
            {evidence.map(({ key, label, value }) => (
              <div key={key}>
                <dt>{label}</dt>
                <dd>{factOf(value, now)}</dd>
              </div>
            ))}
          </dl>
        </Section>
      )}
      {recommendedSteps.length > 0 && bars.length === 0 && (
        <Section title="Steps">
          <ol>
            {recommendedSteps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </Section>
      )}
      {followed.length > 0 && (
        <p className="links">
          {followed.map(({ label, href, external }) =>
            external || href.startsWith('/api/') ? (
              <a
                key={href}
                href={external ? href : `${BASE}${href}`}
                target="_blank"
                rel="noreferrer"
              >
                {label}
                {!external && <span className="hidden-text"> (JSON of the API)</span>}
              </a>
            ) : (
              <Link key={href} href={href}>
                {label}
              </Link>
            ),
          )}
        </p>
      )}
      <Section title={`Rank ${score}`}>
        {bars.length === 0 && <p className="sub">Set by who created it.</p>}
        {bars.map(({ name, label, points, share }) => (
          <div className="bar" key={name}>
            <span>{label}</span>
            <u aria-hidden="true">
              <b className={points < 0 ? 'less' : ''} style={{ width: `${share}%` }} />
            </u>
            <span>{signed(name, points)}</span>
          </div>
        ))}
      </Section>
    </>
  );
}

interface Link extends SafeLink {
  readonly label: string;
}

/** The links that are followed, each once; one without a label has its host. */
function linksOf(links: readonly { readonly label: string; readonly href: string }[]): Link[] {
  const found = new Map<string, Link>();
  for (const { label, href } of links) {
    const link = safeLink(href);
    if (!link || found.has(href)) continue;
    const name = link.external ? new URL(href).host : 'Open';
    found.set(href, { label: label === '' ? name : label, ...link });
  }
  return [...found.values()];
}

function factOf(value: string | number | string[], now: number): ReactNode {
  if (Array.isArray(value)) return value.join(', ');
  return typeof value === 'string' && isInstant(value) ? <Time at={value} now={now} /> : value;
}

function signed(name: string, points: number): string {
  if (points < 0) return `−${-points}`;
  return name === 'base' ? String(points) : `+${points}`;
}
