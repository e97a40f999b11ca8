/** All processes of one plane, in the order in which they start. */
import type { Component } from './component.ts';
import { controllerManagerComponent, schedulerComponent } from './controllers.ts';
import { etcdComponent } from './etcd.ts';
import { apiServerComponent } from './kube-apiserver.ts';
import type { PlaneLayout } from './layout.ts';

/** etcd, API server, controller manager, scheduler; each needs the ones before it. */
export function planeComponents(layout: PlaneLayout): readonly Component[] {
  return [
    etcdComponent(layout),
    apiServerComponent(layout),
    controllerManagerComponent(layout),
    schedulerComponent(layout),
  ];
}
