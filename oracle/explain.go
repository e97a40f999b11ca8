package main

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/sets"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework"
)

// explainAll judges each pending pod on its own against the placed ones.
func explainAll(c *cluster) (podExplanation, error) {
	answer := podExplanation{apiVersion, "PodExplanation", kubernetesVersion, []podVerdict{}}
	for _, pod := range c.pending() {
		verdict, err := c.explain(pod)
		if err != nil {
			return answer, fmt.Errorf("%s: %w", key(pod), err)
		}
		answer.Pods = append(answer.Pods, verdict)
	}
	return answer, nil
}

// judgement is one pod's pass through the plugins, with what later steps of the same cycle need of it.
type judgement struct {
	pod      *corev1.Pod
	state    fwk.CycleState
	nodes    []fwk.NodeInfo
	statuses *framework.NodeToStatus
	feasible []fwk.NodeInfo
	verdict  podVerdict
}

func (j *judgement) fits(node string) bool {
	return slices.ContainsFunc(j.feasible, func(n fwk.NodeInfo) bool { return n.Node().Name == node })
}

// explain says what the scheduler makes of the pod on every node, and holds that against what the scheduler itself
// does with it.
func (c *cluster) explain(pod *corev1.Pod) (podVerdict, error) {
	j, err := c.judge(pod)
	if err != nil {
		return podVerdict{}, err
	}
	if j.state == nil {
		return j.verdict, nil
	}
	return j.verdict, c.crossCheck(j)
}

// judge runs the plugins over every node.
func (c *cluster) judge(pod *corev1.Pod) (*judgement, error) {
	j := &judgement{pod: pod, verdict: podVerdict{Pod: key(pod), Nodes: []nodeExplanation{}, Best: []string{}}}
	if message := c.gate(pod); message != "" {
		j.verdict.PreFilter = message
		return j, nil
	}
	if err := c.refresh(); err != nil {
		return nil, err
	}
	nodes, err := c.nodes()
	if err != nil {
		return nil, err
	}
	j.nodes = nodes
	j.state = framework.NewCycleState()
	j.statuses = framework.NewDefaultNodeToStatus()
	if len(nodes) > 0 {
		if err := c.filter(j); err != nil {
			return nil, err
		}
	}
	if len(j.feasible) > 0 {
		return j, c.score(j)
	}
	j.verdict.Preemption, err = c.explainPreemption(j)
	return j, err
}

// gate is why the pod does not enter the queue at all.
func (c *cluster) gate(pod *corev1.Pod) string {
	for _, plugin := range c.profile.PreEnqueuePlugins() {
		if status := plugin.PreEnqueue(c.ctx, pod); !status.IsSuccess() {
			return plugin.Name() + ": " + status.Message()
		}
	}
	return ""
}

// filter runs PreFilter, then all filters on every node that PreFilter leaves. Nodes are tried with the pods
// nominated to them, as in the scheduler.
func (c *cluster) filter(j *judgement) error {
	result, status, plugins := c.profile.RunPreFilterPlugins(c.ctx, j.state, j.pod)
	if !status.IsSuccess() {
		if !status.IsRejected() {
			return status.AsError()
		}
		plugin := status.Plugin()
		if plugin == "" {
			plugin = joined(plugins)
		}
		j.verdict.PreFilter = plugin + ": " + status.Message()
		j.statuses.SetAbsentNodesStatus(status)
		return nil
	}
	named := plugins.Clone()
	if status := c.tryNominated(j); status != nil {
		named.Insert(status.Plugin())
	}
	if !result.AllNodes() {
		// In the words of findNodesThatFitPod, where this status is made. It names the plugin that refused the
		// nominated node as well, since the set of plugins is the one that this refusal is noted in.
		left := fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", sets.List(named))
		j.statuses.SetAbsentNodesStatus(fwk.NewStatus(fwk.UnschedulableAndUnresolvable, left))
	}
	candidates, enough := c.candidates(j, result)
	for _, node := range candidates {
		name := node.Node().Name
		if !result.AllNodes() && !result.NodeNames.Has(name) {
			status, plugin := j.statuses.Get(name), joined(plugins)
			if status.Plugin() != "" {
				plugin = status.Plugin()
			}
			j.verdict.Nodes = append(j.verdict.Nodes, refusal(name, plugin, status))
			continue
		}
		status := c.profile.RunFilterPluginsWithNominatedPods(c.ctx, j.state, j.pod, node)
		if status.IsSuccess() && len(j.feasible) == enough {
			break
		}
		switch {
		case status.IsSuccess():
			j.feasible = append(j.feasible, node)
			j.verdict.Nodes = append(j.verdict.Nodes, nodeExplanation{Node: name, Fits: true})
		case status.IsRejected():
			j.statuses.Set(name, status)
			j.verdict.Nodes = append(j.verdict.Nodes, refusal(name, status.Plugin(), status))
		default:
			return status.AsError()
		}
	}
	if c.window != nil {
		c.window.advance(len(j.feasible)+j.statuses.Len(), len(j.nodes))
	}
	return nil
}

