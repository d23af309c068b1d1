// Which of the networks that settings name holds an address.
import { parseIp } from '../contract/settings/network.ts';
import { intervalsOf, type RankedRule } from './intervals.ts';

const ready = new WeakMap<readonly string[], readonly RankedRule[]>();

/** Index of the first network that holds the address; -1 when none does. A list is read once and must not change afterwards. */
export function networkHolding(networks: readonly string[], address: string): number {
  if (networks.length === 0) return -1;
  const ip = parseIp(address);
  if (ip === undefined) return -1;
  let rules = ready.get(networks);
  if (rules === undefined) {
    rules = networks.map((ipSet) => ({ ipSet, priority: 0, enable: true }));
    ready.set(networks, rules);
  }
  return intervalsOf(rules).best(ip);
}
