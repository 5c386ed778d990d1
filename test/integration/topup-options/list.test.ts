import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { HiddenTopupOptionsDocument, type OptionFragment, TopupOptionsDocument } from '../../generated/operations.ts';
import { startApp, type TestApp } from '../../support/app/app.ts';
import { addOrganization } from '../../support/app/organizations.ts';

let app: TestApp;

beforeAll(async () => {
  app = await startApp({ env: { ORGANIZATION_TTL_SECONDS: '0', PRICE_FAILURE_TTL_SECONDS: '0' } });
});

afterEach(() => app.sandbox.reset());
afterAll(() => app.close());

async function optionsOf(organizationId: string): Promise<OptionFragment[]> {
  const client = await app.client({ organization_id: organizationId });
  const { topupOptions } = await client.query(TopupOptionsDocument, {});
  return [...(topupOptions ?? [])];
}

const codesOf = async (organizationId: string) => (await optionsOf(organizationId)).map(({ code }) => code);

async function optionOf(organizationId: string, code: string) {
  return (await optionsOf(organizationId)).find((option) => option.code === code);
}

/** "code REASON" of each hidden option of an organization, as support reads it. */
async function hiddenOf(organizationId: string): Promise<string[]> {
  const support = await app.client({ scope: 'topup:support' });
  const { hiddenTopupOptions } = await support.query(HiddenTopupOptionsDocument, { organizationId });
  return (hiddenTopupOptions ?? []).map(({ code, reason }) => `${code} ${reason}`);
}

describe('an option shows', () => {
  test('for an amount: its minimum and Rp1 per rupiah, from the row', async () => {
    expect(await optionOf('1001', 'wa_balance')).toEqual({
      id: '1001:wa_balance',
      code: 'wa_balance',
      label: 'WhatsApp balance',
      description: 'Balance for WhatsApp conversations, in rupiah.',
      input: 'AMOUNT',
      minimum: '1000000',
      maximum: null,
      step: '1',
      multiplier: 1,
      choices: [],
      unitPrice: { amount: '1', currencyCode: 'IDR' },
      priceSource: 'FIXED',
      quotaType: 'LIFETIME',
      validUntil: null,
      excessUsage: null,
      balance: { code: 'wa_balance', balance: '0' },
    });
  });

  test('for choices: each with its credits and its price, at the price of Mekari Billing', async () => {
    const muv = await optionOf('1001', 'muv');
    expect(muv).toMatchObject({ input: 'CHOICE', minimum: '500', maximum: '10000', priceSource: 'MEKARI_BILLING' });
    expect(muv?.description).toBe('Rp600 per visitor.');
    expect(muv?.choices).toEqual([
      { quantity: '500', credits: '500', price: { amount: '300000' } },
      { quantity: '1000', credits: '1000', price: { amount: '600000' } },
      { quantity: '2500', credits: '2500', price: { amount: '1500000' } },
      { quantity: '5000', credits: '5000', price: { amount: '3000000' } },
      { quantity: '10000', credits: '10000', price: { amount: '6000000' } },
    ]);
  });

  test('for packs: how many dialogs one credits, and the price of one', async () => {
    expect(await optionOf('1001', 'chatbot_ai_extra')).toMatchObject({
      input: 'QUANTITY',
      minimum: '1',
      multiplier: 1000,
      unitPrice: { amount: '450000' },
      description: 'Rp450.000 per pack of 1,000 dialogs.',
    });
  });

  test("for an MCC: its minimum instead of WhatsApp's own, and of no other", async () => {
    expect((await optionOf('1004', 'wa_balance'))?.minimum).toBe('2500000');
    const id = addOrganization(app.sandbox, '1001', {
      settings: { bifrost_new_topup: true, mcc: { is_enabled: true, minimum_value: 3_000_000_000 } },
    });
    expect((await optionOf(id, 'wa_balance'))?.minimum).toBe('3000000000');
    expect((await optionOf(id, 'voice_call_extra'))?.minimum).toBe('500000');
  });

  test('nothing of an MCC that is switched off', async () => {
    const settings = { bifrost_new_topup: true, mcc: { is_enabled: false, minimum_value: 9_000_000 } };
    const id = addOrganization(app.sandbox, '1001', { settings });
    expect((await optionOf(id, 'wa_balance'))?.minimum).toBe('1000000');
  });

  test('the excess of its quota', async () => {
    expect((await optionOf('1004', 'muv'))?.excessUsage).toMatchObject({
      quantity: '120',
      amount: { amount: '90000' },
    });
  });
});

