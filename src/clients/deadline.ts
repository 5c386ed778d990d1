const SLICE_MS = 50;

/**
 * Resolves to the result of `work`, or after `ms` to the result of `otherwise`, which may throw. The work continues.
 *
 * The wait runs in slices, each with its own timer. While the event loop stalls (a long collection, a burst of requests), an answer
 * may lie unread in its socket. One timer for the whole wait would fire before the answer is read, and the neighbour would look
 * late. With slices a stall of any length costs one slice. There is one slice more than `ms`, for a stall in the last.
 */
export function within<T>(ms: number, work: Promise<T>, otherwise: () => T): Promise<T> {
  return new Promise((resolve, reject) => {
    let leftMs = Math.max(0, ms) + SLICE_MS;
    const waitSlice = () => {
      const sliceMs = Math.min(leftMs, SLICE_MS);
      leftMs -= sliceMs;
      return setTimeout(endSlice, sliceMs).unref();
    };
    const endSlice = () => {
      if (leftMs > 0) timer = waitSlice();
      else resolveWith(otherwise);
    };
    const resolveWith = (give: () => T) => {
      try {
        resolve(give());
      } catch (error) {
        reject(error);
      }
    };
    let timer = waitSlice();
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
