import { type JSX, useMemo } from 'react';
import { type ActionButton, type NextActionDetail } from '../api/client.js';
import { useNextAction } from '../api/queries.js';
import { useMay } from '../api/rights.js';
import { isOpen } from '../press/press.js';
import { usePresses } from '../press/pressing.js';
import { StandingText } from '../press/standing-text.js';
import { Loaded } from '../ui/loaded.js';
import { PriorityMark, priorityName } from '../ui/priority.js';
import { Time, useNow } from '../ui/time.js';
import { useButtonCommands } from './button-commands.js';
import { Buttons } from './buttons.js';
import { Events } from './events.js';
import { Explanation } from './explanation.js';
import { History } from './history.js';
import { Playbook } from './playbook.js';
import { scopeName } from './scope-name.js';
import { Section, SectionLevel } from './section.js';
import { isSnoozed } from './snoozed.js';

const NO_BUTTONS: readonly ActionButton[] = [];

interface Props {
  readonly id: string;
  /** The level of its heading: a page of its own, or a panel beside the queue. */
  readonly heading: 'h1' | 'h2';
  /** The key that presses a button, by its action, where there are such keys. */
  readonly hints?: Readonly<Record<string, string>>;
}

/** Everything about one next best action. */
export function Detail({ id, heading, hints }: Props): JSX.Element {
  return (
    <Loaded query={useNextAction(id)}>
      {(item) => <Shown item={item} heading={heading} hints={hints} />}
    </Loaded>
  );
}

function Shown({
  item,
  heading: Heading,
  hints = {},
}: Omit<Props, 'id'> & { readonly item: NextActionDetail }): JSX.Element {
  const now = useNow(60_000);
  const seesEvents = useMay('events.read');
  // Beside the queue, that offers the buttons of its selection.
  const own = useMemo(() => (Heading === 'h1' ? [item] : []), [Heading, item]);
  useButtonCommands(own, own[0]?.actions ?? NO_BUTTONS);
  const press = usePresses().findLast(({ intent }) =>
    intent.targets.some(({ id }) => id === item.id),
  );
  return (
    <SectionLevel value={Heading === 'h1' ? 'h2' : 'h3'}>
      <div className="meta">
        <PriorityMark priority={item.priority} />
        <span>{priorityName(item.priority)}</span>
        <span>· {scopeName(item)}</span>
        {item.status !== 'queued' && <span>· {item.status}</span>}
        <span>
          · since <Time at={item.createdAt} now={now} />
        </span>
      </div>
      <Heading className="detail-title">{item.title}</Heading>
      {item.reason !== null && <p className="sub">{item.reason}</p>}
      {isSnoozed(item, now) && (
        <p className="sub">
          Snoozed: back <Time at={item.snoozedUntil} now={now} />
          {item.snoozeUntilWorse && ', or when it gets worse'}
        </p>
      )}
      {press && isOpen(press) ? (
        <p className="standing">
          <StandingText press={press} id={item.id} />
        </p>
      ) : (
        <Buttons
          items={[item]}
          buttons={item.actions}
          shown={Heading === 'h1' ? 3 : 2}
          hints={hints}
        />
      )}
      <Explanation item={item} now={now} />
      <Playbook id={item.id} canTick={item.actions.length > 0} />
      {item.note !== null && (
        <Section title="Note">
          <p className="note">{item.note}</p>
        </Section>
      )}
      <History item={item} now={now} />
      {seesEvents && <Events id={item.id} now={now} />}
    </SectionLevel>
  );
}
