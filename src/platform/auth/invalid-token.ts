/** The caller sent a token that is not valid. The message is for the caller and names the kind of fault, nothing more. */
export class InvalidTokenError extends Error {
  constructor(reason: string) {
    super(`The token is not valid: ${reason}.`);
    this.name = 'InvalidTokenError';
  }
}
