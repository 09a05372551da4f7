import { type JSX, useId } from 'react';

interface Common {
  readonly label: string;
  readonly help?: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
}

interface TextProps extends Common {
  readonly type?: 'text' | 'email' | 'password' | 'url' | 'number' | 'date' | 'datetime-local';
  readonly required?: boolean;
  readonly maxLength?: number;
  readonly min?: number;
  readonly max?: number;
  readonly autoComplete?: string;
  readonly placeholder?: string;
}

export function TextField({
  label,
  help,
  onChange,
  type = 'text',
  ...rest
}: TextProps): JSX.Element {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type={type} {...rest} onChange={(event) => onChange(event.target.value)} />
      {help !== undefined && <p className="help">{help}</p>}
    </div>
  );
}

interface AreaProps extends Common {
  readonly rows?: number;
  readonly required?: boolean;
  readonly maxLength?: number;
  readonly placeholder?: string;
}

export function AreaField({ label, help, onChange, rows = 3, ...rest }: AreaProps): JSX.Element {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea id={id} rows={rows} {...rest} onChange={(event) => onChange(event.target.value)} />
      {help !== undefined && <p className="help">{help}</p>}
    </div>
  );
}

interface SelectProps extends Common {
  readonly choices: readonly (readonly [value: string, text: string])[];
  readonly required?: boolean;
}

export function SelectField({ label, help, onChange, choices, ...rest }: SelectProps): JSX.Element {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} {...rest} onChange={(event) => onChange(event.target.value)}>
        {choices.map(([value, text]) => (
          <option key={value} value={value}>
            {text}
          </option>
        ))}
      </select>
      {help !== undefined && <p className="help">{help}</p>}
    </div>
  );
}

interface CheckProps {
  readonly label: string;
  readonly help?: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
}

export function CheckField({ label, help, checked, onChange }: CheckProps): JSX.Element {
  return (
    <div className="field">
      <label className="switch">
        <input
          type="checkbox"
          checked={checked}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
      {help !== undefined && <p className="help">{help}</p>}
    </div>
  );
}
