import { useAllWords } from '../text/all-words.ts';
import type { OrderActions } from './actions.ts';
import { CancelButton } from './cancel-button.tsx';
import type { ReviewState } from './review-state.ts';

interface Props {
  state: ReviewState;
  actions: OrderActions;
  /** Opens the dialog that confirms. */
  onConfirm(): void;
}

/** The buttons of a buyer: confirm, submit, order again, cancel. */
export function ReviewButtons({ state, actions, onConfirm }: Props) {
  const { text } = useAllWords();
  const { isOver, isClosed, isRejected, mayConfirm, maySubmit } = state;
  const { busy } = actions;
  const main = (label: string, mutation: OrderActions['busy'], act: () => void) => (
    <button type="button" className="main" aria-disabled={busy !== null} onClick={() => busy === null && act()}>
      {busy === mutation ? text.common.loading : label}
    </button>
  );
  return (
    <div className="actions">
      {(isOver || isRejected) && !isClosed && (
        <button type="button" className="main" onClick={actions.again}>
          {isOver ? text.order.reviewAgain : text.order.again}
        </button>
      )}
      {mayConfirm && main(text.order.confirm, 'confirm', onConfirm)}
      {maySubmit && main(text.order.approval.submit, 'submit', actions.submit)}
      {!isOver && <CancelButton isBusy={busy !== null} onCancel={actions.cancel} />}
    </div>
  );
}
