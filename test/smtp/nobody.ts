// User sources for tests that are not about users: one that knows nobody, and one that answers as a test says.
import { UserTable } from '../../core/sasl/userTable.ts';
import type { UserSource } from '../../core/sasl/userSource.ts';

export const nobody: UserSource = new UserTable([], { key: new Uint8Array(32) });

/** Knows nobody, beside what `over` answers. */
export function usersWith(over: Partial<UserSource>): UserSource {
  return {
    verify: (name, password) => nobody.verify(name, password),
    secret: (name, kind, realm) => nobody.secret(name, kind, realm),
    find: (name) => nobody.find(name),
    token: (token) => nobody.token(token),
    account: (name) => nobody.account(name),
    ...over,
  };
}
