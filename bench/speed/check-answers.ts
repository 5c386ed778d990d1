interface Option {
  code: string;
  unitPrice: { amount: string } | null;
  excessUsage: object | null;
  balance: { balance: string };
}

interface Organization {
  topupEligibility: { reasons: string[] };
  topupOptions: Option[];
  quotaBalances: { balance: string }[];
}

interface Page {
  _entities: Organization[];
  excessUsages: object[];
  topupOptions: Option[];
}

interface Order {
  status: string;
  paymentUrl?: string;
  lines?: object[];
  timeline?: object[];
}

export function assert(holds: boolean, what: string): void {
  if (!holds) throw new Error(`the answer does not hold ${what}`);
}

function assertOptions(options: readonly Option[] | null | undefined, codes: readonly string[]): void {
  assert(JSON.stringify(options?.map(({ code }) => code)) === JSON.stringify(codes), 'every option');
  assert(options?.every(({ unitPrice }) => Number(unitPrice?.amount) > 0) === true, 'a price of each');
}

export function checkPage({ _entities, excessUsages, topupOptions }: Page, codes: readonly string[]): void {
  assertOptions(topupOptions, codes);
  assert(topupOptions.filter(({ excessUsage }) => excessUsage !== null).length === 3, 'three options with excess');
  assert(topupOptions.filter(({ balance }) => Number(balance.balance) > 0).length === 2, 'two with a balance');
  assert(excessUsages.length >= 3, 'what is owed');
  assert(_entities[0]?.topupEligibility.reasons.length === 0, 'an organization that may order');
  assert(_entities[0]?.quotaBalances.length === codes.length, 'every balance');
}

export function checkOrder({ topupOrder }: { topupOrder: Order | null }): void {
  assert(topupOrder?.status === 'PENDING_PAYMENT' && topupOrder.paymentUrl !== null, 'an order that can be paid');
  assert(topupOrder?.lines?.length === 2 && topupOrder.timeline?.length === 2, 'its lines and timeline');
}

export function checkHistory(
  { topupOrders }: { topupOrders: { edges: { node: Order }[]; totalCount: number } },
  orders: number,
): Order[] {
  assert(topupOrders.edges.length === orders, `${orders} orders`);
  assert(topupOrders.totalCount >= orders, 'a count of all');
  return topupOrders.edges.map(({ node }) => node);
}

export function checkOrganizations({ _entities }: Pick<Page, '_entities'>, count: number, codes: readonly string[]) {
  assert(_entities.length === count, `${count} organizations`);
  for (const { topupOptions, topupEligibility } of _entities) {
    assertOptions(topupOptions, codes);
    assert(topupEligibility.reasons.length === 0, 'an organization that may order');
  }
}

export function checkOptionReferences({ _entities }: { _entities: (Option | null)[] }, count: number): void {
  assert(_entities.length === count, `${count} options`);
  const hasPrices = _entities.every((option) => Number(option?.unitPrice?.amount) > 0);
  assert(hasPrices, 'a price of each');
}
