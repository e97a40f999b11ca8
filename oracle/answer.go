package main

// The answers, in the shape that src/twin/explanation.ts describes.

type nodeExplanation struct {
	Node    string           `json:"node"`
	Fits    bool             `json:"fits"`
	Plugin  string           `json:"plugin,omitempty"`
	Code    string           `json:"code,omitempty"`
	Reasons []string         `json:"reasons,omitempty"`
	Total   *int64           `json:"total,omitempty"`
	Scores  map[string]int64 `json:"scores,omitempty"`
}

type preemptionCandidate struct {
	Node          string   `json:"node"`
	Victims       []string `json:"victims"`
	PdbViolations int64    `json:"pdbViolations"`
}

type preemptionExplanation struct {
	Candidates []preemptionCandidate `json:"candidates"`
	Best       []string              `json:"best"`
	Refused    string                `json:"refused,omitempty"`
}

type podVerdict struct {
	Pod        string                 `json:"pod"`
	PreFilter  string                 `json:"preFilter,omitempty"`
	Nodes      []nodeExplanation      `json:"nodes"`
	Best       []string               `json:"best"`
	Preemption *preemptionExplanation `json:"preemption,omitempty"`
}

type podExplanation struct {
	APIVersion        string       `json:"apiVersion"`
	Kind              string       `json:"kind"`
	KubernetesVersion string       `json:"kubernetesVersion"`
	Pods              []podVerdict `json:"pods"`
}

const (
	apiVersion        = "holdfast.dev/v1"
	kubernetesVersion = "v1.36.3"
)
