import { type JSX } from 'react';
import { EVENT_KEYS } from '../../../api/event-keys.js';
import { CheckField } from '../../../ui/fields.js';
import { ALL_EVENTS, groupsOf } from './webhook-values.js';

interface Props {
  readonly value: readonly string[];
  readonly onChange: (keys: readonly string[]) => void;
}

/** Chooses events by their names, or all of them. */
export function EventKeysField({ value, onChange }: Props): JSX.Element {
  const isAll = value.includes(ALL_EVENTS);
  // A later version may know more than this page.
  const keys = [...new Set<string>([...EVENT_KEYS, ...value])].filter((key) => key !== ALL_EVENTS);
  const set = (key: string, isOn: boolean): void =>
    onChange(isOn ? [...value, key] : value.filter((each) => each !== key));
  return (
    <fieldset className="choices">
      <legend>Events</legend>
      <CheckField
        label="All, also those of later versions (*)"
        checked={isAll}
        onChange={(isOn) => onChange(isOn ? [ALL_EVENTS] : [])}
      />
      {!isAll && (
        <div className="choice-box">
          {groupsOf(keys).map(([name, group]) => (
            <div key={name} role="group" aria-label={name}>
              {group.map((key) => (
                <label key={key} className="switch">
                  <input
                    type="checkbox"
                    checked={value.includes(key)}
                    onChange={(event) => set(key, event.target.checked)}
                  />
                  <span className="code">{key}</span>
                </label>
              ))}
            </div>
          ))}
        </div>
      )}
    </fieldset>
  );
}
