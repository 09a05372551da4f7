import { Dialog as Base } from '@base-ui/react/dialog';
import { type JSX, type ReactNode, useContext, useRef } from 'react';
import { SignedInContext } from './signed-in.js';

interface Props {
  readonly title: string;
  readonly description?: ReactNode;
  readonly children: ReactNode;
  readonly onClose: () => void;
}

/** A modal dialog; Escape and a click outside close it. What has `data-first` gets the focus. */
export function Dialog({ title, description, children, onClose }: Props): JSX.Element {
  const isSignedIn = useContext(SignedInContext);
  const popup = useRef<HTMLDivElement>(null);
  const first = (): HTMLElement | true =>
    popup.current?.querySelector<HTMLElement>('[data-first]') ?? true;
  return (
    <Base.Root open={isSignedIn} onOpenChange={(open) => open || onClose()}>
      <Base.Portal keepMounted>
        <Base.Backdrop className="backdrop" />
        <Base.Popup className="dialog" ref={popup} initialFocus={first}>
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