describe('an option is hidden', () => {
  test('as INACTIVE, when its row ships switched off', async () => {
    expect(await hiddenOf('1001')).toEqual(['email_extra INACTIVE', 'recording_extra INACTIVE']);
  });

  test('when a component is missing, and when one hides it', async () => {
    expect(await hiddenOf('1003')).toEqual([
      'muv HIDDEN_BY_COMPONENT',
      'voice_call_extra COMPONENT_MISSING',
      'chatbot_ai_extra COMPONENT_MISSING',
      'email_extra INACTIVE',
      'recording_extra INACTIVE',
    ]);
  });

  test('when it needs a component and hub-core lists none; the others stay', async () => {
    const id = addOrganization(app.sandbox, '1001', { components: null });
    expect(await codesOf(id)).toEqual(['muv', 'agent_extra']);
    expect(await hiddenOf(id)).toContain('wa_balance COMPONENT_MISSING');
  });

  test('when its own flag is off', async () => {
    await app.setFlag('billing_voice_call_topup', false);
    try {
      expect(await codesOf('1001')).not.toContain('voice_call_extra');
      expect(await hiddenOf('1001')).toContain('voice_call_extra FLAG_OFF');
    } finally {
      await app.setFlag('billing_voice_call_topup', true);
    }
  });

  test('when its row is invalid, which is logged with its id; the others stay', async () => {
    app.logs.length = 0;
    const [{ id } = { id: '' }] = await app.changeCatalogue<{ id: string }>(
      `update topup_configurations set option_value = '{"input":"CHOICE","choices":"many"}' where code = 'muv' returning id`,
    );
    try {
      expect(await codesOf('1001')).toEqual(['wa_balance', 'agent_extra', 'voice_call_extra', 'chatbot_ai_extra']);
      expect(await hiddenOf('1001')).toContain('muv INVALID_CONFIGURATION');
      const logged = app.logs.find(({ event }) => event === 'configuration_invalid');
      expect(logged).toMatchObject({ configurationId: id, reason: expect.stringContaining('option_value.choices') });
    } finally {
      const choices = { input: 'CHOICE', choices: [500, 1000, 2500, 5000, 10000] };
      await app.changeCatalogue(`update topup_configurations set option_value = $1 where code = 'muv'`, [choices]);
    }
  });

  test('when an MCC minimum above the maximum of the row leaves nothing to buy', async () => {
    const bounded = { input: 'AMOUNT', minimum: 1_000_000, maximum: 2_000_000 };
    await app.changeCatalogue(`update topup_configurations set option_value = $1 where code = 'wa_balance'`, [bounded]);
    try {
      expect(await codesOf('1001')).toContain('wa_balance');
      expect(await codesOf('1004')).not.toContain('wa_balance');
      expect(await hiddenOf('1004')).toContain('wa_balance INVALID_CONFIGURATION');
    } finally {
      const shipped = { input: 'AMOUNT', minimum: 1_000_000, step: 1 };
      await app.changeCatalogue(`update topup_configurations set option_value = $1 where code = 'wa_balance'`, [
        shipped,
      ]);
    }
  });

  test('with a reason that only support can read', async () => {
    const admin = await app.client();
    const { data, errors } = await admin.send(HiddenTopupOptionsDocument, {});
    expect(data?.hiddenTopupOptions).toBeNull();
    expect(errors?.map(({ extensions }) => extensions['code'])).toEqual(['FORBIDDEN']);
  });
});

describe('a gated page', () => {
  const PAGE = `query ($of: [_Any!]!) { _entities(representations: $of) { ... on Organization {
    topupOptions { code } excessUsages { code } topupEligibility { newPageEnabled orderingEnabled reasons }
  } } }`;

  async function pageOf(organizationId: string) {
    const client = await app.client({ organization_id: organizationId });
    const of = [{ __typename: 'Organization', id: organizationId }];
    return (await client.query(PAGE, { of }))._entities[0];
  }

  test.each([
    ['1005', 'BILLING_VERSION_UNSUPPORTED'],
    ['1007', 'ORGANIZATION_NOT_ENROLLED'],
  ])('for organization %s is empty, and says %s', async (id, reason) => {
    expect(await pageOf(id)).toEqual({
      topupOptions: [],
      excessUsages: [],
      topupEligibility: { newPageEnabled: false, orderingEnabled: false, reasons: [reason] },
    });
  });

  test('by the flag of the page is empty for everyone', async () => {
    await app.setFlag('billing_new_topup_page', false);
    try {
      expect(await pageOf('1004')).toEqual({
        topupOptions: [],
        excessUsages: [],
        topupEligibility: { newPageEnabled: false, orderingEnabled: false, reasons: ['PAGE_FLAG_OFF'] },
      });
    } finally {
      await app.setFlag('billing_new_topup_page', true);
    }
  });

  test('by the flag of ordering is still shown, but nothing can be ordered', async () => {
    await app.setFlag('billing_new_topup', false);
    try {
      const { topupOptions, topupEligibility } = await pageOf('1001');
      expect(topupOptions).toHaveLength(5);
      expect(topupEligibility).toEqual({
        newPageEnabled: true,
        orderingEnabled: false,
        reasons: ['ORDER_FLAG_OFF'],
      });
    } finally {
      await app.setFlag('billing_new_topup', true);
    }
  });

  test('has every reason at once', async () => {
    const id = addOrganization(app.sandbox, '1005', { settings: { bifrost_new_topup: false } });
    expect((await pageOf(id)).topupEligibility.reasons).toEqual([
      'ORGANIZATION_NOT_ENROLLED',
      'BILLING_VERSION_UNSUPPORTED',
    ]);
  });

  test('of an organization that hub-core does not know is null, eligibility too', async () => {
    expect(await pageOf('9999')).toEqual({ topupOptions: null, excessUsages: null, topupEligibility: null });
  });
});
