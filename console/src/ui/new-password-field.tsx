import { type JSX, useState } from 'react';
import { CheckField, TextField } from './fields.js';

interface Props {
  readonly label: string;
  readonly help: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly required?: boolean;
}

/** A password that is set; it can be shown, so that nobody sets one with a typing error. */
export function NewPasswordField(props: Props): JSX.Element {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <TextField {...props} type={isShown ? 'text' : 'password'} autoComplete="new-password" />
      <CheckField label="Show what is typed" checked={isShown} onChange={setShown} />
    </>
  );
}
