const TIMEOUT_MS = 3000;
/** Some hundred keys fit. Issuers have a handful. */
const MAX_BYTES = 65_536;

/**
 * Fetches the issuer's key set and resolves to its text, bounded in time and size. Follows no redirect, because keys come from
 * the configured address only. Rejects with the reason.
 */
export async function fetchKeySet(url: string, cancelled: AbortSignal): Promise<string> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/json, application/jwk-set+json' },
    signal: AbortSignal.any([cancelled, AbortSignal.timeout(TIMEOUT_MS)]),
  }).catch((error: Error) => {
    // fetch's own message is always "fetch failed".
    throw error.cause ?? error;
  });
  if (response.status !== 200) {
    await response.body?.cancel();
    throw new Error(`it answered ${response.status}`);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    // Throwing within the loop closes the connection.
    if (bytes > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
