// The From fields of a header as they arrive: unfolded, bounded, and read when the header is complete.
import type { AuthorFacts } from '../contract/facts.ts';
import { readFrom } from '../message/fromField.ts';
import { fromUtf8 } from './international.ts';

/** Octets of one field, unfolded; what is longer is not read. */
const longest = 2000;
/** Fields that are read; a message has one (RFC 5322 section 3.6). */
const most = 10;

export class AuthorFields {
  readonly #fields: string[] = [];
  #isTooMuch = false;

  /** What stands behind the colon, one character per octet; `whole` is false when the line was cut. */
  begins(text: string, whole: boolean): void {
    if (this.#fields.length >= most) this.#isTooMuch = true;
    else this.#keep('', text, whole);
  }

  /** A folded line: its line end alone is taken out (RFC 5322 section 2.2.3). */
  goesOn(text: string, whole: boolean): void {
    if (!this.#isTooMuch) this.#keep(this.#fields.pop() ?? '', text, whole);
  }

  #keep(before: string, text: string, whole: boolean): void {
    if (!whole || before.length + text.length > longest) this.#isTooMuch = true;
    else this.#fields.push(before + text);
  }

  facts(): AuthorFacts {
    const problem = (what: string): AuthorFacts => ({ addresses: [], problem: what });
    if (this.#isTooMuch)
      return problem(`From is longer than ${longest} octets, or stands there more than ${most} times`);
    if (this.#fields.length === 0) return problem('there is no From field');
    const read = this.#fields.map((field) => readFrom(fromUtf8(field) ?? field));
    const wrong = read.find((one) => 'problem' in one);
    if (wrong) return problem(`From cannot be read: ${wrong.problem}`);
    const addresses = read.flatMap((one) => ('addresses' in one ? one.addresses : []));
    return addresses.length === 0 ? problem('From names nobody') : { addresses };
  }
}
