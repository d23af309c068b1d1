// The users of the workspace: a table of their own, never part of settings, snapshots or exports.
import { HostError } from '../contract/rpc.ts';
import type { Workspace } from '../journal/workspace.ts';
import { createUser, generatePassword, type User, UserTable } from '../sasl/users.ts';
import type { UserSource } from '../sasl/userSource.ts';
import { readUsers } from '../sasl/userRecords.ts';
import type { World } from '../world/world.ts';
import { CommandError } from './exit.ts';

type Listed = { readonly name: string; readonly created: number };

export class Users {
  readonly #workspace: Workspace;
  readonly #world: World;
  readonly #key: Uint8Array;
  #all: readonly User[] = [];
  #table: UserTable;

  private constructor(workspace: Workspace, world: World) {
    this.#workspace = workspace;
    this.#world = world;
    this.#key = world.random(32);
    this.#table = new UserTable([], { key: this.#key });
  }

  /** Reads the table, every row checked; exit 3, with what is wrong and no secret, when it is damaged. */
  static async open(workspace: Workspace, world: World): Promise<Users> {
    const users = new Users(workspace, world);
    const read = readUsers(await workspace.loadUsers());
    if (!read.ok)
      throw new CommandError(3, `${workspace.folder}: the table of users is damaged; nothing was changed`, [
        ...read.problems.map(({ path, message }) => `${path} ${message}`),
        'name another workspace, or restore this one',
      ]);
    users.#use(read.users);
    return users;
  }

  /** What the mechanisms ask; it always answers from the table as it is now. */
  readonly lookup: UserSource = {
    verify: (name, password) => this.#table.verify(name, password),
    secret: (name, kind) => this.#table.secret(name, kind),
    find: (name) => this.#table.find(name),
    token: () => this.#table.token(),
    account: (name) => this.#table.account(name),
  };

  list(): Listed[] {
    return this.#table.list().map(({ name, created }) => ({ name, created }));
  }

  /** Makes the user `test` of a fresh workspace; the password is told once and kept only as the mechanisms need it. */
  async makeFirst(): Promise<{ readonly name: string; readonly password: string }> {
    const password = generatePassword((octets) => this.#world.random(octets));
    await this.set('test', password);
    return { name: 'test', password };
  }

  /** Adds a user, or gives an old one a new password. */
  async set(name: string, password: string): Promise<Listed[]> {
    const old = this.#all.find((one) => one.name === name);
    let user: User;
    try {
      user = createUser({ name, password, created: old?.created ?? this.#world.now() }, (octets) =>
        this.#world.random(octets),
      );
    } catch (error) {
      throw error instanceof RangeError ? new HostError('bad-input', error.message) : error;
    }
    return this.#save([...this.#all.filter((one) => one.name !== name), user]);
  }

  async remove(name: string): Promise<Listed[]> {
    if (!this.#all.some((one) => one.name === name)) throw new HostError('not-found', `there is no user ${name}`);
    return this.#save(this.#all.filter((one) => one.name !== name));
  }

  async #save(users: readonly User[]): Promise<Listed[]> {
    await this.#workspace.saveUsers(users);
    this.#use(users);
    return this.list();
  }

  #use(users: readonly User[]): void {
    this.#all = users;
    this.#table = new UserTable(users, { key: this.#key });
  }
}
