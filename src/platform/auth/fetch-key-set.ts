const TIMEOUT_MS = 3000;
/** Enough for some hundred keys. Issuers have a handful. */
const MAX_BYTES = 65_536;

/**
 * Fetches the issuer's key set and resolves to its text, bounded in time and size. A redirect is not followed: keys come from
 * the configured address or not at all. Rejects with the reason.
 */
export async function fetchKeySet(url: string, cancelled: AbortSignal): Promise<string> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { accept: 'application/json, application/jwk-set+json' },
    signal: AbortSignal.any([cancelled, AbortSignal.timeout(TIMEOUT_MS)]),
  }).catch((error: Error) => {
    // "fetch failed" says nothing; the cause does.
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
    // Throwing inside of the loop closes the connection.
    if (bytes > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
