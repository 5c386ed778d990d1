export interface Notification {
  channel: string;
  payload?: string | undefined;
}

/** A job for now waits at most this long for its start in a flood. A poll finds it without any notification. */
export const SPACING_MS = 50;

/**
 * Passes on notifications of new jobs, at most two in each spacing: the first at once, and one for all others of that time. Drops
 * every other channel.
 *
 * Every login may send NOTIFY, so a notification proves nothing. The library would search for jobs at each one, and stop its
 * worker at a message that announces a new version of the queue. The upkeep reads that version from the database instead.
 */
export function throttleNotifications(
  pass: (notification: Notification) => void,
  spacingMs = SPACING_MS,
): (notification: Notification) => void {
  let timer: NodeJS.Timeout | undefined;
  let waiting = 0;

  function afterSpacing(): void {
    timer = undefined;
    if (waiting === 0) return;
    const count = waiting;
    waiting = 0;
    space();
    pass({ channel: 'jobs:insert', payload: JSON.stringify({ count }) });
  }

  function space(): void {
    timer = setTimeout(afterSpacing, spacingMs);
    timer.unref();
  }

  return (notification) => {
    if (notification.channel !== 'jobs:insert') return;
    if (timer !== undefined) {
      waiting += 1;
      return;
    }
    space();
    pass(notification);
  };
}
