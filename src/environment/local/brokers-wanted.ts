import { isDeepStrictEqual } from "node:util";

import { LossboundError } from "../../base/errors.js";
import type { BrokersWanted } from "./start.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { Role } from "../../scenario/role.js";

/** Brokers of the local environment that a scenario runs on. */
export function brokersFor(scenario: Scenario): Required<BrokersWanted> {
  const { count, config } = scenario.brokers;
  return { count, config, controllerApart: harmsBrokers(scenario), advertiseTo: advertiseTo(scenario) };
}

/** Whether a scenario can do with brokers that are there for others too. */
export function canUse(brokers: Scenario["brokers"], scenario: Scenario): boolean {
  const ordinary = !harmsBrokers(scenario) && advertiseTo(scenario).length === 0;
  return ordinary && isDeepStrictEqual(brokers, scenario.brokers);
}

/**
 * The processes of a cluster that is not ours cannot be reached, and must not be.
 *
 * @throws LossboundError `USAGE` where a scenario needs brokers of our own.
 */
export function refuseForeign(scenarios: readonly Scenario[]): void {
  for (const { name } of scenarios.filter(harmsBrokers)) {
    throw new LossboundError(
      "USAGE",
      `${name} has a fault on a broker: that needs brokers of our own, the local environment`,
    );
  }
  for (const { name } of scenarios.filter(({ brokers }) => Object.keys(brokers.config).length > 0)) {
    throw new LossboundError(
      "USAGE",
      `${name} has settings of brokers (brokers.config), which those of an existing cluster do not take`,
    );
  }
  for (const { name } of scenarios.filter((one) => advertiseTo(one).length > 0)) {
    throw new LossboundError(
      "USAGE",
      `${name} names a command, which follows the addresses that brokers advertise: only those of the local environment advertise the proxies`,
    );
  }
}

/** Splits a list where the brokers that are needed change; the order stays. */
export function neighbours(scenarios: readonly Scenario[]): Scenario[][] {
  const groups: Scenario[][] = [];
  for (const scenario of scenarios) {
    const last = groups.at(-1);
    if (last !== undefined && canShare(last[0]!, scenario)) last.push(scenario);
    else groups.push([scenario]);
  }
  return groups;
}

/** A broker that was killed or cut its log is not the one that it was. */
function canShare(one: Scenario, other: Scenario): boolean {
  if (harmsBrokers(one) || harmsBrokers(other)) return false;
  if (!isDeepStrictEqual(advertiseTo(one), advertiseTo(other))) return false;
  return isDeepStrictEqual(one.brokers, other.brokers);
}

/** A command follows the addresses that brokers advertise, so they have to be those of the proxies. */
function advertiseTo(scenario: Scenario): Role[] {
  return (["producer", "consumer"] as const).filter((role) => scenario[`${role}s`].command !== undefined);
}

function harmsBrokers({ faults }: Scenario): boolean {
  return faults.some(({ kind }) => kind === "broker");
}
