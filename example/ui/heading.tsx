import { type ReactNode, useEffect, useRef } from 'react';
import { useLanguage } from '../text/language.tsx';

let isFirstView = true;

interface Props {
  title: string;
  /** The state of what is below. A change of it may remove the button that had the focus, which then comes here. */
  state?: string;
  children?: ReactNode;
}

/**
 * A view's heading. Takes the focus when the view changes, so that keyboards and screen readers start there. Leaves it in the
 * organization switcher, which changes the view at every arrow key.
 */
export function Heading({ title, state, children }: Props) {
  const { text } = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${text.common.section}`;
  }, [title, text]);
  useEffect(() => {
    if (!isFirstView && !(document.activeElement instanceof HTMLSelectElement)) {
      heading.current?.focus({ preventScroll: true });
    }
    isFirstView = false;
  }, []);
  useEffect(() => {
    if (state !== undefined && !isFirstView && document.activeElement === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
  }, [state]);
  return (
    <div className="heading">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}
