import { type JSX, useState } from 'react';
import { TextField } from '../../ui/fields.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { Icon } from '../../ui/icons.js';
import { Menu, MenuItem } from '../../ui/menu.js';

interface Span {
  readonly since: string;
  readonly until: string;
}

interface Props extends Span {
  readonly onChange: (span: Span) => void;
}

const HOUR_MS = 3_600_000;
const SPANS: readonly (readonly [name: string, ms: number])[] = [
  ['Last hour', HOUR_MS],
  ['Last 24 hours', 24 * HOUR_MS],
  ['Last 7 days', 7 * 24 * HOUR_MS],
];
const SHORT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

/** Since and until as a chip: a span up to now, or two times. */
export function TimeChip({ since, until, onChange }: Props): JSX.Element {
  const [asks, setAsks] = useState(false);
  const text = textOf(since, until);
  return (
    <>
      <Menu
        label={text === '' ? 'Time' : `Time: ${text}`}
        className={text === '' ? 'chip' : 'chip on'}
        trigger={
          <>
            <span className="chip-text">{text === '' ? 'Time' : text}</span>
            <Icon name="down" />
          </>
        }
      >
        <MenuItem onClick={() => onChange({ since: '', until: '' })}>Any time</MenuItem>
        {SPANS.map(([name, ms]) => (
          <MenuItem
            key={name}
            onClick={() => onChange({ since: new Date(Date.now() - ms).toISOString(), until: '' })}
          >
            {name}
          </MenuItem>
        ))}
        <MenuItem onClick={() => setAsks(true)}>Between…</MenuItem>
      </Menu>
      {asks && (
        <Between
          since={since}
          until={until}
          onChange={(span) => {
            setAsks(false);
            onChange(span);
          }}
          onClose={() => setAsks(false)}
        />
      )}
    </>
  );
}

function textOf(since: string, until: string): string {
  const [from, to] = [since, until].map((at) => (at === '' ? '' : SHORT.format(Date.parse(at))));
  if (since === '') return until === '' ? '' : `until ${to ?? ''}`;
  return until === '' ? `since ${from ?? ''}` : `${from ?? ''} – ${to ?? ''}`;
}

function Between({ onChange, onClose, ...span }: Props & { onClose: () => void }): JSX.Element {
  const [since, setSince] = useState(localOf(span.since));
  const [until, setUntil] = useState(localOf(span.until));
  return (
    <FormDialog
      title="Events between two times"
      description="In your time zone; an empty field is no limit."
      submitLabel="Show"
      onSubmit={() => onChange({ since: instantOf(since), until: instantOf(until) })}
      onClose={onClose}
    >
      <TextField label="Since" type="datetime-local" value={since} onChange={setSince} />
      <TextField label="Until" type="datetime-local" value={until} onChange={setUntil} />
    </FormDialog>
  );
}

/** A time of the API as a field of the browser has it: in the zone of the reader, to the minute. */
function localOf(instant: string): string {
  if (instant === '') return '';
  const time = new Date(instant);
  const zone = time.getTimezoneOffset() * 60_000;
  return new Date(time.getTime() - zone).toISOString().slice(0, 16);
}

function instantOf(local: string): string {
  return local === '' ? '' : new Date(local).toISOString();
}
