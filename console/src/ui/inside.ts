import { type HTMLAttributes, useCallback, useMemo, useRef } from 'react';

interface Inside {
  /** Whether the pointer or the focus is in the element now. */
  readonly isInside: () => boolean;
  readonly handlers: Pick<
    HTMLAttributes<HTMLElement>,
    'onPointerEnter' | 'onPointerLeave' | 'onFocus' | 'onBlur'
  >;
}

/** Watches whether somebody is in an element, by pointer or by keyboard. */
export function useInside(): Inside {
  const state = useRef({ pointer: false, focus: false });
  const isInside = useCallback(() => state.current.pointer || state.current.focus, []);
  const handlers = useMemo<Inside['handlers']>(
    () => ({
      // A touch leaves no pointer behind.
      onPointerEnter: ({ pointerType }) => (state.current.pointer = pointerType === 'mouse'),
      onPointerLeave: () => (state.current.pointer = false),
      onFocus: () => (state.current.focus = true),
      onBlur: ({ currentTarget, relatedTarget }) => {
        state.current.focus = currentTarget.contains(relatedTarget);
      },
    }),
    [],
  );
  return { isInside, handlers };
}
