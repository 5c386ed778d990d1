import { type FormEvent, useState } from 'react';
import type { TopupOrderStatus } from '../api/documents.ts';
import { useAllWords } from '../text/all-words.ts';
import type { OrderFilter } from './order-filter.ts';

/** A draft is no order yet, so it is shown only where it is asked for. */
export const ORDERS: readonly TopupOrderStatus[] = [
  'PENDING_PAYMENT',
  'PAYMENT_REVIEW',
  'PAID',
  'COMPLETED',
  'EXPIRED',
  'CANCELLED',
  'REFUNDED',
];

interface Props {
  filter: OrderFilter;
  onChange: (filter: OrderFilter) => void;
}

/** Filters by state at once, and by day and number when the form is sent. */
export function HistoryFilter({ filter, onChange }: Props) {
  const { text } = useAllWords();
  const words = text.history;
  const [draft, setDraft] = useState(filter);
  const isAll = filter.status.length > 1;

  function send(event: FormEvent) {
    event.preventDefault();
    onChange({ ...draft, status: filter.status });
  }

  const field = (name: 'from' | 'to' | 'number', type: string, label: string) => (
    <label>
      {label}
      <input
        type={type}
        value={draft[name]}
        onChange={({ target }) => setDraft({ ...draft, [name]: target.value })}
        autoComplete="off"
        placeholder={name === 'number' ? '7K3M-9QX4' : undefined}
        minLength={name === 'number' ? 4 : undefined}
      />
    </label>
  );

  return (
    <>
      <fieldset className="filter">
        <legend className="hidden">{words.status}</legend>
        <button type="button" aria-pressed={isAll} onClick={() => onChange({ ...filter, status: ORDERS })}>
          {words.all}
        </button>
        {[...ORDERS, 'DRAFT' as const].map((status) => (
          <button
            key={status}
            type="button"
            aria-pressed={!isAll && filter.status[0] === status}
            onClick={() => onChange({ ...filter, status: [status] })}
          >
            {words.statuses[status]}
          </button>
        ))}
      </fieldset>
      <form className="search" onSubmit={send}>
        {field('number', 'search', words.searchNumber)}
        {field('from', 'date', words.from)}
        {field('to', 'date', words.to)}
        <button type="submit">{words.search}</button>
      </form>
    </>
  );
}
