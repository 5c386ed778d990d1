/**
 * Lets a source make its next value when the connection has taken the last one, so that a slow reader holds few values, and each one is
 * fresh when it is sent. graphql-sse in between takes every value at once, and queues it without a bound.
 */
export class Pace {
  private taken = Promise.withResolvers<void>();
  private isClosed = false;

  async *values<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
    for await (const value of source) {
      this.taken = Promise.withResolvers();
      yield value;
      await this.taken.promise;
      if (this.isClosed) return;
    }
  }

  /** An iterator by hand: return() of a generator would wait for the next text, which may never come. */
  texts(body: AsyncGenerator<string>): AsyncIterableIterator<string> {
    const close = () => {
      this.isClosed = true;
      this.taken.resolve();
      return body.return(undefined);
    };
    return {
      next: () => {
        // A stream asks for another text when it has room for it.
        this.taken.resolve();
        return body.next();
      },
      return: close,
      throw: close,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}
