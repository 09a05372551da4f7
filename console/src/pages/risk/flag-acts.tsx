import { type JSX, useState } from 'react';
import { TextField } from '../../ui/fields.js';
import { FormDialog } from '../../ui/form-dialog.js';
import { Icon } from '../../ui/icons.js';
import { Menu, MenuItem } from '../../ui/menu.js';
import { actionsOn, type Flag, type FlagChange } from './flag-changes.js';

interface Props {
  readonly flag: Flag;
  readonly isPending: boolean;
  readonly onChange: (body: FlagChange) => void;
}

const PRESETS = [
  ['2d', '2 days'],
  ['7d', '7 days'],
] as const;

/** The buttons that the state of a flag allows. */
export function FlagActs({ flag, isPending, onChange }: Props): JSX.Element {
  const [asksUntil, setAsksUntil] = useState(false);
  const actions = actionsOn(flag);
  const isSnoozed = flag.status === 'snoozed';
  const button = (action: 'resolve' | 'dismiss' | 'reopen', label: string): JSX.Element | false =>
    actions.includes(action) && (
      <button
        type="button"
        className={action === actions[0] ? 'b p' : 'b'}
        disabled={isPending}
        onClick={() => onChange({ action })}
      >
        {label}
      </button>
    );
  return (
    <div className="acts">
      {button('reopen', isSnoozed ? 'End the snooze' : 'Reopen')}
      {button('resolve', 'Resolve')}
      {actions.includes('snooze') && (
        <Menu
          label={isSnoozed ? 'Snooze for another time' : 'Snooze'}
          className="b"
          trigger={
            <>
              Snooze <Icon name="down" />
            </>
          }
        >
          {PRESETS.map(([preset, text]) => (
            <MenuItem key={preset} onClick={() => onChange({ action: 'snooze', preset })}>
              {text}
            </MenuItem>
          ))}
          <MenuItem onClick={() => setAsksUntil(true)}>Until…</MenuItem>
        </Menu>
      )}
      {button('dismiss', 'Dismiss')}
      {asksUntil && (
        <SnoozeUntil
          onClose={() => setAsksUntil(false)}
          onSubmit={(until) => {
            setAsksUntil(false);
            onChange({ action: 'snooze', until });
          }}
        />
      )}
    </div>
  );
}

function SnoozeUntil({
  onSubmit,
  onClose,
}: {
  readonly onSubmit: (until: string) => void;
  readonly onClose: () => void;
}): JSX.Element {
  const [until, setUntil] = useState('');
  return (
    <FormDialog
      title="Snooze the flag"
      description="It is open again after that time. Runs of the rules leave it alone until then."
      submitLabel="Snooze"
      onSubmit={() => onSubmit(new Date(until).toISOString())}
      onClose={onClose}
    >
      <TextField label="Until" type="datetime-local" required value={until} onChange={setUntil} />
    </FormDialog>
  );
}
