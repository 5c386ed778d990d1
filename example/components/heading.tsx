import { type ReactNode, useEffect, useRef } from 'react';
import { useLanguage } from '../text/language.tsx';

let isFirstView = true;

/**
 * A view's heading. Takes the focus when the view changes, so that keyboards and screen readers start there. Leaves it in the
 * organization switcher, which changes the view at every arrow key.
 */
export function Heading({ title, children }: { title: string; children?: ReactNode }) {
  const { text } = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${text.section}`;
  }, [title, text]);
  useEffect(() => {
    if (!isFirstView && !(document.activeElement instanceof HTMLSelectElement)) heading.current?.focus();
    isFirstView = false;
  }, []);
  return (
    <div className="heading">
      <h1 ref={heading} tabIndex={-1}>
        {title}
      </h1>
      {children}
    </div>
  );
}
