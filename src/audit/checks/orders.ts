import { APPROVAL_CAUSES, TRANSITIONS } from '../../orders/index.ts';
import { raw, sql } from '../../platform/database/sql.ts';
import type { Check } from './check.ts';

const ways = ({ from, to }: { from: string | null; to: string }) => `('${from}', '${to}')`;
const byOthers = new Set(TRANSITIONS.filter(({ by }) => by !== 'operator').map(ways));
/** The moves that operators alone make, as rows (from, to). */
const OPERATORS_MOVES = raw(
  TRANSITIONS.map(ways)
    .filter((way) => !byOthers.has(way))
    .join(', '),
);

/** The command that makes an operator's move, by the status that it leads to. */
const COMMANDS = raw(
  `('PAID', 'orders approve'), ('REFUNDED', 'orders refund'), ('CANCELLED', 'orders cancel'), ('COMPLETED', 'orders rebook')`,
);

/** The cause of a buyer's step is the name of the mutation that makes it. */
const MUTATIONS = raw(`'confirmOrder', 'cancelTopupOrder'`);
/** Nobody but a buyer confirms, so the move alone says who made it. */
const CONFIRM = raw(ways({ from: 'DRAFT', to: 'PENDING_PAYMENT' }));

const { SUBMITTED, APPROVED, REJECTED } = APPROVAL_CAUSES;
/** The step that made each state of an approval, as rows (state, cause). */
const APPROVAL_STEPS = raw(`('PENDING', '${SUBMITTED}'), ('APPROVED', '${APPROVED}'), ('REJECTED', '${REJECTED}')`);
const APPROVALS = raw(`'${SUBMITTED}', '${APPROVED}', '${REJECTED}'`);
const REQUESTS = raw(`'createTopupOrder', '${SUBMITTED}'`);
const DECISIONS = raw(`'${APPROVED}', '${REJECTED}'`);

