/** The token was given and is not good. The message is for the caller: it never says more than what kind of fault. */
export class InvalidTokenError extends Error {
  constructor(reason: string) {
    super(`The token is not valid: ${reason}.`);
    this.name = 'InvalidTokenError';
  }
}
