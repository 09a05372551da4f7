import { Dialog as Base } from '@base-ui/react/dialog';
import { createContext, type JSX, type ReactNode, useContext } from 'react';

/** False while the sign-in stands in place of the page: dialogs are hidden, and keep what was typed. */
export const SignedInContext = createContext(true);

interface Props {
  readonly title: string;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  readonly onClose: () => void;
}

/** A modal dialog; Escape and a click outside close it. */
export function Dialog({ title, description, children, onClose }: Props): JSX.Element {
  const isSignedIn = useContext(SignedInContext);
  return (
    <Base.Root open={isSignedIn} onOpenChange={(open) => open || onClose()}>
      <Base.Portal keepMounted>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="dialog">
          <Base.Title className="dialog-title">{title}</Base.Title>
          {description !== undefined && (
            <Base.Description className="sub">{description}</Base.Description>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
