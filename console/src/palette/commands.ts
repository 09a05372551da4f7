import { useEffect, useId, useSyncExternalStore } from 'react';

/** Something that the palette offers. */
export interface Command {
  readonly id: string;
  readonly label: string;
  /** The key that does the same, where there is one. */
  readonly hint?: string;
  readonly run: () => void;
}

/** Commands that belong together. */
export interface CommandGroup {
  readonly name: string;
  readonly commands: readonly Command[];
}

let groups: ReadonlyMap<string, CommandGroup> = new Map();
const readers = new Set<() => void>();

function set(next: ReadonlyMap<string, CommandGroup>): void {
  groups = next;
  for (const reader of readers) reader();
}

/** Offers commands as long as the caller is shown; the same array each time, or the palette is drawn anew. */
export function useCommands(name: string, commands: readonly Command[]): void {
  const id = useId();
  useEffect(() => {
    set(new Map([...groups, [id, { name, commands }]]));
    return () => set(new Map([...groups].filter(([each]) => each !== id)));
  }, [id, name, commands]);
}

/** All that is offered now. */
export function useOffered(): ReadonlyMap<string, CommandGroup> {
  return useSyncExternalStore(
    (reader) => {
      readers.add(reader);
      return () => void readers.delete(reader);
    },
    () => groups,
  );
}

/** The commands whose labels hold every word of the text; groups without one are left out. */
export function matching(offered: Iterable<CommandGroup>, text: string): CommandGroup[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return [...offered].flatMap(({ name, commands }) => {
    const found = commands.filter(({ label }) => {
      const searched = `${name} ${label}`.toLowerCase();
      return words.every((word) => searched.includes(word));
    });
    return found.length === 0 ? [] : [{ name, commands: found }];
  });
}
