package main

import (
	fwk "k8s.io/kube-scheduler/framework"
)

// window is the scheduler's adaptive search: it starts where the last one ended and stops at so many fitting nodes.
// With one worker it is repeatable; the scheduler keeps its own index to itself, so it is kept here once more.
type window struct{ start int }

// The constants of schedule_one.go.
const (
	minFeasibleNodes      = 100
	minFeasiblePercentage = 5
)

// size is numFeasibleNodesToFind for the adaptive percentage.
func (w *window) size(nodes int) int {
	if nodes < minFeasibleNodes {
		return nodes
	}
	percentage := max(50-nodes/125, minFeasiblePercentage)
	return max(nodes*percentage/100, minFeasibleNodes)
}

// order is the nodes in the order in which they are tried.
func (w *window) order(nodes []fwk.NodeInfo) []fwk.NodeInfo {
	tried := make([]fwk.NodeInfo, 0, len(nodes))
	for i := range nodes {
		tried = append(tried, nodes[(w.start+i)%len(nodes)])
	}
	return tried
}

// advance moves the start past what was looked at.
func (w *window) advance(looked, nodes int) { w.start = (w.start + looked) % nodes }
