import { createContext, type JSX, type ReactNode, useContext } from 'react';

/** The headings of the parts of a detail: below that of the page, or of a panel. */
export const SectionLevel = createContext<'h2' | 'h3'>('h3');

interface Props {
  readonly title: string;
  readonly children: ReactNode;
}

/** A part of a detail, with its heading. */
export function Section({ title, children }: Props): JSX.Element {
  const Heading = useContext(SectionLevel);
  return (
    <section>
      <Heading className="section-title">{title}</Heading>
      {children}
    </section>
  );
}
