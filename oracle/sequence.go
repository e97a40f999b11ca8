package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1helpers "k8s.io/component-helpers/scheduling/corev1"
	"k8s.io/klog/v2"
)

// choice is what someone else decided for a pod: a node; a nomination with its victims; or nothing.
type choice struct {
	Pod       string   `json:"pod"`
	Node      string   `json:"node,omitempty"`
	Nominated string   `json:"nominated,omitempty"`
	Victims   []string `json:"victims,omitempty"`
}

type step struct {
	Verdict podVerdict `json:"verdict"`
	Choice  choice     `json:"choice"`
	// Problem is why the scheduler could not have chosen so.
	Problem string `json:"problem,omitempty"`
}

type podSequence struct {
	APIVersion        string `json:"apiVersion"`
	Kind              string `json:"kind"`
	KubernetesVersion string `json:"kubernetesVersion"`
	Steps             []step `json:"steps"`
}

// sequence explains the pod of each choice, with cross-check, then makes the choice so. No other controller runs in
// between: budgets keep their status, assumed volumes stay assumed, victims are gone at once.
func sequence(c *cluster, choices []choice) (podSequence, error) {
	answer := podSequence{apiVersion, "PodSequence", kubernetesVersion, []step{}}
	for i, made := range choices {
		j, problem, err := c.follow(made, i, true)
		if err != nil {
			return answer, fmt.Errorf("choice %d (%s): %w", i, made.Pod, err)
		}
		answer.Steps = append(answer.Steps, step{j.verdict, made, problem})
	}
	return answer, nil
}

type replayed struct {
	APIVersion string   `json:"apiVersion"`
	Kind       string   `json:"kind"`
	Choices    int      `json:"choices"`
	Placed     int      `json:"placed"`
	Preempted  int      `json:"preempted"`
	Failed     int      `json:"failed"`
	Wrong      int      `json:"wrong"`
	Problems   []string `json:"problems"`
}

const reportedProblems = 20

// replay checks each choice and makes it so, without explanations and cross-checks.
func replay(c *cluster, choices []choice) (replayed, error) {
	answer := replayed{APIVersion: apiVersion, Kind: "Replay", Choices: len(choices), Problems: []string{}}
	for i, made := range choices {
		_, problem, err := c.follow(made, i, false)
		if err != nil {
			return answer, fmt.Errorf("choice %d (%s): %w", i, made.Pod, err)
		}
		switch {
		case made.Node != "":
			answer.Placed++
		case made.Nominated != "":
			answer.Preempted++
		default:
			answer.Failed++
		}
		if problem != "" {
			answer.Wrong++
			if len(answer.Problems) < reportedProblems {
				answer.Problems = append(answer.Problems, fmt.Sprintf("choice %d, %s: %s", i, made.Pod, problem))
			}
		}
	}
	return answer, nil
}

// follow judges the pod, says what is wrong with the choice, and makes it so; a node on which it does not fit is only
// reported.
func (c *cluster) follow(made choice, index int, check bool) (*judgement, string, error) {
	pod, err := c.pod(made.Pod)
	if err != nil {
		return nil, "", err
	}
	if pod.Spec.NodeName != "" {
		return nil, "", fmt.Errorf("it is placed already")
	}
	j, err := c.judge(pod)
	if err != nil {
		return nil, "", err
	}
	if check && j.state != nil {
		if err := c.crossCheck(j); err != nil {
			return nil, "", err
		}
	}
	problem := wrong(j.verdict, made)
	switch {
	case made.Node != "" && j.fits(made.Node):
		err = c.place(j, made.Node, index)
	case made.Nominated != "":
		err = c.preempt(pod, made)
	}
	return j, problem, err
}

func wrong(v podVerdict, made choice) string {
	fits := len(v.Best) > 0
	switch {
	case made.Node != "":
		if !slices.Contains(v.Best, made.Node) {
			return fmt.Sprintf("%s is not one of %v", made.Node, v.Best)
		}
	case fits:
		return fmt.Sprintf("it fits on %v", v.Best)
	case v.Preemption == nil:
		if made.Nominated != "" {
			return "it may not preempt"
		}
	case made.Nominated == "":
		if len(v.Preemption.Best) > 0 {
			return fmt.Sprintf("it could preempt on %v", v.Preemption.Best)
		}
	case !slices.Contains(v.Preemption.Best, made.Nominated):
		return fmt.Sprintf("it could preempt on %v, not on %s", v.Preemption.Best, made.Nominated)
	default:
		for _, candidate := range v.Preemption.Candidates {
			victims := slices.Clone(made.Victims)
			slices.Sort(victims)
			if candidate.Node == made.Nominated && !slices.Equal(candidate.Victims, victims) {
				return fmt.Sprintf("on %s it would remove %v, not %v", made.Nominated, candidate.Victims, victims)
			}
		}
	}
	return ""
}

// place assumes and reserves as the scheduler does, then shows it the bound pod as the API would.
func (c *cluster) place(j *judgement, node string, index int) error {
	assumed := j.pod.DeepCopy()
	assumed.Spec.NodeName = node
	if err := c.scheduler.Cache.AssumePod(klog.FromContext(c.ctx), assumed); err != nil {
		return err
	}
	c.scheduler.SchedulingQueue.DeleteNominatedPodIfExists(assumed)
	if status := c.profile.RunReservePluginsReserve(c.ctx, j.state, assumed, node); !status.IsSuccess() {
		return fmt.Errorf("it cannot be reserved on %s: %s", node, status.Message())
	}
	bound := newer(assumed)
	bound.Status.NominatedNodeName = ""
	bound.Status.Phase = corev1.PodRunning
	// A kubelet would write it: later than everything in the file, in the order of the choices.
	started := metav1.NewTime(startOfChoices.Add(time.Duration(index) * time.Second))
	bound.Status.StartTime = &started
	c.pods().update(j.pod, bound)
	return nil
}

var startOfChoices = time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)

// preempt removes the victims and nominates the pod; nominations of less important pods on that node are cleared.
func (c *cluster) preempt(pod *corev1.Pod, made choice) error {
	for _, name := range made.Victims {
		victim, err := c.pod(name)
		if err != nil {
			return err
		}
		c.pods().remove(victim)
	}
	for _, other := range c.pending() {
		if other.Status.NominatedNodeName == made.Nominated && corev1helpers.PodPriority(other) < corev1helpers.PodPriority(pod) {
			cleared := newer(other)
			cleared.Status.NominatedNodeName = ""
			c.pods().update(other, cleared)
		}
	}
	nominated := newer(pod)
	nominated.Status.NominatedNodeName = made.Nominated
	c.pods().update(pod, nominated)
	return nil
}

// newer is a copy with the next resource version, without which the scheduler ignores an update.
func newer(pod *corev1.Pod) *corev1.Pod {
	next := pod.DeepCopy()
	var version int
	_, _ = fmt.Sscan(pod.ResourceVersion, &version)
	next.ResourceVersion = fmt.Sprint(version + 1)
	return next
}

func readChoices(path string) ([]choice, error) {
	content, err := readFile(path)
	if err != nil {
		return nil, err
	}
	var choices []choice
	if err := json.Unmarshal(content, &choices); err != nil {
		return nil, fmt.Errorf("%s is not a list of choices: %w", path, err)
	}
	return choices, nil
}
