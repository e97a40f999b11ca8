package main

import (
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
)

// benchShape is what a generated cluster is made of.
type benchShape struct {
	name                string
	nodes, placed, pods int
}

// carriers is how many of the placed pods have the (anti-)affinity of the pods to come.
const carriers = 1000

// generatedCluster: equal nodes in three zones, equal small pods spread over them in turn.
func generatedCluster(shape benchShape) (*cluster, []*corev1.Pod, error) {
	c, _, _, err := newCluster(asShipped)
	if err != nil {
		return nil, nil, err
	}
	c.feed(&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "default", Labels: map[string]string{corev1.LabelMetadataName: "default"}}})
	if shape.name == "service" {
		c.feed(&corev1.Service{
			ObjectMeta: metav1.ObjectMeta{Name: "web", Namespace: "default"},
			Spec:       corev1.ServiceSpec{Selector: map[string]string{"app": "web"}},
		})
	}
	for i := range shape.nodes {
		c.feed(benchNode(i))
	}
	for i := range shape.placed {
		pod := benchPod(fmt.Sprintf("placed-%d", i))
		pod.Spec.NodeName = fmt.Sprintf("node-%d", i%shape.nodes)
		if i < carriers {
			constrain(pod, shape.name)
		}
		c.feed(pod)
	}
	pods := make([]*corev1.Pod, 0, shape.pods)
	for i := range shape.pods {
		pod := benchPod(fmt.Sprintf("new-%d", i))
		constrain(pod, shape.name)
		pods = append(pods, pod)
	}
	return c, pods, nil
}

func (c *cluster) feed(obj runtime.Object) { c.informers[reflect.TypeOf(obj)].add(obj) }

func benchNode(i int) *corev1.Node {
	resources := corev1.ResourceList{
		corev1.ResourceCPU:    resource.MustParse("4"),
		corev1.ResourceMemory: resource.MustParse("32Gi"),
		corev1.ResourcePods:   resource.MustParse("110"),
	}
	name := fmt.Sprintf("node-%d", i)
	return &corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, UID: types.UID(name), Labels: map[string]string{
			corev1.LabelHostname:     name,
			corev1.LabelTopologyZone: fmt.Sprintf("zone-%d", i%3),
		}},
		Status: corev1.NodeStatus{Capacity: resources, Allocatable: resources},
	}
}

func benchPod(name string) *corev1.Pod {
	requests := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("100m"), corev1.ResourceMemory: resource.MustParse("500Mi")}
	pod := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID(name), ResourceVersion: "1", Labels: map[string]string{"app": "web"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{
			Name: "app", Image: "example/web:1", Resources: corev1.ResourceRequirements{Requests: requests},
		}}},
	}
	legacyscheme.Scheme.Default(pod)
	return pod
}

func constrain(pod *corev1.Pod, name string) {
	selector := &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}
	switch name {
	case "spread":
		pod.Spec.TopologySpreadConstraints = []corev1.TopologySpreadConstraint{{
			MaxSkew: 5, TopologyKey: corev1.LabelTopologyZone, WhenUnsatisfiable: corev1.DoNotSchedule, LabelSelector: selector,
		}}
	case "anti-affinity":
		pod.Labels["app"] = "lonely"
		term := corev1.PodAffinityTerm{
			TopologyKey:   corev1.LabelHostname,
			LabelSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "lonely"}},
		}
		pod.Spec.Affinity = &corev1.Affinity{PodAntiAffinity: &corev1.PodAntiAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{term},
		}}
	case "affinity":
		term := corev1.PodAffinityTerm{TopologyKey: corev1.LabelTopologyZone, LabelSelector: selector}
		pod.Spec.Affinity = &corev1.Affinity{PodAffinity: &corev1.PodAffinity{
			RequiredDuringSchedulingIgnoredDuringExecution: []corev1.PodAffinityTerm{term},
		}}
	}
}
