import { isDeepStrictEqual } from "node:util";

import { LossboundError } from "../../base/errors.js";
import type { BrokersWanted } from "./start.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { Role } from "../../scenario/role.js";

/** Returns the brokers that a scenario needs in the local environment. */
export function brokersFor(scenario: Scenario): Required<BrokersWanted> {
  const { count, config } = scenario.brokers;
  return { count, config, controllerApart: harmsBrokers(scenario), advertiseTo: advertiseTo(scenario) };
}

/** Whether a scenario can run on brokers that it shares with other scenarios. */
export function canUse(brokers: Scenario["brokers"], scenario: Scenario): boolean {
  const ordinary = !harmsBrokers(scenario) && advertiseTo(scenario).length === 0;
  return ordinary && isDeepStrictEqual(brokers, scenario.brokers);
}

/**
 * Rejects scenarios that cannot run on an existing cluster, whose processes lossbound cannot and
 * must not touch.
 *
 * @throws LossboundError `USAGE` if a scenario needs the local environment.
 */
export function refuseForeign(scenarios: readonly Scenario[]): void {
  for (const { name } of scenarios.filter(harmsBrokers)) {
    throw new LossboundError(
      "USAGE",
      `${name} has a fault on a broker, which cannot be applied to an existing cluster; use --environment local`,
    );
  }
  for (const { name } of scenarios.filter(({ brokers }) => Object.keys(brokers.config).length > 0)) {
    throw new LossboundError(
      "USAGE",
      `${name} sets brokers.config, which cannot be applied to an existing cluster; use --environment local`,
    );
  }
  for (const { name } of scenarios.filter((one) => advertiseTo(one).length > 0)) {
    throw new LossboundError(
      "USAGE",
      `${name} runs an external command, which dials the addresses that brokers advertise; ` +
        "only brokers of the local environment can advertise the proxies; use --environment local",
    );
  }
}

/** Splits a list into runs of neighbours that can share their brokers, and keeps the order. */
export function neighbours(scenarios: readonly Scenario[]): Scenario[][] {
  const groups: Scenario[][] = [];
  for (const scenario of scenarios) {
    const last = groups.at(-1);
    if (last !== undefined && canShare(last[0]!, scenario)) last.push(scenario);
    else groups.push([scenario]);
  }
  return groups;
}

/**
 * Whether both can use the same brokers. A broker that was killed or truncated its log is not
 * reused.
 */
function canShare(one: Scenario, other: Scenario): boolean {
  if (harmsBrokers(one) || harmsBrokers(other)) return false;
  if (!isDeepStrictEqual(advertiseTo(one), advertiseTo(other))) return false;
  return isDeepStrictEqual(one.brokers, other.brokers);
}

/**
 * Returns the roles that run an external command. It dials the addresses that brokers advertise, so
 * these must be the addresses of the proxies.
 */
function advertiseTo(scenario: Scenario): Role[] {
  return (["producer", "consumer"] as const).filter((role) => scenario[`${role}s`].command !== undefined);
}

function harmsBrokers({ faults }: Scenario): boolean {
  return faults.some(({ kind }) => kind === "broker");
}
