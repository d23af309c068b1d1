// Names as the GS2 header and SCRAM write them (RFC 5801 section 4; RFC 5802 section 7): a comma is `=2C`, an equals sign `=3D`.
import { maxField } from './mechanism.ts';

export function toSaslname(name: string): string {
  return name.replaceAll('=', '=3D').replaceAll(',', '=2C');
}

/** Undefined where it is empty or too long, or where an equals sign begins anything else. */
export function fromSaslname(saslname: string): string | undefined {
  if (saslname === '' || Buffer.byteLength(saslname) > maxField || /=(?!2C|3D)/u.test(saslname)) return undefined;
  return saslname.replaceAll('=2C', ',').replaceAll('=3D', '=');
}
