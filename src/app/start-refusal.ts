/** The surroundings are not fit to start in: the reason says what to do, and a stack would say nothing. */
export class StartRefusal extends Error {
  constructor(override readonly cause: Error) {
    super(cause.message);
    this.name = 'StartRefusal';
  }
}
