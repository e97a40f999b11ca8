package main

import (
	"math"
	"slices"

	policyv1 "k8s.io/api/policy/v1"
	corev1helpers "k8s.io/component-helpers/scheduling/corev1"
	extenderv1 "k8s.io/kube-scheduler/extender/v1"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/util"
	"reflect"
)

// explainPreemption runs the scheduler's own dry run on every node that removing pods could help.
func (c *cluster) explainPreemption(j *judgement) (*preemptionExplanation, error) {
	answer := &preemptionExplanation{Candidates: []preemptionCandidate{}, Best: []string{}}
	if len(j.nodes) == 0 {
		return answer, nil
	}
	nominated := j.statuses.Get(j.pod.Status.NominatedNodeName)
	if eligible, message := c.preemption.PodEligibleToPreemptOthers(c.ctx, j.pod, nominated); !eligible {
		answer.Refused = message
		return answer, nil
	}
	potential, err := j.statuses.NodesForStatusCode(c.snapshot.NodeInfos(), fwk.Unschedulable)
	if err != nil || len(potential) == 0 {
		return answer, err
	}
	candidates, _, err := c.preemption.Evaluator.DryRunPreemption(c.ctx, j.state, j.pod, potential, c.budgets(), 0, int32(len(potential)))
	if err != nil {
		return nil, err
	}
	victims := map[string]*extenderv1.Victims{}
	for _, candidate := range candidates {
		victims[candidate.Name()] = candidate.Victims()
	}
	for _, node := range j.nodes {
		found, ok := victims[node.Node().Name]
		if !ok {
			continue
		}
		names := []string{}
		for _, pod := range found.Pods {
			names = append(names, key(pod))
		}
		slices.Sort(names)
		answer.Candidates = append(answer.Candidates, preemptionCandidate{node.Node().Name, names, found.NumPDBViolations})
		answer.Best = append(answer.Best, node.Node().Name)
	}
	for _, criterion := range criteria {
		answer.Best = survivors(answer.Best, victims, criterion)
	}
	return answer, nil
}

func (c *cluster) budgets() []*policyv1.PodDisruptionBudget {
	var budgets []*policyv1.PodDisruptionBudget
	for _, obj := range c.informers[reflect.TypeOf(&policyv1.PodDisruptionBudget{})].store.List() {
		budgets = append(budgets, obj.(*policyv1.PodDisruptionBudget))
	}
	return budgets
}

// criteria are those of pickOneNodeForPreemption, which keeps them to itself and returns one node of those left.
var criteria = []func(*extenderv1.Victims) int64{
	func(v *extenderv1.Victims) int64 { return -v.NumPDBViolations },
	func(v *extenderv1.Victims) int64 { return -int64(corev1helpers.PodPriority(v.Pods[0])) },
	func(v *extenderv1.Victims) int64 {
		var sum int64
		for _, pod := range v.Pods {
			sum += int64(corev1helpers.PodPriority(pod)) + int64(math.MaxInt32+1)
		}
		return -sum
	},
	func(v *extenderv1.Victims) int64 { return -int64(len(v.Pods)) },
	func(v *extenderv1.Victims) int64 { return util.GetEarliestPodStartTime(v).UnixNano() },
}

func survivors(nodes []string, victims map[string]*extenderv1.Victims, score func(*extenderv1.Victims) int64) []string {
	best := int64(math.MinInt64)
	left := []string{}
	for _, node := range nodes {
		switch s := score(victims[node]); {
		case s > best:
			best, left = s, []string{node}
		case s == best:
			left = append(left, node)
		}
	}
	return left
}
