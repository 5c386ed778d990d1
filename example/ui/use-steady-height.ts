import { type RefObject, useEffect, useLayoutEffect, useRef } from 'react';

/**
 * Keeps an element as high as it was, so that what lies below it does not jump when a state that is followed live needs less room. Another
 * width of the window begins anew.
 */
export function useSteadyHeight<E extends HTMLElement>(): RefObject<E | null> {
  const box = useRef<E>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element !== null) element.style.minHeight = `${element.offsetHeight}px`;
  });
  useEffect(() => {
    const forget = () => {
      if (box.current !== null) box.current.style.minHeight = '';
    };
    window.addEventListener('resize', forget);
    return () => window.removeEventListener('resize', forget);
  }, []);
  return box;
}
