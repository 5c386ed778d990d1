import { jakartaDate } from '../clock.ts';
import type { Sandbox } from '../index.ts';

export interface Growth {
  isOn(organizationId: string): boolean;
  start(organizationId: string): void;
  stop(organizationId?: string): void;
}

const EVERY_MS = 1000;
/** The growth of a second, in the unit of each key. */
const STEPS = { wa_balance_excess: 1000, muv_excess: 1, chatbot_ai_excess: 1 };

/** Lets organizations use more than their quotas, second by second, as hub-core reports it. */
export function createGrowth({ hubCore, clock }: Sandbox): Growth {
  const timers = new Map<string, NodeJS.Timeout>();

  function grow(id: string): void {
    const organization = hubCore.organizations.get(id);
    if (organization === undefined) return;
    const period = jakartaDate(clock.now()).slice(0, 7);
    const excess = [...(organization.excess ?? [])];
    for (const [key, step] of Object.entries(STEPS)) {
      const index = excess.findIndex((row) => row.key === key && row.period === period);
      const quantity = (excess[index]?.quantity ?? 0) + step;
      if (index === -1) excess.push({ key, period, quantity });
      else excess[index] = { key, period, quantity };
    }
    hubCore.organizations.set({ ...organization, excess });
  }

  return {
    isOn: (id) => timers.has(id),
    start(id) {
      if (timers.has(id)) return;
      grow(id);
      timers.set(
        id,
        setInterval(() => grow(id), EVERY_MS),
      );
    },
    stop(id) {
      for (const one of id === undefined ? [...timers.keys()] : [id]) {
        clearInterval(timers.get(one));
        timers.delete(one);
      }
    },
  };
}
