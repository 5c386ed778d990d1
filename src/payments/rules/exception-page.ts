/** Arguments of a page of payments that await an operator, oldest first. */
export interface ExceptionPageArgs {
  first: number;
  /** The cursor of the last one on the previous page. */
  after: string | undefined;
  /** Undefined for every organization, and for payments without an order of ours. */
  organizationId: string | undefined;
}