/** Totals and timelines (domain.md 8). */
export const ordersChecks: readonly Check[] = [
  {
    name: 'total_equals_lines',
    meaning: 'A total of an order, or one of its tax totals, is not the sum of its lines.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('total %s, lines %s', o.total, coalesce(lines.total, 0)) as detail
      from topup_orders o
      left join (
        select order_id, sum(amount + added_tax) as total, coalesce(sum(amount) filter (where kind = 'TOPUP'), 0) as topup_total,
          sum(included_tax) as included_tax, sum(added_tax) as added_tax, sum(withheld) as withheld_total
        from topup_order_lines group by order_id
      ) as lines on lines.order_id = o.id
      where (o.total, o.topup_total, o.included_tax, o.added_tax, o.withheld_total)
        is distinct from (lines.total, lines.topup_total, lines.included_tax, lines.added_tax, lines.withheld_total)`,
  },
  {
    name: 'timeline_ends_at_status',
    meaning: "The last step of an order's timeline is not its status.",
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('status %s, timeline %s', o.status, coalesce(last.to_status, 'empty')) as detail
      from topup_orders o
      left join (
        select distinct on (order_id) order_id, to_status from topup_order_events order by order_id, id desc
      ) as last on last.order_id = o.id
      where last.to_status is distinct from o.status`,
  },
  {
    name: 'timeline_has_no_gap',
    meaning: 'A step of a timeline does not begin where the one before it ended.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject,
             format('a step from %s after one to %s', coalesce(from_status, 'nothing'), coalesce(previous, 'nothing')) as detail
      from (
        select order_id, from_status, lag(to_status) over (partition by order_id order by id) as previous
        from topup_order_events
      ) as step
      join topup_orders o on o.id = step.order_id
      where from_status is distinct from previous`,
  },
  {
    name: 'slip_has_its_step',
    meaning: 'An order has a withholding slip, and no step of its timeline says who entered that number.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('slip %s', withholding_slip_number) as detail
      from topup_orders o
      where withholding_slip_number is not null
        and not exists (
          select from topup_order_events step
          where step.order_id = o.id and step.cause like 'operator: withholding slip %' and step.actor is not null
            and strpos(step.cause, withholding_slip_number) > 0)`,
  },
  {
    name: 'operators_moves_are_recorded',
    meaning: 'An order was moved as only an operator may, and the action trail has no command of that operator for it.',
    ofChanges: 'orders',
    // Before its first command the trail did not record commands.
    sql: () => sql`
      select o.number as subject,
             format('from %s to %s by %s, and no "%s" of theirs', from_status, step.to_status, coalesce(actor, 'nobody'), command) as detail
      from topup_order_events step
      join topup_orders o on o.id = step.order_id
      left join (values ${COMMANDS}) as made (to_status, command) on made.to_status = step.to_status
      where from_status <> step.to_status
        and ((from_status, step.to_status) in (${OPERATORS_MOVES}) or cause like 'operator:%')
        and at >= (select at from action_trail where via = 'command' order by at limit 1)
        and not exists (
          select from action_trail asked
          where asked.subject = o.number and asked.action = command and asked.actor = step.actor
            and asked.phase = 'asked' and asked.via = 'command' and asked.at <= step.at
        )`,
  },
  {
    name: 'buyers_moves_are_recorded',
    meaning:
      'An order was confirmed, submitted or decided on, or cancelled by its buyer, and the action trail has no mutation of that caller for it.',
    ofChanges: 'orders',
    // Before its first mutation the trail did not record mutations.
    sql: () => sql`
      select o.number as subject,
             format('from %s to %s by %s, and no mutation of theirs', from_status, step.to_status, coalesce(actor, 'nobody')) as detail
      from topup_order_events step
      join topup_orders o on o.id = step.order_id
      where (
          (from_status <> step.to_status and (cause in (${MUTATIONS}) or (from_status, step.to_status) = ${CONFIRM}))
          or cause in (${APPROVALS})
        )
        and at >= (select at from action_trail where via = 'mutation' order by at limit 1)
        and not exists (
          select from action_trail asked
          where asked.subject = o.id::text and asked.actor = step.actor and asked.organization_id = o.organization_id
            and asked.action = case when (from_status, step.to_status) = ${CONFIRM} then 'confirmOrder' else step.cause end
            and asked.phase = 'asked' and asked.via = 'mutation' and asked.at <= step.at
        )`,
  },
  {
    name: 'order_above_limit_is_approved',
    meaning: "An order was confirmed above its organization's limit without an approval, or although it was rejected.",
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject,
             format('total %s, limit %s, approval %s', total, coalesce(approval_limit::text, 'none'), coalesce(approval_state, 'none')) as detail
      from topup_orders o
      where confirmed_at is not null
        and (approval_state = 'REJECTED' or (total > approval_limit and approval_state is distinct from 'APPROVED'))`,
  },
  {
    name: 'approval_is_of_another',
    meaning: 'A person has decided on an order that the same person had created or submitted.',
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('%s by %s, who has %s before', decided.cause, decided.actor, asked.cause) as detail
      from topup_order_events decided
      join topup_orders o on o.id = decided.order_id
      join topup_order_events asked on asked.order_id = decided.order_id and asked.actor = decided.actor and asked.id < decided.id
      where decided.cause in (${DECISIONS}) and asked.cause in (${REQUESTS})`,
  },
  {
    name: 'approval_has_its_step',
    meaning: "The last step of an order's approval is not the one that makes its state.",
    ofChanges: 'orders',
    sql: () => sql`
      select o.number as subject, format('approval %s, last step %s', o.approval_state, coalesce(last.cause, 'none')) as detail
      from topup_orders o
      left join lateral (
        select cause from topup_order_events where order_id = o.id and cause in (${APPROVALS}) order by id desc limit 1
      ) as last on true
      where o.approval_state is not null and (o.approval_state, coalesce(last.cause, '')) not in (${APPROVAL_STEPS})`,
  },
];
