// The users of the workspace: a table of their own, never part of settings, snapshots or exports.
import type { Output, Parsed } from '../contract/calls.ts';
import { HostError } from '../contract/rpc.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { MechanismSet } from '../contract/userCalls.ts';
import type { Workspace } from '../journal/workspace.ts';
import { type NotOffered, type Usable, usableMechanisms } from '../sasl/usable.ts';
import { generatePassword, newNameProblem } from '../sasl/userFields.ts';
import { derivingOf } from '../sasl/userFor.ts';
import { readUsers, rowsOf, type Seal } from '../sasl/userRecords.ts';
import { tokenHash, type User } from '../sasl/users.ts';
import type { UserSource } from '../sasl/userSource.ts';
import { UserTable } from '../sasl/userTable.ts';
import type { World } from '../world/world.ts';
import { CommandError } from './exit.ts';
import { type KeyStore, storageNotice } from './keyStore.ts';
import { changedUser, upgraded } from './userChange.ts';
import { importUsers } from './userImport.ts';

export type UserList = Output<'users.list'>;
type Imported = Output<'users.import'>;

export interface UsersOptions {
  readonly workspace: Pick<Workspace, 'folder' | 'loadUsers' | 'saveUsers'>;
  readonly world: World;
  readonly settings: () => Settings;
  /** What cannot be offered to anybody now. */
  readonly unavailable: () => readonly NotOffered[];
  readonly keyStore: KeyStore;
}

export class Users {
  readonly #options: UsersOptions;
  readonly #seal: Seal | undefined;
  #key: Uint8Array;
  #all: readonly User[] = [];
  #table: UserTable;
  /** Changes come one after the other: an import may take a while. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(options: UsersOptions) {
    this.#options = options;
    this.#seal = 'seal' in options.keyStore ? options.keyStore.seal : undefined;
    this.#key = options.world.random(32);
    this.#table = new UserTable([], { key: this.#key });
  }

  /**
   * Reads the table, every row checked, and writes it again where an older version wrote it or it is to be sealed; exit 3,
   * with what is wrong and no secret, when it is damaged.
   */
  static async open(options: UsersOptions): Promise<Users> {
    const { workspace, world } = options;
    const users = new Users(options);
    const read = readUsers(await workspace.loadUsers(), users.#seal);
    if (!read.ok)
      throw new CommandError(3, `${workspace.folder}: the table of users is damaged; nothing was changed`, [
        ...read.problems.map(({ path, message }) => `${path} ${message}`),
        'name another workspace, or restore this one',
      ]);
    users.#key = read.key ?? users.#key;
    const isOld = read.passwords.size > 0 || (read.users.length > 0 && !read.key);
    const all = read.users.map((user) => {
      const password = read.passwords.get(user.name);
      return password === undefined ? user : upgraded(user, password, { world, deriving: users.#deriving() });
    });
    if (isOld || read.isOpen) await users.#save(all);
    else users.#use(all);
    return users;
  }

  /** What the mechanisms ask; it always answers from the table as it is now. */
  readonly lookup: UserSource = {
    verify: (name, password) => this.#table.verify(name, password),
    secret: (name, kind, realm) => this.#table.secret(name, kind, realm),
    find: (name) => this.#table.find(name),
    token: (token) => this.#table.token(token),
    account: (name) => this.#table.account(name),
  };

  get storage(): UserList['storage'] {
    const locked = this.#all.filter(({ secrets }) => 'sealed' in secrets).length;
    return storageNotice(this.#options.keyStore, locked);
  }

  /** By name; no secrets. */
  list(): UserList {
    const settings = this.#options.settings();
    const unavailable = this.#options.unavailable();
    const mechanismSets: MechanismSet[] = [];
    const places = new Map<string, number>();
    const placeOf = (set: readonly Usable[]) => {
      const key = set.map(({ why }) => why).join('\n');
      const place = places.get(key) ?? mechanismSets.push(set.map((row) => ({ ...row }))) - 1;
      places.set(key, place);
      return place;
    };
    const users = this.#all.map((user) => ({
      name: user.name,
      created: user.created,
      enabled: user.enabled,
      aliases: [...user.aliases],
      quota: user.quota,
      mechanisms: placeOf(usableMechanisms(user, settings, unavailable)),
      tokens: user.tokens.map(({ id, label, created }) => ({ id, label, created })),
    }));
    return { users, mechanismSets, storage: this.storage };
  }

  /** Makes the user `test` of a fresh workspace; the password is told once and kept only as the mechanisms need it. */
  async makeFirst(): Promise<{ readonly name: string; readonly password: string }> {
    const password = generatePassword((octets) => this.#options.world.random(octets));
    await this.set({ name: 'test', password });
    return { name: 'test', password };
  }

  /** Adds a user, or changes what is named of an old one. */
  set(change: Parsed<'users.set'>): Promise<UserList> {
    return this.#inTurn(async () => {
      const old = this.#all.find(({ name }) => name === change.name);
      if (!old && change.password === undefined)
        throw new HostError('bad-input', `${change.name} is a new user: a password is needed`);
      const problem = old ? null : newNameProblem(change.name);
      if (problem !== null) throw new HostError('bad-input', problem);
      await this.#put(changedUser(old, change, this.#making()));
      return this.list();
    });
  }

  remove(name: string): Promise<UserList> {
    return this.#inTurn(async () => {
      this.#user(name);
      await this.#save(this.#all.filter((one) => one.name !== name));
      return this.list();
    });
  }

  /** 256 random bits, told here and never again. */
  token({ name, label }: Parsed<'users.token'>): Promise<Output<'users.token'>> {
    return this.#inTurn(async () => {
      const { world } = this.#options;
      const user = this.#user(name);
      const token = Buffer.from(world.random(32)).toString('base64url');
      const id = Buffer.from(world.random(6)).toString('hex');
      const given = { id, label, created: world.now(), hash: tokenHash(token) };
      await this.#put({ ...user, tokens: [...user.tokens, given] });
      return { token, list: this.list() };
    });
  }

  revoke({ name, id }: Parsed<'users.revoke'>): Promise<UserList> {
    return this.#inTurn(async () => {
      const user = this.#user(name);
      const tokens = user.tokens.filter((token) => token.id !== id);
      if (tokens.length === user.tokens.length) throw new HostError('not-found', `${name} has no token ${id}`);
      await this.#put({ ...user, tokens });
      return this.list();
    });
  }

  import(given: Parsed<'users.import'>): Promise<Imported> {
    return this.#inTurn(async () => {
      const { rows, users } = await importUsers(given, this.#all, this.#making());
      if (given.apply && rows.some(({ what }) => what === 'new' || what === 'changed')) await this.#save(users);
      return { rows: [...rows], ...(given.apply && { list: this.list() }) };
    });
  }

  #user(name: string): User {
    const user = this.#all.find((one) => one.name === name);
    if (!user) throw new HostError('not-found', `there is no user ${name}`);
    return user;
  }

  #deriving() {
    return derivingOf(this.#options.settings());
  }

  #making() {
    return { world: this.#options.world, deriving: this.#deriving() };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #put(user: User): Promise<void> {
    return this.#save([...this.#all.filter(({ name }) => name !== user.name), user]);
  }

  async #save(users: readonly User[]): Promise<void> {
    await this.#options.workspace.saveUsers(rowsOf(users, this.#key, this.#seal));
    this.#use(users);
  }

  #use(users: readonly User[]): void {
    this.#all = [...users].sort((one, other) => (one.name < other.name ? -1 : 1));
    this.#table = new UserTable(this.#all, { key: this.#key });
  }
}
