package main

import (
	"context"
	"fmt"
	"reflect"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/kubernetes/fake"
	clienttesting "k8s.io/client-go/testing"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	schedulerconfig "k8s.io/kubernetes/pkg/scheduler/apis/config"
	"k8s.io/kubernetes/pkg/scheduler/apis/config/latest"
	internalcache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/defaultpreemption"
	"k8s.io/kubernetes/pkg/scheduler/framework/preemption"
	"k8s.io/kubernetes/pkg/scheduler/profile"
)

// cluster is the scheduler's own view of one file: its cache, queue, listers and default profile. Nothing is scheduled
// unless a subcommand asks for it, since the scheduler's loop is never started.
type cluster struct {
	ctx        context.Context
	informers  map[reflect.Type]*informer
	scheduler  *scheduler.Scheduler
	profile    framework.Framework
	snapshot   *internalcache.Snapshot
	preemption *defaultpreemption.DefaultPreemption
	// window is there when nodes are sampled as the scheduler does by default; nil looks at all.
	window *window
}

type options struct {
	percentageOfNodesToScore int32
	parallelism              int32
	// allCandidates lets preemption look at every node instead of at a tenth of them from a random one on.
	allCandidates bool
}

// exhaustive is how verdicts are made: every node is looked at, in order, by one worker.
var exhaustive = options{percentageOfNodesToScore: 100, parallelism: 1, allCandidates: true}

// asShipped is how the scheduler runs by default.
var asShipped = options{percentageOfNodesToScore: 0, parallelism: 16}

// loadCluster reads, admits and loads the objects of one file.
func loadCluster(path string, o options) (*cluster, error) {
	objects, err := readManifests(path)
	if err != nil {
		return nil, err
	}
	c, client, factory, err := newCluster(o)
	if err != nil {
		return nil, err
	}
	admitter, err := newAdmitter(c.informers, client, factory)
	if err != nil {
		return nil, err
	}
	return c, admitter.admitAll(objects)
}

func newCluster(o options) (*cluster, kubernetes.Interface, informers.SharedInformerFactory, error) {
	client := fake.NewSimpleClientset()
	// What preemption writes (nominations that it clears) goes nowhere: sequences change the cluster themselves.
	client.PrependReactor("patch", "*", func(clienttesting.Action) (bool, runtime.Object, error) { return true, &corev1.Pod{}, nil })
	factory := informers.NewSharedInformerFactory(client, 0)
	c := &cluster{ctx: klog.NewContext(context.Background(), klog.Background()), informers: map[reflect.Type]*informer{}}
	for _, obj := range append(emptyOfKinds(), watchedOnly...) {
		fed := newInformer()
		c.informers[reflect.TypeOf(obj)] = fed
		factory.InformerFor(obj, func(kubernetes.Interface, time.Duration) cache.SharedIndexInformer { return fed })
	}
	profiles, err := defaultProfiles(o)
	if err != nil {
		return nil, nil, nil, err
	}
	c.scheduler, err = scheduler.New(c.ctx, client, factory, nil, noRecorder,
		scheduler.WithProfiles(profiles...),
		scheduler.WithParallelism(o.parallelism),
		scheduler.WithPercentageOfNodesToScore(&o.percentageOfNodesToScore))
	if err != nil {
		return nil, nil, nil, err
	}
	c.profile = c.scheduler.Profiles[corev1.DefaultSchedulerName]
	c.snapshot = c.profile.SnapshotSharedLister().(*internalcache.Snapshot)
	for _, plugin := range c.profile.PreEnqueuePlugins() {
		if found, ok := plugin.(*defaultpreemption.DefaultPreemption); ok {
			c.preemption = found
		}
	}
	if c.preemption == nil {
		return nil, nil, nil, fmt.Errorf("the default profile has no DefaultPreemption")
	}
	c.preemption.Executor.PreemptPod = func(context.Context, preemption.Candidate, preemption.ExecutorPreemptor, *corev1.Pod, string) error {
		return nil
	}
	return c, client, factory, nil
}

func emptyOfKinds() []runtime.Object {
	empty := make([]runtime.Object, 0, len(kinds))
	for _, k := range kinds {
		empty = append(empty, k.empty)
	}
	return empty
}

// defaultProfiles is the default profile, with the one change to preemption that makes its answer repeatable.
func defaultProfiles(o options) ([]schedulerconfig.KubeSchedulerProfile, error) {
	config, err := latest.Default()
	if err != nil {
		return nil, err
	}
	for _, plugin := range config.Profiles[0].PluginConfig {
		if args, ok := plugin.Args.(*schedulerconfig.DefaultPreemptionArgs); ok && o.allCandidates {
			args.MinCandidateNodesPercentage = 100
		}
	}
	return config.Profiles, nil
}

// refresh brings the snapshot that the plugins read up to the cache, as each scheduling cycle does.
func (c *cluster) refresh() error {
	return c.scheduler.Cache.UpdateSnapshot(klog.FromContext(c.ctx), c.snapshot)
}

// nodes are those of the snapshot, in the scheduler's order.
func (c *cluster) nodes() ([]fwk.NodeInfo, error) {
	return c.snapshot.NodeInfos().List()
}

func (c *cluster) pods() *informer { return c.informers[reflect.TypeOf(&corev1.Pod{})] }

func (c *cluster) pod(key string) (*corev1.Pod, error) {
	obj, exists, err := c.pods().store.GetByKey(key)
	if err != nil {
		return nil, err
	}
	if !exists {
		return nil, fmt.Errorf("there is no pod %s", key)
	}
	return obj.(*corev1.Pod), nil
}

// pending are the pods that the scheduler would try, in the order of the file: its own, not assigned, not on their way
// out. Gated ones are among them.
func (c *cluster) pending() []*corev1.Pod {
	var pending []*corev1.Pod
	for _, obj := range c.pods().store.List() {
		pod := obj.(*corev1.Pod)
		_, responsible := c.scheduler.Profiles[pod.Spec.SchedulerName]
		if pod.Spec.NodeName == "" && pod.DeletionTimestamp == nil && responsible {
			pending = append(pending, pod)
		}
	}
	return pending
}

// noRecorder drops events.
var noRecorder profile.RecorderFactory = func(string) events.EventRecorderLogger { return events.NewFakeRecorder(0) }
