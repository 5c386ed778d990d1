/** The length of one slice of a wait. */
const SLICE_MS = 50;

/**
 * The result of `work`, or, if it has none after `ms`, the result of `otherwise`, which may throw. The work goes on.
 *
 * The wait is counted in slices, each with a timer of its own. While the event loop stalls (a long collection, a burst of requests), an
 * answer may lie in its socket unread. One timer for the whole wait would fire before the answer is read, and the neighbour would
 * look late. With slices a stall of any length costs one slice. There is one slice more than `ms`, because the stall may hit the last.
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
