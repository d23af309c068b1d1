// What the BODY and SMTPUTF8 parameters of MAIL say of the octets to come.
import type { TransactionFacts } from '../contract/facts.ts';

type Declared = Pick<TransactionFacts, 'body' | 'smtpUtf8'>;

/** RFC 3030 section 3: any octets in any order, so that no rule about text lines holds. */
export const isBinary = ({ body }: Declared): boolean => body === 'BINARYMIME';

/** RFC 6152 section 3, RFC 6531 section 3.1: octets above 0x7F may come. */
export const declaresEightBit = ({ body, smtpUtf8 }: Declared): boolean =>
  body === '8BITMIME' || body === 'BINARYMIME' || smtpUtf8 === true;
