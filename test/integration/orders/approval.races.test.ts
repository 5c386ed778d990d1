import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ApprovalDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addMakers, type Makers } from '../../support/app/makers.ts';
import { tryApprove, tryCancel, tryConfirm, tryReject, trySubmit } from '../../support/app/mutations.ts';
import { createOrder, until } from '../../support/app/purchase.ts';
import { together } from '../../support/database/together.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

async function fixture() {
  const makers = await addMakers(app);
  const order = await createOrder(makers.maker, makers.id, { wa_balance: '1000000', agent_extra: '2' });
  const second = await app.client({ organization_id: makers.id, sub: 'agus', scope: 'topup:read topup:approve' });
  return { ...makers, order, second };
}

async function submitted() {
  const made = await fixture();
  await trySubmit(made.maker, made.order.id);
  return made;
}

async function ending({ maker }: Makers, id: string) {
  const order = (await maker.query(ApprovalDocument, { id })).topupOrder;
  return { state: order?.approval?.state, kinds: order?.timeline.map(({ kind }) => kind).slice(2) };
}

const codeOf = ({ userErrors }: { userErrors: readonly { code: string }[] }) => userErrors[0]?.code ?? 'ok';

test('of two deciders at once one wins, and the other is told', async () => {
  for (let round = 0; round < 3; round++) {
    const made = await submitted();
    const { checker, second, order } = made;
    const outcomes = await together(
      app.db,
      order.id,
      () => tryApprove(checker, order),
      () => tryReject(second, order.id, 'Too much'),
    );
    expect(outcomes.map(codeOf).sort()).toEqual(['INVALID_TRANSITION', 'ok']);
    const { state, kinds } = await ending(made, order.id);
    expect(kinds).toEqual([state]);
  }
});

test('two submissions at once make one', async () => {
  const made = await fixture();
  const { maker, checker, order } = made;
  const outcomes = await together(
    app.db,
    order.id,
    () => trySubmit(maker, order.id),
    () => trySubmit(checker, order.id),
  );
  expect(outcomes.map(codeOf)).toEqual(['ok', 'ok']);
  expect((await ending(made, order.id)).kinds).toEqual([]);
});

test('a confirm that needs no approval any more and a rejection: never both', async () => {
  for (let round = 0; round < 4; round++) {
    const made = await submitted();
    const { maker, checker, order, setLimit } = made;
    setLimit(null);
    const calls = [() => tryConfirm(maker, order), () => tryReject(checker, order.id, 'Too much')];
    const outcomes = await together<{ userErrors: readonly { code: string }[] }>(
      app.db,
      order.id,
      ...(round % 2 === 0 ? calls : calls.reverse()),
    );
    const [row] = await app.db.query<{ status: string; approval_state: string }>(
      'select status, approval_state from topup_orders where id = $1',
      [order.id],
    );
    expect(['PENDING_PAYMENT PENDING', 'DRAFT REJECTED']).toContain(`${row?.status} ${row?.approval_state}`);
    expect(outcomes.filter(({ userErrors }) => userErrors.length === 0)).toHaveLength(1);
  }
});

test('a rejection between the prices of a confirm and its move stops the confirm', async () => {
  const { maker, checker, order, setLimit } = await submitted();
  setLimit(null);
  // The advisory lock is the first thing that the move takes.
  const holder = new pg.Client({ connectionString: app.db.url });
  await holder.connect();
  try {
    await holder.query('begin');
    await holder.query(
      `select pg_advisory_xact_lock(hashtextextended('excess:' || organization_id, 0)) from topup_orders where id = $1`,
      [order.id],
    );
    const confirming = tryConfirm(maker, order);
    const waiting = () =>
      app.db.query(`select from pg_stat_activity where datname = current_database() and wait_event = 'advisory'`);
    await until(waiting, ({ length }) => length === 1);
    expect(codeOf(await tryReject(checker, order.id, 'Too much'))).toBe('ok');
    await holder.query('commit');
    expect(codeOf(await confirming)).toBe('APPROVAL_REQUIRED');
  } finally {
    await holder.end();
  }
});

test('a cancel and an approval at once leave a cancelled order, approved or not', async () => {
  const made = await submitted();
  const { maker, checker, order } = made;
  const outcomes = await together<{ userErrors: readonly { code: string }[] }>(
    app.db,
    order.id,
    () => tryCancel(maker, order.id),
    () => tryApprove(checker, order),
  );
  const { kinds } = await ending(made, order.id);
  expect(codeOf(outcomes[0] ?? { userErrors: [{ code: 'none' }] })).toBe('ok');
  expect([['CANCELLED'], ['APPROVED', 'CANCELLED']]).toContainEqual(kinds);
});
