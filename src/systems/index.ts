/** The list of systems, in the article's order. A system is here only when it is real. */
import type { AnySystem } from '../system.ts';
import { autoscaling } from './autoscaling/index.ts';
import { controlPlane } from './control-plane/index.ts';
import { etcd } from './etcd/index.ts';
import { policy } from './policy/index.ts';
import { scheduling } from './scheduling/index.ts';

export const systems: readonly AnySystem[] = [controlPlane, etcd, autoscaling, scheduling, policy];
