import type { Fault, MailFault, Sandbox } from '../index.ts';
import type { Result, Scene, Situation } from './situation.ts';

const AWAY = { kind: 'status', status: 503 } as const satisfies Fault;
const NO_MAIL = { kind: 'refuse' } as const satisfies MailFault;
const HOUR_SECONDS = 3600;
/** 8 %, in whole rupiah. */
const raised = (price: string) => String(Math.round(Number(price) * 1.08));

interface Switch {
  list(): readonly { kind: string; match?: unknown }[];
  set(faults: never[]): void | Promise<void>;
}

/** A fault without a match is the desk's; one with a match is a provider state's or a person's. */
function away(
  label: string,
  meaning: string,
  faultsOf: (sandbox: Sandbox) => Switch,
  fault: Fault | MailFault,
): Situation {
  const isOurs = (one: { kind: string; match?: unknown }) => one.kind === fault.kind && one.match === undefined;
  return {
    label,
    meaning,
    isOn: ({ sandbox }) => faultsOf(sandbox).list().some(isOurs),
    async run({ sandbox }) {
      const faults = faultsOf(sandbox);
      const others = faults.list().filter((one) => !isOurs(one));
      const wasOn = others.length < faults.list().length;
      await faults.set((wasOn ? others : [...others, fault]) as never[]);
      return { message: wasOn ? `${label} answers again.` : `${label} is away until you press again.` };
    },
  };
}

const billing = away(
  'Mekari Billing',
  'Prices are gone, except fixed ones',
  ({ mekariBilling }) => mekariBilling.faults,
  AWAY,
);

async function raisePrices({ sandbox }: Scene): Promise<Result> {
  const { packages } = sandbox.mekariBilling;
  const all = packages.all();
  for (const { id, price } of all) packages.set(id, { price: raised(price) });
  for (const { id } of all) await sandbox.states.product().refreshPrice(id);
  return { message: 'Every price of Mekari Billing rose by 8 %. A draft order is quoted anew when it is confirmed.' };
}

/** The situations that the desk can bring about at the neighbours. */
export const NEIGHBOUR_SITUATIONS: Record<string, Situation> = {
  'billing-away': {
    ...billing,
    label: 'Mekari Billing away',
    meaning: 'Moves the clock on by an hour, because prices are kept for one; then all but fixed prices are gone',
    async run(scene) {
      const outcome = await billing.run(scene);
      if (billing.isOn?.(scene)) await scene.sandbox.states.moveClock({ advanceSeconds: HOUR_SECONDS + 1 });
      return outcome;
    },
  },
  'prices-up': {
    label: 'Prices + 8 %',
    meaning: 'A draft shows both totals and asks again before it is placed',
    run: raisePrices,
  },
  'excess-grows': {
    label: 'Excess is growing',
    meaning: 'The chosen organization uses Rp1.000, a visitor and a dialog more each second',
    isOn: ({ growth, organizationId }) => growth.isOn(organizationId),
    async run({ growth, organizationId }) {
      const wasOn = growth.isOn(organizationId);
      if (wasOn) growth.stop(organizationId);
      else growth.start(organizationId);
      return {
        message: wasOn
          ? 'The excess stays as it is.'
          : 'The excess grows each second. A new order sees it at once, the page within half a minute.',
      };
    },
  },
  'hub-core-away': {
    ...away(
      'hub-core',
      'The page lives on its last answer for ten minutes; orders wait',
      ({ hubCore }) => hubCore.faults,
      AWAY,
    ),
    label: 'hub-core away',
  },
  'pay-away': {
    ...away(
      'Mekari Pay',
      'An order is placed, and its payment link comes later',
      ({ mekariPay }) => mekariPay.faults,
      AWAY,
    ),
    label: 'Mekari Pay away',
  },
  'accounting-away': {
    ...away('Moderator', 'Paid orders are credited, and booked later', ({ moderator }) => moderator.faults, AWAY),
    label: 'Accounting away',
  },
  'mail-away': {
    ...away('The mail relay', 'Mails wait; nothing else does', ({ mail }) => mail.faults as unknown as Switch, NO_MAIL),
    label: 'Mail relay away',
  },
};
