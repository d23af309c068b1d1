// Where each listener is bound in the lab, and which changes of its settings bind it anew.
import type { z } from '../contract/schema.ts';
import { type Listener, listener as listenerSchema } from '../contract/settings/listeners.ts';
import { hostPort, isLoopback, overlaps, parseHostPort, parseIp, type HostPort } from '../contract/settings/network.ts';
import { metaOf, shapeOf, valueAt } from '../formats/settingsTree.ts';

/** Ports below this need rights on most systems. */
const privileged = 1024;
/** 25 becomes 2525. */
const shift = 2500;

/** The lab address of each listener, in order: its own, or one derived from the production address. */
export function labAddresses(listeners: readonly Listener[]): HostPort[] {
  const taken = listeners.flatMap((one) => (one.enable && one.lab !== '' ? (parseHostPort(one.lab) ?? []) : []));
  return listeners.map((one) => {
    const own = one.lab === '' ? undefined : parseHostPort(one.lab);
    if (own) return own;
    const derived = derive(one.address);
    let { port } = derived;
    while (port !== 0 && taken.some((other) => overlaps(other, { ...derived, port })))
      port = port < 65_535 ? port + 1 : privileged;
    if (one.enable && port !== 0) taken.push({ ...derived, port });
    return { ...derived, port };
  });
}

function derive(address: string): HostPort {
  const production = parseHostPort(address);
  const family = production?.family ?? 4;
  const port = production?.port ?? 0;
  return {
    host: family === 6 ? '::1' : '127.0.0.1',
    family,
    port: port > 0 && port < privileged ? port + shift : port,
  };
}

/** Paths of the settings of a listener marked `restarts`; a list counts as a whole. */
const restarting = markedIn(listenerSchema, []);

function markedIn(schema: z.core.$ZodType, path: readonly string[]): (readonly string[])[] {
  if (metaOf(schema).restarts === true) return [path];
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, inner]) => markedIn(inner, [...path, key]));
}

/** Stand for the lab address, which is worked out of both. */
const worked = ['address', 'lab'];

/** Two listeners with equal keys can share a binding: exactly the settings marked `restarts`, with the derived address worked out. */
export function bindingKey(listener: Listener, lab: HostPort): string {
  const values = restarting.filter(([first = '']) => !worked.includes(first)).map((path) => valueAt(listener, path));
  return JSON.stringify([hostPort(lab.host, lab.port), ...values]);
}

/** Names of the listeners that would be bound anew when `before` becomes `after`; new ones included. */
export function restartsOf(before: readonly Listener[], after: readonly Listener[]): string[] {
  const labs = labAddresses(before);
  const keys = new Map(before.map((one, index) => [one.name, bindingKey(one, labs[index] ?? derive(one.address))]));
  const labsAfter = labAddresses(after);
  return after
    .filter((one, index) => keys.get(one.name) !== bindingKey(one, labsAfter[index] ?? derive(one.address)))
    .map((one) => one.name);
}

/** What the system's refusal to bind means, and what to do about it. */
export function bindingProblem(error: unknown, at: HostPort): string {
  const { code, message } = error as NodeJS.ErrnoException;
  const where = hostPort(at.host, at.port);
  switch (code) {
    case 'EADDRINUSE':
      return `EADDRINUSE: another program listens on ${where}. Stop it, or give the listener another lab address.`;
    case 'EACCES':
      return `EACCES: this user may not listen on port ${at.port}; ports below 1024 need special rights. Leave the lab address empty, or take a port from 1024 up.`;
    case 'EADDRNOTAVAIL':
      return `EADDRNOTAVAIL: this machine has no address ${at.host}. Use ${at.family === 6 ? '[::1]' : '127.0.0.1'} or an address it has.`;
    case 'EAFNOSUPPORT':
      return `EAFNOSUPPORT: this machine has no IPv6. Use 127.0.0.1.`;
    default:
      return `${code ?? 'error'}: the listener could not be bound to ${where}: ${message}`;
  }
}

/** Whether only this machine can reach the address. */
export function onlyHere(at: HostPort): boolean {
  return isLoopback(at.host) || parseIp(at.host) === undefined;
}
