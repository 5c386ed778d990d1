/** The address of the order at the page to which buyers return from the payment page. */
export function orderPage(returnUrl: string, orderId: string): string {
  const url = new URL(returnUrl);
  url.searchParams.set('orderId', orderId);
  return url.toString();
}
