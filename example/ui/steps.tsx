import { useLanguage } from '../text/language.tsx';

const STEPS = ['choose', 'review', 'pay'] as const;

interface Props {
  current: (typeof STEPS)[number];
  /** True once the last step is over. */
  isDone?: boolean;
}

/** Shows where in the purchase the buyer is. */
export function Steps({ current, isDone = false }: Props) {
  const { text } = useLanguage();
  const at = STEPS.indexOf(current);
  return (
    <ol className="steps" aria-label={text.common.steps.label}>
      {STEPS.map((step, index) => {
        const isOver = index < at || isDone;
        return (
          <li key={step} className={isOver ? 'over' : ''} aria-current={index === at && !isDone ? 'step' : undefined}>
            <span className="dot" aria-hidden="true">
              {isOver ? '✓' : index + 1}
            </span>
            {text.common.steps[step]}
            {isOver && <span className="hidden">, {text.common.steps.done}</span>}
          </li>
        );
      })}
    </ol>
  );
}
