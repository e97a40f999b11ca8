package main

import (
	"errors"
	"flag"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/klog/v2"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

type benchResult struct {
	APIVersion string  `json:"apiVersion"`
	Kind       string  `json:"kind"`
	Case       string  `json:"case"`
	Nodes      int     `json:"nodes"`
	Placed     int     `json:"placed"`
	Pods       int     `json:"pods"`
	Fitting    int     `json:"fitting"`
	Seconds    float64 `json:"seconds"`
	PodsPerSec float64 `json:"podsPerSecond"`
}

// bench times the scheduler's own loop with its defaults: update the snapshot, SchedulePod, assume, reserve. No API
// server, no queue, no binding: the best case of that code on this machine.
func bench(args []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	shape := benchShape{}
	flags.StringVar(&shape.name, "case", "plain", "plain, service, spread, anti-affinity, affinity, or stream with a FILE")
	flags.IntVar(&shape.nodes, "nodes", 5000, "nodes")
	flags.IntVar(&shape.placed, "placed", 150000, "placed pods")
	flags.IntVar(&shape.pods, "pods", 500, "pods to schedule")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c, pods, err := benchCluster(shape, flags.Args())
	if err != nil {
		return err
	}
	if shape.pods < len(pods) {
		pods = pods[:shape.pods]
	}
	// The first snapshot copies the whole cache; the scheduler's does so once, when it starts.
	if err := c.refresh(); err != nil {
		return err
	}
	started := time.Now()
	fitting := 0
	for _, pod := range pods {
		fits, err := c.scheduleOne(pod)
		if err != nil {
			return fmt.Errorf("%s: %w", key(pod), err)
		}
		if fits {
			fitting++
		}
	}
	seconds := time.Since(started).Seconds()
	return print(benchResult{apiVersion, "SchedulerBench", shape.name, c.snapshot.NumNodesInPlacement(),
		c.placed(), len(pods), fitting, seconds, float64(len(pods)) / seconds})
}

func benchCluster(shape benchShape, files []string) (*cluster, []*corev1.Pod, error) {
	if shape.name != "stream" {
		return generatedCluster(shape)
	}
	if len(files) != 1 {
		return nil, nil, errors.New("a stream needs one FILE")
	}
	c, err := loadCluster(files[0], asShipped)
	if err != nil {
		return nil, nil, err
	}
	return c, c.pending(), nil
}

func (c *cluster) scheduleOne(pod *corev1.Pod) (bool, error) {
	if err := c.refresh(); err != nil {
		return false, err
	}
	info, err := queued(pod)
	if err != nil {
		return false, err
	}
	state := framework.NewCycleState()
	result, err := c.scheduler.SchedulePod(c.ctx, c.profile, state, info)
	var unfit *framework.FitError
	if errors.As(err, &unfit) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	assumed := pod.DeepCopy()
	assumed.Spec.NodeName = result.SuggestedHost
	if err := c.scheduler.Cache.AssumePod(klog.FromContext(c.ctx), assumed); err != nil {
		return false, err
	}
	if status := c.profile.RunReservePluginsReserve(c.ctx, state, assumed, result.SuggestedHost); !status.IsSuccess() {
		return false, status.AsError()
	}
	return true, nil
}

// placed counts the pods that came with a node.
func (c *cluster) placed() int {
	count := 0
	for _, obj := range c.pods().store.List() {
		if obj.(*corev1.Pod).Spec.NodeName != "" {
			count++
		}
	}
	return count
}
