package main

import (
	"errors"
	"fmt"
	"runtime"
	"slices"

	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// errDisagreement marks an answer that the scheduler's own choice contradicts: a fault of this program.
var errDisagreement = errors.New("the scheduler disagrees")

func disagree(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{errDisagreement}, args...)...)
}

// crossCheck lets the scheduler schedule the pod, and preempt for it, with its own code from the start, and compares.
func (c *cluster) crossCheck(j *judgement) error {
	info, err := queued(j.pod)
	if err != nil {
		return err
	}
	state := framework.NewCycleState()
	state.Write(framework.PodsToActivateKey, framework.NewPodsToActivate())
	result, err := c.scheduler.SchedulePod(c.ctx, c.profile, state, info)
	var unfit *framework.FitError
	switch {
	case err == nil:
		if !slices.Contains(j.verdict.Best, result.SuggestedHost) {
			return disagree("it chose %s, not one of %v", result.SuggestedHost, j.verdict.Best)
		}
		return nil
	case errors.Is(err, scheduler.ErrNoNodesAvailable):
		if len(j.nodes) > 0 {
			return disagree("it sees no nodes")
		}
		return nil
	case !errors.As(err, &unfit):
		return err
	case len(j.feasible) > 0:
		return disagree("it says %v", err)
	}
	if err := sameRefusals(j, unfit); err != nil {
		return err
	}
	return c.crossCheckPreemption(j, state, unfit)
}

func sameRefusals(j *judgement, unfit *framework.FitError) error {
	if j.verdict.PreFilter != "" {
		for _, node := range j.nodes {
			if theirs := unfit.Diagnosis.NodeToStatus.Get(node.Node().Name); theirs.Message() != unfit.Diagnosis.PreFilterMsg {
				return disagree("on %s it says %q after %q", node.Node().Name, theirs.Message(), unfit.Diagnosis.PreFilterMsg)
			}
		}
		if _, message, _ := cut(j.verdict.PreFilter); message != unfit.Diagnosis.PreFilterMsg {
			return disagree("it refuses with %q, not %q", unfit.Diagnosis.PreFilterMsg, j.verdict.PreFilter)
		}
		return nil
	}
	for _, node := range j.verdict.Nodes {
		theirs := unfit.Diagnosis.NodeToStatus.Get(node.Node)
		if theirs.Code().String() != node.Code || !slices.Equal(ordered(theirs.Reasons()), node.Reasons) {
			return disagree("on %s it says %v %v, not %v %v", node.Node, theirs.Code(), theirs.Reasons(), node.Code, node.Reasons)
		}
	}
	return nil
}

func (c *cluster) crossCheckPreemption(j *judgement, state fwk.CycleState, unfit *framework.FitError) error {
	result, status := c.profile.RunPostFilterPlugins(c.ctx, state, j.pod, unfit.Diagnosis.NodeToStatus)
	if status.Code() == fwk.Error && j.verdict.PreFilter == "" {
		return status.AsError()
	}
	// Victims are removed in the background, here by nothing; until that is over the pod counts as waiting for it.
	for c.preemption.Executor.IsPodRunningPreemption(j.pod.UID) {
		runtime.Gosched()
	}
	// After a refusal in PreFilter, DynamicResources fails here for want of a state that it never wrote; the scheduler
	// logs that and does not preempt.
	chosen := ""
	if status.IsSuccess() && result != nil && result.NominatingInfo != nil {
		chosen = result.NominatedNodeName
	}
	if chosen == "" && len(j.verdict.Preemption.Best) > 0 {
		return disagree("it does not preempt (%s), where %v could be", status.Message(), j.verdict.Preemption.Best)
	}
	if chosen != "" && !slices.Contains(j.verdict.Preemption.Best, chosen) {
		return disagree("it preempts on %s, not on one of %v", chosen, j.verdict.Preemption.Best)
	}
	return nil
}
