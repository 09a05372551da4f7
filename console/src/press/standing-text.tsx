import { type JSX } from 'react';
import { useNow } from '../ui/time.js';
import { type Press } from './press.js';
import { standing } from './press-text.js';

interface Props {
  readonly press: Press;
  /** The target that it is shown at. */
  readonly id: string;
}

/** Where a press stands, with its seconds counted: of the page around it, nothing is rendered with them. */
export function StandingText({ press, id }: Props): JSX.Element {
  const now = useNow(1000);
  return <>{standing(press, press.outcomes[id], now)}</>;
}
