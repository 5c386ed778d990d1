import type { Money, TopupSpace } from '../api/types.ts';
import type { Mutation, Outcome } from '../api/use-order-mutations.ts';

/** The actions of the order on the screen. */
export interface OrderActions {
  /** The mutation that is under way. */
  busy: Mutation | null;
  /** False for a viewer, who sees no button that would be refused. */
  canOrder: boolean;
  /** Says if the page and ordering are open to the organization; null while the answer is not here. */
  eligibility: TopupSpace['topupEligibility'];
  /** Confirms the total on the screen. A repeat asks Mekari Pay again for the link. */
  confirm(): void;
  canRepeatConfirm: boolean;
  cancel(): void;
  submit(): void;
  approve(reason: string): void;
  reject(reason: string): void;
  /** The total above which the organization asks for an approval; null if it does not, or if that is not known. */
  approvalLimit: Money | null;
  check(): Promise<Outcome>;
  /** Fills the basket with the order's items, and goes to the options. */
  again(): void;
}
