// What was said in a login, decoded for people: names and values, and of secrets their length alone.
import type { SaslSaid } from '../contract/event.ts';
import { type Later, whenThere } from './later.ts';
import type { Step } from './mechanism.ts';

export type Field = SaslSaid['fields'][number];

export function shown(name: string, value: string): Field {
  return { name, value };
}

/** A password, proof or whatever else helps to find one: nobody but the mechanism sees it. */
export function hidden(name: string, octets: string | Uint8Array): Field {
  return { name, secret: Buffer.byteLength(octets) };
}

/** A message, and what of it could be read; none of a message that is malformed. */
export function said(what: string, message: Uint8Array, fields: readonly Field[] = []): SaslSaid {
  return { what, octets: message.length, fields };
}

/** The step that came of a message. */
export function hearing(heard: SaslSaid, step: Later<Step>): Later<Step> {
  return whenThere(step, (known): Step => ({ ...known, heard }));
}

/** A challenge, with what it says. */
export function ask(what: string, text: string, fields: readonly Field[] = []): Step {
  const challenge = Buffer.from(text);
  return { challenge, asks: said(what, challenge, fields) };
}
