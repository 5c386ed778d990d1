/** The port of each server; 0 picks a free one. */
export interface SandboxPorts {
  hubCore: number;
  mekariBilling: number;
  mekariPay: number;
  moderator: number;
  mailbox: number;
  auth: number;
  smtp: number;
  states: number;
}

export const freePorts: SandboxPorts = {
  hubCore: 0,
  mekariBilling: 0,
  mekariPay: 0,
  moderator: 0,
  mailbox: 0,
  auth: 0,
  smtp: 0,
  states: 0,
};

/** The fixed ports of `npm run dev`. */
export const developmentPorts: SandboxPorts = {
  hubCore: 4101,
  mekariBilling: 4102,
  mekariPay: 4103,
  moderator: 4104,
  mailbox: 4105,
  auth: 4106,
  smtp: 4125,
  states: 4107,
};
