/** A quota's code, such as `wa_balance`, as the catalogue accepts it. */
export const QUOTA_CODE = /^[a-z][a-z0-9_]{0,63}$/;
