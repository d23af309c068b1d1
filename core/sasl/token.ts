// Bearer tokens: whose a token is, as the list of tokens or the key set of the settings has it.
import { type Later, whenThere } from './later.ts';
import { denied, type ExchangeContext, type Failure } from './mechanism.ts';
import { checkSigned, isSigned, type Unfit, type Vouched } from './signedToken.ts';

/** Why a token is refused: `status` for the client (RFC 7628 section 3.2.2), the rest is private. */
export type Refused = Failure & Pick<Unfit, 'status'>;

/** RFC 6750 section 2.1. */
const syntax = /^[A-Za-z0-9._~+/-]+=*$/;

/** Signed tokens are those of three parts, once there is a key set; any other may be on the list. */
export function checkToken(
  token: string,
  context: Pick<ExchangeContext, 'users' | 'settings' | 'now'>,
): Later<Vouched | Refused> {
  const { oauth } = context.settings;
  if (token === '') return refused('there is no token: the client asks what is needed');
  if (!syntax.test(token)) return refused('it is no bearer token (RFC 6750 section 2.1)');
  if (isSigned(token) && oauth.keySet.trim() !== '') return signed(token, context);
  if (!oauth.tokens)
    return refused(
      isSigned(token)
        ? 'there is no key set to check it with (authentication.oauth.keySet)'
        : 'tokens of the list are not taken (authentication.oauth.tokens)',
    );
  return whenThere(context.users.token(token), (answer) => {
    if (typeof answer !== 'string') return { user: answer.user };
    if (answer === 'unknown-user') return refused('nobody has this token');
    const { fail, detail } = denied('', answer);
    return { fail, detail, status: 'invalid_token' };
  });
}

function signed(
  token: string,
  { users, settings, now }: Pick<ExchangeContext, 'users' | 'settings' | 'now'>,
): Later<Vouched | Refused> {
  const answer = checkSigned(token, settings.oauth, now());
  if ('status' in answer) return { fail: 'credentials', ...answer };
  return whenThere(users.find(answer.user), (found) =>
    found === 'ok' ? answer : { ...denied(answer.user, found), status: 'invalid_token' },
  );
}

function refused(detail: string): Refused {
  return { fail: 'credentials', status: 'invalid_token', detail };
}
