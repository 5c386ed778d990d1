/** The caller's token is not valid. The message is for the caller and names only the kind of fault. */
export class InvalidTokenError extends Error {
  constructor(reason: string) {
    super(`The token is not valid: ${reason}.`);
    this.name = 'InvalidTokenError';
  }
}
