import {
  type HTMLAttributes,
  type RefObject,
  useCallback,
  useEffect,
  useMemo,
  useRef,
} from 'react';

interface Inside {
  /** Whether the pointer or the focus is in the element now. */
  readonly isInside: () => boolean;
  readonly handlers: Pick<
    HTMLAttributes<HTMLElement>,
    'onPointerEnter' | 'onPointerLeave' | 'onBlur'
  >;
}

/** Watches whether somebody is in an element, by pointer or by keyboard; says when they left. */
export function useInside(element: RefObject<HTMLElement | null>, onLeft: () => void): Inside {
  const hasPointer = useRef(false);
  const left = useRef(onLeft);
  useEffect(() => {
    left.current = onLeft;
  });
  // Asked of the document: no event says that a row with the focus was taken away.
  const isInside = useCallback(
    () => hasPointer.current || element.current?.contains(document.activeElement) === true,
    [element],
  );
  const handlers = useMemo<Inside['handlers']>(
    () => ({
      // A touch leaves no pointer behind.
      onPointerEnter: ({ pointerType }) => (hasPointer.current = pointerType === 'mouse'),
      onPointerLeave: () => {
        hasPointer.current = false;
        if (!isInside()) left.current();
      },
      onBlur: ({ currentTarget, relatedTarget }) => {
        if (!hasPointer.current && !currentTarget.contains(relatedTarget)) left.current();
      },
    }),
    [isInside],
  );
  return { isInside, handlers };
}
