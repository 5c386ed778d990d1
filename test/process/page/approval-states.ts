import { createOrder } from '../../support/app/purchase.ts';
import { createTestClient } from '../../support/app/test-client.ts';
import { at, buyer, confirm, type Scene } from './scenes.ts';
import type { Stage } from './stage.ts';

/** An organization whose orders above Rp1.000.000 need an approval, with one of Rp1.125.000: its buyer, and who may approve. */
async function approvals(stage: Stage) {
  const one = await buyer(stage);
  const settings = { topup_approval: { is_enabled: true, limit: 1_000_000 } };
  stage.app.sandbox.hubCore.organizations.patch(one.entry.id, { settings });
  const order = await createOrder(one.client, one.entry.id, { agent_extra: '9' });
  const claims = { organization_id: one.entry.id, sub: 'budi', claims: { name: 'Budi Santoso' }, expires_in: 7200 };
  const token = await stage.app.sandbox.auth.token({ ...claims, scope: 'topup:read topup:approve' });
  const approver = { ...one.entry, token };
  return { ...one, order, approver, asApprover: createTestClient(stage.app.url, token) };
}

async function submitted(stage: Stage) {
  const all = await approvals(stage);
  await all.client.query(SUBMIT, { id: all.order.id });
  return all;
}

const SUBMIT = 'mutation ($id: ID!) { submitTopupOrder(input: { orderId: $id }) { userErrors { message } } }';
const APPROVE = `mutation ($id: ID!, $total: Decimal!) {
  approveTopupOrder(input: { orderId: $id, expectedTotal: $total, reason: "Sesuai anggaran" }) { userErrors { message } }
}`;
const REJECT = `mutation ($id: ID!) {
  rejectTopupOrder(input: { orderId: $id, reason: "Tunggu kuartal berikutnya" }) { userErrors { message } }
}`;

/** The review of an order above the limit, by the name of its picture. */
export const APPROVALS: Record<string, (stage: Stage) => Promise<Scene>> = {
  'review-needs-approval': async (stage) => {
    const one = await approvals(stage);
    return at(one, one.order);
  },
  'review-submitted': async (stage) => {
    const one = await submitted(stage);
    return at(one, one.order);
  },
  'review-to-approve': async (stage) => {
    const { approver, order } = await submitted(stage);
    return {
      ...at({ entry: approver }, order),
      async act(page) {
        await confirm(page);
        await page.getByRole('dialog').getByRole('textbox').fill('Sesuai anggaran');
      },
    };
  },
  'review-approved': async (stage) => {
    const one = await submitted(stage);
    await one.asApprover.query(APPROVE, { id: one.order.id, total: one.order.total.amount });
    return at(one, one.order);
  },
  'review-rejected': async (stage) => {
    const one = await submitted(stage);
    await one.asApprover.query(REJECT, { id: one.order.id });
    return at(one, one.order);
  },
};
