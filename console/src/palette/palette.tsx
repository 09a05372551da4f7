import { Autocomplete } from '@base-ui/react/autocomplete';
import { Dialog } from '@base-ui/react/dialog';
import { type JSX, useContext, useDeferredValue, useMemo, useState } from 'react';
import { SignedInContext } from '../ui/signed-in.js';
import { type Command, type CommandGroup, matching, useOffered } from './commands.js';
import { useFoundActions } from './found-actions.js';

interface Props {
  readonly onClose: () => void;
}

/** Everything that can be done here, found by typing. */
export function Palette({ onClose }: Props): JSX.Element {
  const [text, setText] = useState('');
  const offered = useOffered();
  const found = useFoundActions(useDeferredValue(text));
  const groups = useMemo(
    () => [...matching(offered.values(), text), ...found].map(toItems),
    [offered, text, found],
  );
  return (
    <Dialog.Root open={useContext(SignedInContext)} onOpenChange={(open) => open || onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="backdrop" />
        <Dialog.Popup className="palette" aria-label="Commands">
          <Autocomplete.Root
            open
            inline
            items={groups}
            filter={null}
            autoHighlight="always"
            keepHighlight
            value={text}
            onValueChange={(value, { reason }) => {
              // A command that is chosen is run: its label is no search.
              if (reason !== 'item-press') setText(value);
            }}
          >
            <Autocomplete.Input
              className="palette-input"
              aria-label="Search commands"
              placeholder="Go to a page, press a button, find an action…"
            />
            <div className="palette-list">
              <Autocomplete.Empty>
                <p className="palette-empty sub">Nothing matches.</p>
              </Autocomplete.Empty>
              <Autocomplete.List>
                {(group: Items) => (
                  <Autocomplete.Group key={group.value} items={group.items}>
                    <Autocomplete.GroupLabel className="palette-group">
                      {group.value}
                    </Autocomplete.GroupLabel>
                    <Autocomplete.Collection>
                      {(command: Command) => (
                        <Autocomplete.Item
                          key={command.id}
                          className="menu-item"
                          value={command}
                          onClick={() => {
                            onClose();
                            command.run();
                          }}
                        >
                          <span className="palette-label">{command.label}</span>
                          {command.hint !== undefined && (
                            <kbd aria-hidden="true">{command.hint}</kbd>
                          )}
                        </Autocomplete.Item>
                      )}
                    </Autocomplete.Collection>
                  </Autocomplete.Group>
                )}
              </Autocomplete.List>
            </div>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}

interface Items {
  readonly value: string;
  readonly items: readonly Command[];
}

function toItems({ name, commands }: CommandGroup): Items {
  return { value: name, items: commands };
}
