package main

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	api "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/apis/core/validation"
	schedulinghelpers "k8s.io/kubernetes/pkg/apis/scheduling/v1"
	podregistry "k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/plugin/pkg/admission/limitranger"
	"k8s.io/kubernetes/plugin/pkg/admission/priority"
	"k8s.io/kubernetes/plugin/pkg/admission/runtimeclass"
	"k8s.io/kubernetes/plugin/pkg/admission/storage/storageclass/setdefault"
)

// admitter does to plain manifests what an API server does on creation: defaults, the admission plugins that bear on
// scheduling, the strategy's own changes, validation. It keeps what a new object could not have: status and UID.
type admitter struct {
	informers map[reflect.Type]*informer
	plugins   []admission.Interface
	serial    int
}

func newAdmitter(store map[reflect.Type]*informer, client kubernetes.Interface, factory informers.SharedInformerFactory) (*admitter, error) {
	limits, err := limitranger.NewLimitRanger(nil)
	if err != nil {
		return nil, err
	}
	limits.SetExternalKubeInformerFactory(factory)
	limits.SetExternalKubeClientSet(client)
	priorities := priority.NewPlugin()
	priorities.SetExternalKubeInformerFactory(factory)
	priorities.SetExternalKubeClientSet(client)
	classes := runtimeclass.NewRuntimeClass()
	classes.SetExternalKubeInformerFactory(factory)
	classes.SetExternalKubeClientSet(client)
	plugins := []admission.Interface{limits, priorities, classes}
	if claims, err := claimDefaults(factory); err == nil {
		plugins = append(plugins, claims)
	} else {
		return nil, err
	}
	return &admitter{informers: store, plugins: plugins}, nil
}

// claimDefaults is the plugin that gives claims without a class the default one; its constructor is private.
func claimDefaults(factory informers.SharedInformerFactory) (admission.Interface, error) {
	registered := admission.NewPlugins()
	setdefault.Register(registered)
	initializer := factoryInitializer{factory}
	return registered.InitPlugin(setdefault.PluginName, nil, initializer)
}

type factoryInitializer struct {
	factory informers.SharedInformerFactory
}

func (f factoryInitializer) Initialize(plugin admission.Interface) {
	if wants, ok := plugin.(interface {
		SetExternalKubeInformerFactory(informers.SharedInformerFactory)
	}); ok {
		wants.SetExternalKubeInformerFactory(f.factory)
	}
}

// admitAll admits every object and hands it to its informer, kind by kind. It names all that it refuses.
func (a *admitter) admitAll(objects manifests) error {
	addNamespaces(objects)
	addPriorityClasses(objects)
	var refused []error
	for _, k := range kinds {
		seen := map[string]bool{}
		for _, obj := range objects[k.name] {
			admitted, err := a.admit(k, obj)
			if err != nil {
				refused = append(refused, err)
				continue
			}
			if admitted == nil {
				continue
			}
			name := nameOf(admitted)
			if seen[name] {
				refused = append(refused, fmt.Errorf("%s %s is there twice", k.name, name))
				continue
			}
			seen[name] = true
			a.informers[reflect.TypeOf(k.empty)].add(admitted)
		}
	}
	return errors.Join(refused...)
}

// admit returns the object as the scheduler would see it, or nothing for a pod that has ended.
func (a *admitter) admit(k kind, obj runtime.Object) (runtime.Object, error) {
	a.identify(k, obj)
	legacyscheme.Scheme.Default(obj)
	if ns, ok := obj.(*corev1.Namespace); ok {
		metav1.SetMetaDataLabel(&ns.ObjectMeta, corev1.LabelMetadataName, ns.Name)
	}
	internal, err := legacyscheme.Scheme.ConvertToVersion(obj, runtime.InternalGroupVersioner)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", k.name, nameOf(obj), err)
	}
	if err := a.runPlugins(k, internal); err != nil {
		return nil, fmt.Errorf("%s %s is refused: %w", k.name, nameOf(obj), err)
	}
	if pod, ok := internal.(*api.Pod); ok {
		preparePod(pod)
	}
	if errs := k.strategy.Validate(context.Background(), internal); len(errs) > 0 {
		return nil, fmt.Errorf("%s %s is invalid: %w", k.name, nameOf(obj), errs.ToAggregate())
	}
	if pod, ok := internal.(*api.Pod); ok {
		if err := validateStatus(pod); err != nil {
			return nil, fmt.Errorf("the status of Pod %s is invalid: %w", nameOf(obj), err)
		}
		if pod.Status.Phase == api.PodSucceeded || pod.Status.Phase == api.PodFailed {
			return nil, nil
		}
	}
	version, err := schema.ParseGroupVersion(k.version)
	if err != nil {
		return nil, err
	}
	return legacyscheme.Scheme.ConvertToVersion(internal, version)
}