// tryNominated runs the filters on the node that the pod is nominated to, whether PreFilter left it or not, and returns
// their refusal.
func (c *cluster) tryNominated(j *judgement) *fwk.Status {
	node, err := c.snapshot.Get(j.pod.Status.NominatedNodeName)
	if err != nil {
		return nil
	}
	status := c.profile.RunFilterPluginsWithNominatedPods(c.ctx, j.state, j.pod, node)
	if !status.IsRejected() {
		return nil
	}
	j.statuses.Set(node.Node().Name, status)
	return status
}

// candidates are the nodes to try, in order, and how many fitting ones end the search. Without a window all are tried,
// with those that PreFilter left out among them so that the answer names every node.
func (c *cluster) candidates(j *judgement, result *fwk.PreFilterResult) ([]fwk.NodeInfo, int) {
	if c.window == nil {
		return j.nodes, len(j.nodes)
	}
	nodes := j.nodes
	if !result.AllNodes() {
		nodes = slices.DeleteFunc(slices.Clone(nodes), func(node fwk.NodeInfo) bool { return !result.NodeNames.Has(node.Node().Name) })
	}
	for _, node := range nodes {
		if node.Node().Name == j.pod.Status.NominatedNodeName {
			status := c.profile.RunFilterPluginsWithNominatedPods(c.ctx, j.state, j.pod, node)
			if status.IsSuccess() {
				return []fwk.NodeInfo{node}, 1
			}
		}
	}
	return c.window.order(nodes), c.window.size(len(nodes))
}

// score scores all feasible nodes, also when there is only one, which the scheduler takes unscored.
func (c *cluster) score(j *judgement) error {
	scoring := j.state.Clone()
	if status := c.profile.RunPreScorePlugins(c.ctx, scoring, j.pod, j.feasible); !status.IsSuccess() {
		return status.AsError()
	}
	scores, status := c.profile.RunScorePlugins(c.ctx, scoring, j.pod, j.feasible)
	if !status.IsSuccess() {
		return status.AsError()
	}
	index := map[string]int{}
	for i, node := range j.verdict.Nodes {
		index[node.Node] = i
	}
	highest := scores[0].TotalScore
	for i := range scores {
		node := &j.verdict.Nodes[index[scores[i].Name]]
		node.Total = &scores[i].TotalScore
		node.Scores = map[string]int64{}
		for _, plugin := range scores[i].Scores {
			node.Scores[plugin.Name] = plugin.Score
		}
		highest = max(highest, scores[i].TotalScore)
	}
	nominated := j.pod.Status.NominatedNodeName
	for _, node := range j.verdict.Nodes {
		if node.Fits && *node.Total == highest {
			j.verdict.Best = append(j.verdict.Best, node.Node)
		}
	}
	// A nominated node that fits is taken without a look at the others.
	if j.fits(nominated) {
		j.verdict.Best = []string{nominated}
	}
	return nil
}

func refusal(node, plugin string, status *fwk.Status) nodeExplanation {
	return nodeExplanation{Node: node, Plugin: plugin, Code: status.Code().String(), Reasons: ordered(status.Reasons())}
}

// plainResources are what NodeResourcesFit names in this order; the extended resources after them come out of a Go map,
// in any order.
var plainResources = []string{"Insufficient cpu", "Insufficient memory", "Insufficient ephemeral-storage"}

// ordered puts extended resources in alphabetical order, behind everything else.
func ordered(reasons []string) []string {
	return slices.SortedStableFunc(slices.Values(reasons), func(a, b string) int {
		return strings.Compare(extended(a), extended(b))
	})
}

// extended is the reason if it names an extended resource, else nothing.
func extended(reason string) string {
	if strings.HasPrefix(reason, "Insufficient ") && !slices.Contains(plainResources, reason) {
		return reason
	}
	return ""
}

func joined(plugins sets.Set[string]) string { return strings.Join(sets.List(plugins), ",") }

func key(pod *corev1.Pod) string { return pod.Namespace + "/" + pod.Name }

func queued(pod *corev1.Pod) (*framework.QueuedPodInfo, error) {
	info, err := framework.NewPodInfo(pod)
	if err != nil {
		return nil, err
	}
	return &framework.QueuedPodInfo{PodInfo: info}, nil
}
