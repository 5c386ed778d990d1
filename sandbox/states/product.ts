import type { ClockSetting } from '../movable-clock.ts';

export interface AuditViolation {
  check: string;
  subject: string;
  detail: string;
}

/** The product as its operators reach it. Everything else goes through its graph. */
export interface ProductSteps {
  /** Sets the product's clock to the sandbox's. */
  setClock(setting: ClockSetting): Promise<void>;
  /** Runs the job `reconcile` now: it expires what is over. */
  reconcile(): Promise<void>;
  /** Switches a global flag for one organization only. */
  switchFlag(organizationId: string, key: string, isOn: boolean): Promise<void>;
  /** Reads hub-core's present answer for the organization, past the cache. */
  refreshOrganization(organizationId: string): Promise<void>;
  /** Asks Mekari Billing for the package's price now, past the cache. */
  refreshPrice(packageId: string): Promise<void>;
  /** Refunds a COMPLETED order and takes back these units, by quota code. */
  refund(orderNumber: string, takeBack: Record<string, string>): Promise<void>;
  /** Checks every invariant of money over the whole database. */
  audit(): Promise<readonly AuditViolation[]>;
}

export interface Product extends ProductSteps {
  graphUrl: string;
  /** Empties the product's database; the product serves again when this resolves. Missing where nobody can. */
  reset?: () => Promise<void>;
}
