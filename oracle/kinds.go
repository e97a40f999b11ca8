package main

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	nodev1 "k8s.io/api/node/v1"
	policyv1 "k8s.io/api/policy/v1"
	resourcev1 "k8s.io/api/resource/v1"
	resourcev1beta2 "k8s.io/api/resource/v1beta2"
	schedulingv1 "k8s.io/api/scheduling/v1"
	schedulingv1alpha2 "k8s.io/api/scheduling/v1alpha2"
	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/registry/rest"
	_ "k8s.io/kubernetes/pkg/apis/apps/install"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/node/install"
	_ "k8s.io/kubernetes/pkg/apis/policy/install"
	_ "k8s.io/kubernetes/pkg/apis/scheduling/install"
	_ "k8s.io/kubernetes/pkg/apis/storage/install"
	"k8s.io/kubernetes/pkg/registry/apps/replicaset"
	"k8s.io/kubernetes/pkg/registry/apps/statefulset"
	"k8s.io/kubernetes/pkg/registry/core/limitrange"
	"k8s.io/kubernetes/pkg/registry/core/namespace"
	"k8s.io/kubernetes/pkg/registry/core/node"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolume"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/pkg/registry/core/replicationcontroller"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/node/runtimeclass"
	"k8s.io/kubernetes/pkg/registry/policy/poddisruptionbudget"
	"k8s.io/kubernetes/pkg/registry/scheduling/priorityclass"
	"k8s.io/kubernetes/pkg/registry/storage/csidriver"
	"k8s.io/kubernetes/pkg/registry/storage/csinode"
	"k8s.io/kubernetes/pkg/registry/storage/csistoragecapacity"
	"k8s.io/kubernetes/pkg/registry/storage/storageclass"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattachment"
	"k8s.io/kubernetes/pkg/registry/storage/volumeattributesclass"
)

// kind is a kind of object that decides about scheduling, with the API server's own strategy for it.
type kind struct {
	name      string
	version   string
	empty     runtime.Object
	strategy  rest.RESTCreateStrategy
	clustered bool
}

// kinds, in the order in which they are admitted and handed to the scheduler: what admission and plugins look up
// comes before what they look at.
var kinds = []kind{
	{"Namespace", "v1", &corev1.Namespace{}, namespace.Strategy, true},
	{"PriorityClass", "scheduling.k8s.io/v1", &schedulingv1.PriorityClass{}, priorityclass.Strategy, true},
	{"RuntimeClass", "node.k8s.io/v1", &nodev1.RuntimeClass{}, runtimeclass.Strategy, true},
	{"LimitRange", "v1", &corev1.LimitRange{}, limitrange.Strategy, false},
	{"StorageClass", "storage.k8s.io/v1", &storagev1.StorageClass{}, storageclass.Strategy, true},
	{"VolumeAttributesClass", "storage.k8s.io/v1", &storagev1.VolumeAttributesClass{}, volumeattributesclass.Strategy, true},
	{"CSIDriver", "storage.k8s.io/v1", &storagev1.CSIDriver{}, csidriver.Strategy, true},
	{"CSINode", "storage.k8s.io/v1", &storagev1.CSINode{}, csinode.Strategy, true},
	{"CSIStorageCapacity", "storage.k8s.io/v1", &storagev1.CSIStorageCapacity{}, csistoragecapacity.Strategy, false},
	{"PersistentVolume", "v1", &corev1.PersistentVolume{}, persistentvolume.Strategy, true},
	{"PersistentVolumeClaim", "v1", &corev1.PersistentVolumeClaim{}, persistentvolumeclaim.Strategy, false},
	{"VolumeAttachment", "storage.k8s.io/v1", &storagev1.VolumeAttachment{}, volumeattachment.Strategy, true},
	{"Service", "v1", &corev1.Service{}, service.Strategy, false},
	{"ReplicationController", "v1", &corev1.ReplicationController{}, replicationcontroller.Strategy, false},
	{"ReplicaSet", "apps/v1", &appsv1.ReplicaSet{}, replicaset.Strategy, false},
	{"StatefulSet", "apps/v1", &appsv1.StatefulSet{}, statefulset.Strategy, false},
	{"PodDisruptionBudget", "policy/v1", &policyv1.PodDisruptionBudget{}, poddisruptionbudget.Strategy, false},
	{"Node", "v1", &corev1.Node{}, node.Strategy, true},
	{"Pod", "v1", &corev1.Pod{}, pod.Strategy, false},
}

// watchedOnly are kinds that the scheduler watches and that no manifest here may contain: they stay empty.
var watchedOnly = []runtime.Object{
	&resourcev1.ResourceClaim{},
	&resourcev1.ResourceClaimTemplate{},
	&resourcev1.ResourceSlice{},
	&resourcev1.DeviceClass{},
	&resourcev1beta2.DeviceTaintRule{},
	&schedulingv1alpha2.PodGroup{},
}

func kindNamed(name string) (kind, bool) {
	for _, k := range kinds {
		if k.name == name {
			return k, true
		}
	}
	return kind{}, false
}
