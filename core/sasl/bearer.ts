// What OAUTHBEARER and XOAUTH2 have in common: one message with a token, and a refusal that is told before the end.
import type { SaslSaid } from '../contract/event.ts';
import { whenThere } from './later.ts';
import {
  type Exchange,
  type ExchangeContext,
  type Failure,
  malformed,
  type Mechanism,
  type Step,
} from './mechanism.ts';
import { ask, type Field, hidden, said, shown } from './said.ts';
import { toldBy } from './signedToken.ts';
import { checkToken, type Refused } from './token.ts';

/** What a client's message says. */
export interface Bearer {
  /** Whom it wants to be, or to act for; absent when it leaves that to the token. */
  readonly claimed?: string;
  /** Empty when it only asks what is needed. */
  readonly token: string;
  /** What else stands in it. */
  readonly others?: readonly Field[];
}

/** How one of the two writes. */
export interface BearerForm {
  readonly name: string;
  /** What its message is called. */
  readonly what: string;
  /** What its client answers to a refusal. */
  readonly acknowledges: string;
  read(message: Buffer): Bearer | Failure;
  /** The JSON of a refusal. */
  tell(status: Refused['status'], settings: ExchangeContext['settings']['oauth']): Readonly<Record<string, string>>;
}

export function bearerMechanism(form: BearerForm): Mechanism {
  return { name: form.name, start: (context) => exchangeOf(form, context) };
}

function exchangeOf(form: BearerForm, context: ExchangeContext): Exchange {
  let failing: Failure | undefined;
  let over = false;
  const took = (step: Step): Step => {
    if ('challenge' in step) failing = step.failing;
    else over = true;
    return step;
  };
  return {
    next(input) {
      if (over) return malformed('the exchange is over');
      if (input === null) return ask('challenge', '');
      if (!failing) return whenThere(message(form, context, input), took);
      // RFC 7628 section 3.2.3: one ^A; whatever it is, it is the end.
      return took({ ...failing, heard: said(form.acknowledges, input) });
    },
  };
}

function message(form: BearerForm, context: ExchangeContext, input: Buffer) {
  const read = form.read(input);
  if ('fail' in read) return { ...read, heard: said(form.what, input) };
  const heard = said(form.what, input, fieldsOf(read));
  const { claimed } = read;
  return whenThere(checkToken(read.token, context), (answer): Step => {
    if ('status' in answer) return { ...refusal(form, context, { ...named(claimed), ...answer }), heard };
    const { user, subject } = answer;
    const principal = subject !== undefined && subject !== user ? { principal: subject } : {};
    const authzid = claimed !== undefined && claimed !== user ? { authzid: claimed } : {};
    return { ok: { user, ...authzid, ...principal }, heard };
  });
}

const named = (user: string | undefined) => (user === undefined ? {} : { user });

function fieldsOf({ claimed, token, others = [] }: Bearer): SaslSaid['fields'] {
  const who = claimed === undefined ? [] : [shown('user', claimed)];
  return [...who, ...others, hidden('token', token), ...toldBy(token)];
}

/** The client is told why, which is one more challenge; a source that does not answer is no fault of the token's. */
function refusal(form: BearerForm, { settings }: ExchangeContext, { status, ...failing }: Refused): Step {
  if (failing.fail !== 'credentials') return failing;
  const told = form.tell(status, settings.oauth);
  const fields = Object.entries(told).map(([name, value]) => shown(name, value));
  return { ...ask('error', JSON.stringify(told), fields), failing };
}
