import type { World } from '../../world/world.ts';
import { type Answer, type Call } from './messages.ts';
/** A helper process as a host lends it: program.ts runs in it. */
export interface HelperProcess {
    post(call: Call): void;
    /** Called for each message, in order. */
    onMessage(take: (message: unknown) => void): void;
    /** Called once, when it has ended or could not be started, with how: `exit code 1`, `signal SIGSEGV`. */
    onEnd(take: (how: string) => void): void;
    /** Ends it at once. */
    end(): void;
}
export type SpawnHelper = () => HelperProcess;
export interface HelperOptions {
    readonly spawn: SpawnHelper;
    readonly world: Pick<World, 'after' | 'elapsed'>;
    /** A call that takes longer ends the helper: it has one thread, and is stuck. */
    readonly patienceMs: number;
}
type Sent<C = Call> = C extends Call ? Omit<C, 'n'> : never;
export declare class Helper {
    #private;
    /** Counts processes: what a context had is gone with the one it began in. */
    generation: number;
    constructor(options: HelperOptions);
    /** Never rejects: what is wrong with the helper is a failure of ours. */
    ask(call: Sent): Promise<Answer>;
    /** Says something that is not answered; nothing where no helper runs. */
    tell(call: Sent): void;
    /** Ends the helper for good; calls under way fail. */
    close(): void;
}
export {};
