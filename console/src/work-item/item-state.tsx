import { type JSX } from 'react';
import { Badge, type Tone } from '../ui/badge.js';
import { labelOf } from '../ui/schema-fields.js';
import { type WorkItem } from './kinds.js';

/** The state of an item; the dot says whether it is open, and whether it failed. */
export function ItemState({ item }: { readonly item: WorkItem }): JSX.Element {
  return <Badge tone={toneOf(item)} text={labelOf(item.state)} />;
}

function toneOf({ state, open }: WorkItem): Tone {
  if (state === 'failed') return 'bad';
  return open ? 'good' : 'quiet';
}
