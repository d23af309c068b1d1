// Sessions of private receivers, recorded in the workspace under ids of its own while they are played.
import type { Event } from '../contract/event.ts';
import type { CaseResult } from '../contract/scenario.ts';
import { runName } from '../contract/summary.ts';
import type { Timeline } from '../contract/timeline.ts';
import type { SessionLog } from '../journal/journal.ts';
import type { Workspace } from '../journal/workspace.ts';
import type { CaseEvents } from '../simulate/pool.ts';

/** Which case under which base. */
export type CaseName = Pick<CaseResult, 'scenario' | 'case' | 'preset'>;

interface Record {
  readonly log: SessionLog;
  isOpen: boolean;
}

export class Recorded {
  readonly #workspace: Pick<Workspace, 'session'>;
  readonly #run: string;
  readonly #logs = new Map<string, Record>();

  constructor(workspace: Pick<Workspace, 'session'>, run: string) {
    this.#workspace = workspace;
    this.#run = run;
  }

  take({ scenario, case: name, preset, world, sessions }: CaseEvents): void {
    for (const { session, events } of sessions) {
      const key = `${scenario} ${name} ${preset} ${session}`;
      let record = this.#logs.get(key);
      if (!record) {
        record = { log: this.#workspace.session(runName(this.#run, world)), isOpen: true };
        this.#logs.set(key, record);
      }
      for (const event of events) append(record, event);
    }
  }

  /** The result with its sessions under the ids they have in the workspace. */
  renamed(result: CaseResult): CaseResult {
    const { sessions, timeline } = result;
    return {
      ...result,
      sessions: sessions.flatMap((session) => this.#idOf(result, session) ?? []),
      ...(timeline ? { timeline: this.renamedTimeline(result, timeline) } : {}),
    };
  }

  /** The course with its moments leading to the same; empty where the session is not recorded. */
  renamedTimeline(of: CaseName, timeline: Timeline): Timeline {
    const moments = timeline.moments.map((moment) => ({ ...moment, session: this.#idOf(of, moment.session) ?? '' }));
    return { ...timeline, moments };
  }

  /** Sessions whose close never came (a cancelled case) end here. */
  end(): void {
    for (const record of this.#logs.values()) if (record.isOpen) record.log.end();
  }

  #idOf({ scenario, case: name, preset }: CaseName, session: string): string | undefined {
    return this.#logs.get(`${scenario} ${name} ${preset} ${session}`)?.log.id;
  }
}

function append(record: Record, { n: _n, t, ...body }: Event): void {
  if (!record.isOpen) return;
  record.log.append(body, t);
  if (body.kind !== 'close') return;
  record.isOpen = false;
  record.log.end();
}
