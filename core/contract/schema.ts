// Zod, configured once: no code generation, so that schemas work under a strict Content-Security-Policy.
import { z } from 'zod';

z.config({ jitless: true });

export { z };
