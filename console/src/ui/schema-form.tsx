import { type JSX, type ReactNode, useId, useState } from 'react';
import {
  type Field,
  fieldsWith,
  type Form,
  inputOf,
  labelOf,
  type Values,
} from './schema-fields.js';

interface Props {
  readonly form: Form;
  readonly people: readonly { readonly id: string; readonly name: string }[];
  readonly submitLabel: string;
  readonly danger: boolean;
  readonly onCancel: () => void;
  readonly onSubmit: (input: Record<string, unknown>) => void;
}

/** The controls of an action's input, and its button. */
export function SchemaForm(props: Props): JSX.Element {
  const { form, people, submitLabel, danger, onCancel, onSubmit } = props;
  const [values, setValues] = useState<Values>({});
  // The choices come first: one click is enough where a span is meant.
  const [chosen, setChosen] = useState(() => preferred(form));
  const [fault, setFault] = useState<string>();
  const fields = fieldsWith(form, chosen);
  const submit = (): void => {
    try {
      onSubmit(inputOf(fields, values));
    } catch (error) {
      setFault(error instanceof SyntaxError ? `This is no JSON: ${error.message}` : String(error));
    }
  };
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      {form.alternatives.length > 0 && (
        <fieldset className="segments">
          <legend className="hidden-text">Which</legend>
          {form.alternatives.map((names, index) => (
            <label key={names.join()}>
              <input
                type="radio"
                name="alternative"
                checked={index === chosen}
                onChange={() => setChosen(index)}
              />
              {names.map(labelOf).join(', ')}
            </label>
          ))}
        </fieldset>
      )}
      {fields.map((field) => (
        <FieldControl
          key={field.name}
          field={field}
          people={people}
          value={values[field.name]}
          onChange={(value) => setValues({ ...values, [field.name]: value })}
        />
      ))}
      {fault !== undefined && (
        <p className="fault" role="alert">
          {fault}
        </p>
      )}
      <div className="dialog-acts">
        <button className="b" type="button" onClick={onCancel}>
          Cancel
        </button>
        <button
          className={danger ? 'b d' : 'b p'}
          type="submit"
          data-first={fields.length === 0 && !danger ? true : undefined}
        >
          {submitLabel}
        </button>
      </div>
    </form>
  );
}

function preferred({ fields, alternatives }: Form): number {
  const isChoice = (name: string): boolean =>
    fields.some((field) => field.name === name && field.kind === 'choice');
  return Math.max(
    0,
    alternatives.findIndex((names) => names.some(isChoice)),
  );
}

interface ControlProps {
  readonly field: Field;
  readonly people: Props['people'];
  readonly value: string | boolean | undefined;
  readonly onChange: (value: string | boolean) => void;
}

function FieldControl({ field, people, value, onChange }: ControlProps): JSX.Element {
  const id = useId();
  const { kind, label, help, required, nullable, choices, maxLength } = field;
  if (kind === 'switch') {
    return (
      <label className="switch">
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
        {label}
      </label>
    );
  }
  const text = typeof value === 'string' ? value : '';
  const common = { id, required, value: text };
  const onText = (event: { target: { value: string } }): void => onChange(event.target.value);
  let control: ReactNode;
  if (kind === 'choice' || kind === 'person') {
    const options =
      kind === 'person'
        ? people.map((each) => [each.id, each.name] as const)
        : choices.map((each) => [each, each] as const);
    const none = kind === 'person' && nullable ? 'Nobody' : 'Choose…';
    const mayBeEmpty = kind === 'person' && nullable;
    control = (
      <select {...common} required={required && !mayBeEmpty} onChange={onText}>
        <option value="">{none}</option>
        {options.map(([each, name]) => (
          <option key={each} value={each}>
            {name}
          </option>
        ))}
      </select>
    );
  } else if (kind === 'text' || kind === 'json') {
    control = <textarea {...common} rows={3} maxLength={maxLength} onChange={onText} />;
  } else {
    const type = kind === 'instant' ? 'datetime-local' : 'number';
    control = <input {...common} type={type} onChange={onText} />;
  }
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {control}
      {help !== undefined && <p className="help">{help}</p>}
    </div>
  );
}