// identify gives an object what only a stored one has.
func (a *admitter) identify(k kind, obj runtime.Object) {
	accessor, err := meta.Accessor(obj)
	must(err)
	a.serial++
	if accessor.GetUID() == "" {
		accessor.SetUID(types.UID(fmt.Sprintf("uid-%d", a.serial)))
	}
	accessor.SetResourceVersion("1")
	if accessor.GetNamespace() == "" && !k.clustered {
		accessor.SetNamespace(metav1.NamespaceDefault)
	}
}

func (a *admitter) runPlugins(k kind, obj runtime.Object) error {
	if k.name != "Pod" && k.name != "PersistentVolumeClaim" {
		return nil
	}
	accessor, err := meta.Accessor(obj)
	if err != nil {
		return err
	}
	resource := map[string]string{"Pod": "pods", "PersistentVolumeClaim": "persistentvolumeclaims"}[k.name]
	attributes := admission.NewAttributesRecord(obj, nil, api.Kind(k.name).WithVersion("version"),
		accessor.GetNamespace(), accessor.GetName(), api.Resource(resource).WithVersion("version"), "",
		admission.Create, &metav1.CreateOptions{}, false, nil)
	scope := admission.NewObjectInterfacesFromScheme(legacyscheme.Scheme)
	for _, plugin := range a.plugins {
		if mutating, ok := plugin.(admission.MutationInterface); ok && plugin.Handles(admission.Create) {
			if err := mutating.Admit(context.Background(), attributes, scope); err != nil {
				return err
			}
		}
	}
	for _, plugin := range a.plugins {
		if validating, ok := plugin.(admission.ValidationInterface); ok && plugin.Handles(admission.Create) {
			if err := validating.Validate(context.Background(), attributes, scope); err != nil {
				return err
			}
		}
	}
	return nil
}

// preparePod runs the strategy's changes (matchLabelKeys among them) and puts back the status, which it clears.
func preparePod(pod *api.Pod) {
	status := pod.Status
	podregistry.Strategy.PrepareForCreate(context.Background(), pod)
	if status.Phase == "" {
		status.Phase = pod.Status.Phase
	}
	status.QOSClass = pod.Status.QOSClass
	pod.Status = status
}

// validateStatus judges a status as if it were the first that was written for the pod.
func validateStatus(pod *api.Pod) error {
	before := pod.DeepCopy()
	before.Status = api.PodStatus{QOSClass: pod.Status.QOSClass, NominatedNodeName: pod.Status.NominatedNodeName}
	return validation.ValidatePodStatusUpdate(pod, before, validation.PodValidationOptions{}).ToAggregate()
}

// addNamespaces adds those that objects are in and that no manifest describes.
func addNamespaces(objects manifests) {
	described := map[string]bool{}
	for _, ns := range objects["Namespace"] {
		described[nameOf(ns)] = true
	}
	for _, k := range kinds {
		for _, obj := range objects[k.name] {
			accessor, err := meta.Accessor(obj)
			must(err)
			name := accessor.GetNamespace()
			if name == "" {
				name = metav1.NamespaceDefault
			}
			if k.clustered || described[name] {
				continue
			}
			described[name] = true
			objects["Namespace"] = append(objects["Namespace"], &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
		}
	}
}

// addPriorityClasses adds the two that every API server makes at its start.
func addPriorityClasses(objects manifests) {
	described := map[string]bool{}
	for _, class := range objects["PriorityClass"] {
		described[nameOf(class)] = true
	}
	for _, class := range schedulinghelpers.SystemPriorityClasses() {
		if !described[class.Name] {
			objects["PriorityClass"] = append([]runtime.Object{(*schedulingv1.PriorityClass)(class)}, objects["PriorityClass"]...)
		}
	}
}

func nameOf(obj runtime.Object) string {
	accessor, err := meta.Accessor(obj)
	must(err)
	if accessor.GetNamespace() == "" {
		return accessor.GetName()
	}
	return accessor.GetNamespace() + "/" + accessor.GetName()
}
